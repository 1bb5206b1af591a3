import { Command, Option } from 'commander'
import type { AddCommand } from '../program.js'
import { collect, configFlag, jsonFlag, number } from './flags.js'

/** `moa replay`. */
export function replay(add: AddCommand): Command {
  const command = new Command('replay')
    .description('play a run that was recorded with --record, or answer it anew from its proposals')
    .argument('<file>')
    .option('--run <run>', 'number or id of the run; default the last, for --compare-modes all')
    .option('--list', 'list the runs of the file')
    .addOption(new Option('--fast', 'without waiting').conflicts(['step', 'speed']))
    .addOption(new Option('--step', 'the next event on Enter').conflicts('speed'))
    .option('--speed <factor>', 'so many times as fast as it was', number({ least: 0.001, most: 1_000_000 }))
    .option('-a, --aggregator <model>', 'let another model write the answer')
    .addOption(
      new Option('--mode <mode>', 'show the proposals in another way')
        .choices(['native', 'together'])
        .conflicts('compareModes'),
    )
    .option('--template <file>', 'reference template of mode together')
    .option('--without <proposer>', 'leave out a proposer; may be repeated', collect)
    .addOption(
      new Option(
        '--influence',
        'leave out each proposer in turn and tell how far the answer changes',
      ).conflicts('compareModes'),
    )
    .option('--compare-modes', 'answer in both prompt modes from the same proposals and compare in pairs')
    .option('--judge <model>', 'with --influence or --compare-modes: a model that compares the answers')
    .option('--show-proposals', 'also print every proposal, to standard error')
    .addOption(jsonFlag('print one JSON object').conflicts('jsonl'))
    .option('--jsonl', 'print every event, or every row of a report, as a line of JSON')
    .option('-q, --quiet', 'no progress, no table: the answer alone')
    .addOption(configFlag())
  return add(command, async () => (await import('../commands/replay.js')).replay)
}
