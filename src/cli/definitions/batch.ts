import { Command } from 'commander'
import type { AddCommand } from '../program.js'
import { jsonFlag, number, recipeFlags, recordFlag } from './flags.js'

/** `moa batch`. */
export function batch(add: AddCommand): Command {
  return add(
    recipeFlags(new Command('batch'), {
      deadline: 'time for each answer',
      maxCost: 'what the whole batch may cost',
    })
      .description('answer a file of questions; what is answered survives any interruption')
      .requiredOption(
        '-i, --input <file>',
        'JSON or JSON Lines: AlpacaEval instructions, MT-Bench questions, {"prompt": …}',
      )
      .requiredOption('-o, --output <file>', 'model_outputs as .json, or .jsonl')
      .option('-s, --system <text>', 'system prompt')
      .option('--concurrency <count>', 'answers in work at a time', number({ whole: true, least: 1 }), 8)
      .option('--limit <count>', 'only so many, from the front', number({ whole: true, least: 1 }))
      .option('--generator <name>', 'what the outputs are signed with (default: the name of the recipe)')
      .option('--details', 'write tokens, cost, time and shortcomings with every output')
      .option('--overwrite', 'replace an output that is there')
      .option('--restart', 'forget what an interrupted batch left')
      .addOption(recordFlag())
      .addOption(jsonFlag('print a JSON summary'))
      .option('-q, --quiet', 'no progress'),
    async () => (await import('../commands/batch.js')).batch,
  )
}
