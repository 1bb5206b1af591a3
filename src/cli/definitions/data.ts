import { Command, Option } from 'commander'
import type { AddCommand } from '../program.js'
import { configFlag, jsonFlag } from './flags.js'

const folderFlag = (): Option =>
  new Option('--data <folder>', 'folder of your own with the files, looked into first')

/** `moa data`. */
export function data(add: AddCommand): Command {
  const list = add(
    new Command('list')
      .description('list the files of publishers, and which of them are here')
      .argument('[name...]', 'files or groups; default all')
      .addOption(folderFlag())
      .addOption(jsonFlag('print JSON'))
      .addOption(configFlag()),
    async () => (await import('../commands/data.js')).listData,
  )
  const pull = add(
    new Command('pull')
      .description('download files; what is here already stays')
      .argument('<name...>', 'files or groups, as in `moa data list`')
      .option('--mirror <url>', "address asked in place of the publishers' hosts")
      .option('--data <folder>', 'take the files from this folder instead of downloading them')
      .option('--force', 'get them again even if they are here')
      .addOption(jsonFlag('print JSON'))
      .addOption(configFlag()),
    async () => (await import('../commands/data.js')).pullData,
  )
  const path = add(
    new Command('path')
      .description('print where a file is')
      .argument('<name>')
      .addOption(folderFlag())
      .addOption(configFlag()),
    async () => (await import('../commands/data.js')).dataPath,
  )
  const verify = add(
    new Command('verify')
      .description('compare the hashes of the files that are here')
      .argument('[name...]', 'files or groups; default all that are here')
      .addOption(folderFlag())
      .addOption(jsonFlag('print JSON'))
      .addOption(configFlag()),
    async () => (await import('../commands/data.js')).verifyData,
  )
  return add(new Command('data').description("get the benchmarks' files from their publishers"))
    .addCommand(list, { isDefault: true })
    .addCommand(pull)
    .addCommand(path)
    .addCommand(verify)
}
