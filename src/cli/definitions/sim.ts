import { Command } from 'commander'
import type { AddCommand } from '../program.js'
import { collect, number } from './flags.js'

/** `moa sim`. */
export function sim(add: AddCommand): Command {
  const milliseconds = number({ least: 0 })
  const command = new Command('sim')
    .description('serve simulated models over an OpenAI-compatible API')
    .option('--port <number>', 'port to listen on', number({ whole: true, least: 0, most: 65535 }), 4010)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--seed <text>', 'the same seed gives the same answers and faults', '0')
    .option('--first <ms>', 'time to the first piece of an answer', milliseconds)
    .option('--pace <ms>', 'time between pieces', milliseconds)
    .option(
      '--jitter <sigma>',
      'spread of both: sigma of a lognormal distribution',
      number({ least: 0, most: 3 }),
    )
    .option('--recordings <file...>', 'answers real models gave, as model_outputs JSON')
    .option('--alias <name=generator>', 'another name for recorded answers; may be repeated', collect)
    .option('--fallback <model>', 'simulated model that answers what was not recorded')
    .option('--script <file>', 'JSON: what happens to which call')
    .option('--log <file>', 'append every settled request as a line of JSON')
  return add(command, async () => (await import('../commands/sim.js')).sim)
}
