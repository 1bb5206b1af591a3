import { Command } from 'commander'
import type { AddCommand } from '../program.js'
import { configFlag, jsonFlag } from './flags.js'

/** `moa config`. */
export function config(add: AddCommand): Command {
  const part = (name: string, description: string): Command => new Command(name).description(description)
  const schema = add(
    part('schema', 'print the JSON Schema of the configuration file, for editors'),
    async () => (await import('../commands/config.js')).configSchema,
  )
  const path = add(
    part('path', 'print which configuration files are used').addOption(configFlag()),
    async () => (await import('../commands/config.js')).configPath,
  )
  const show = add(
    part('show', 'print what all configuration comes to, without secrets')
      .addOption(jsonFlag('print JSON'))
      .addOption(configFlag()),
    async () => (await import('../commands/config.js')).configShow,
  )
  return add(new Command('config').description('look at the configuration'))
    .addCommand(schema)
    .addCommand(path)
    .addCommand(show)
}
