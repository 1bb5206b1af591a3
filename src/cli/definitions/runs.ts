import { Command, Option } from 'commander'
import type { AddCommand } from '../program.js'
import { configFlag, jsonFlag, moment, number } from './flags.js'

/** Flags that say which runs are meant. */
function filterFlags(command: Command): Command {
  return command
    .option('-r, --recipe <name>', 'runs of this recipe or model')
    .option('--since <when>', 'begun since then: 90m, 12h, 7d, 2w, or a date', moment)
    .addOption(new Option('--failed', 'failed, aborted or broken off').conflicts('degraded'))
    .option('--degraded', 'degraded')
}

/** `moa runs`. */
export function runs(add: AddCommand): Command {
  const count = number({ whole: true, least: 1 })
  const list = add(
    filterFlags(new Command('list').description('list runs, newest first'))
      .option('-n, --limit <count>', 'at most so many', count, 20)
      .addOption(jsonFlag('print JSON, everything of each run'))
      .addOption(configFlag()),
    async () => (await import('../commands/runs.js')).listRuns,
  )
  const show = add(
    new Command('show')
      .description('show what happened in a run, and when')
      .argument('[id]', 'beginning of its id', 'last')
      .addOption(jsonFlag('print JSON'))
      .addOption(configFlag()),
    async () => (await import('../commands/runs.js')).showRun,
  )
  const exportRuns = add(
    filterFlags(
      new Command('export')
        .description('print runs as lines of JSON, oldest first')
        .argument('[id...]', 'default: all, or those that the flags name'),
    )
      .option('-o, --output <file>', 'write to a new file')
      .addOption(configFlag()),
    async () => (await import('../commands/runs.js')).exportRuns,
  )
  const remove = add(
    new Command('delete')
      .description('forget runs')
      .argument('[id...]')
      .option('--before <when>', 'all that began before then: 7d, 2w, or a date', moment)
      .option('--all', 'all')
      .addOption(jsonFlag('print JSON'))
      .addOption(configFlag()),
    async () => (await import('../commands/runs.js')).deleteRuns,
  )
  const stats = add(
    filterFlags(
      new Command('stats').description(
        'how often each slot made it into its runs, how fast, and at what price',
      ),
    )
      .addOption(jsonFlag('print JSON'))
      .addOption(configFlag()),
    async () => (await import('../commands/runs.js')).runStats,
  )
  const group = new Command('runs').description('runs of this machine: list, show, export, delete, stats')
  return add(group)
    .addCommand(list, { isDefault: true })
    .addCommand(show)
    .addCommand(exportRuns)
    .addCommand(remove)
    .addCommand(stats)
}
