import { Command, Option } from 'commander'
import type { AddCommand } from '../program.js'
import { collect, configFlag, jsonFlag, number, recordFlag } from './flags.js'

const keysFlag = (): Option =>
  new Option('--keys <file>', 'file with keys and what they have spent (default: in the data folder)')

/** Flags of a gateway, for `moa serve` and for `moa start`. */
export function serveFlags(command: Command): Command {
  const count = number({ whole: true, least: 1 })
  return command
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option(
      '--port <number>',
      'port to listen on (default: 4020)',
      number({ whole: true, least: 0, most: 65535 }),
    )
    .option('--insecure', 'listen on an address that others reach although no key is needed')
    .addOption(keysFlag())
    .option('--no-ui', 'serve no pages, the API alone')
    .option('--write', 'pages may change recipes; whoever signs in sees what all keys do')
    .option('--no-progress', 'do not show the progress of mixtures as thinking')
    .addOption(new Option('--usage <scope>', 'whose tokens `usage` counts').choices(['run', 'answer']))
    .option('--cors <origin>', 'origin whose pages may call, * for all; may be repeated', collect)
    .option('--max-runs <count>', 'answers at a time; more are refused', count)
    .option('--max-body <mib>', 'largest request body, in MiB', number({ least: 0.001 }))
    .option(
      '--shutdown-timeout <seconds>',
      'how long answers may go on after the order to stop',
      number({ least: 0 }),
    )
    .addOption(
      new Option('--log <style>', 'log on standard error (default: pretty on terminals, else json)').choices([
        'json',
        'pretty',
        'off',
      ]),
    )
}

/** `moa serve`. */
export function serve(add: AddCommand): Command {
  return add(
    serveFlags(new Command('serve').description('serve recipes and models over an OpenAI-compatible API'))
      .addOption(recordFlag())
      .addOption(configFlag()),
    async () => (await import('../commands/serve.js')).serve,
  )
}

/** `moa keys`. */
export function keys(add: AddCommand): Command {
  const count = number({ whole: true, least: 1 })
  const dollars = number({ least: 0 })
  const create = add(
    new Command('create')
      .description('make a key and print it; it is shown this once')
      .argument('<name>', 'whom it is for')
      .option(
        '--model <name>',
        'recipe or model it may use, * at the end for any rest; may be repeated',
        collect,
      )
      .option('--requests-per-minute <count>', 'requests in a minute', count)
      .option('--tokens-per-minute <count>', 'tokens in a minute, prompts and answers of all calls', count)
      .option('--concurrent <count>', 'answers at a time', count)
      .option('--daily-budget <dollars>', 'US dollars in a day (UTC)', dollars)
      .option('--monthly-budget <dollars>', 'US dollars in a month (UTC)', dollars)
      .option('--expires <days>', 'how long it is valid', number({ least: 0 }))
      .addOption(keysFlag())
      .addOption(jsonFlag('print JSON'))
      .addOption(configFlag()),
    async () => (await import('../commands/keys.js')).createKeyCommand,
  )
  const list = add(
    new Command('list')
      .description('list keys, their limits and what they have spent')
      .addOption(keysFlag())
      .addOption(jsonFlag('print JSON'))
      .addOption(configFlag()),
    async () => (await import('../commands/keys.js')).listKeys,
  )
  const revoke = add(
    new Command('revoke')
      .description('revoke a key; answers under way for it are ended')
      .argument('<key>', 'its beginning as listed, or its name')
      .addOption(keysFlag())
      .addOption(configFlag()),
    async () => (await import('../commands/keys.js')).revokeKey,
  )
  return add(new Command('keys').description('keys for the gateway'))
    .addCommand(create)
    .addCommand(list, { isDefault: true })
    .addCommand(revoke)
}
