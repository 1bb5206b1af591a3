import { Argument, Command } from 'commander'
import type { AddCommand } from '../program.js'
import { batch } from './batch.js'
import { cache } from './cache.js'
import { config } from './config.js'
import { data } from './data.js'
import { evaluation } from './eval.js'
import { cacheFlags, configFlag, jsonFlag, number, promptFlags, recipeFlags, recordFlag } from './flags.js'
import { recipes } from './recipes.js'
import { replay } from './replay.js'
import { runs } from './runs.js'
import { keys, serve } from './serve.js'
import { sim } from './sim.js'

const ask = (name: string): Command =>
  cacheFlags(
    recipeFlags(
      promptFlags(
        new Command(name).argument(
          '[prompt...]',
          'the question; "-" or nothing reads it from standard input',
        ),
      ),
    ),
  )
    .addOption(recordFlag())
    .option('--show-proposals', 'also print every proposal, to standard error')
    .addOption(jsonFlag('print one JSON object with answer, proposals, calls and cost').conflicts('jsonl'))
    .option('--jsonl', 'print every event as a line of JSON while it happens')
    .option('-q, --quiet', 'no progress, no table: the answer alone')

/** Every command: its words, its flags, and where to find what it does. */
export function defineCommands(add: AddCommand): Command[] {
  return [
    add(
      ask('ask').description('ask a question; the answer goes to standard output'),
      async () => (await import('../commands/ask.js')).ask,
    ),
    add(
      cacheFlags(recipeFlags(new Command('chat').description('talk, over several turns')))
        .option('-s, --system <text>', 'system prompt')
        .addOption(recordFlag())
        .option('--show-proposals', 'also print every proposal'),
      async () => (await import('../commands/chat.js')).chat,
    ),
    batch(add),
    add(
      new Command('models')
        .description('list the models of every provider that can be reached')
        .argument('[provider]', 'only this one')
        .addOption(jsonFlag('print JSON'))
        .addOption(configFlag()),
      async () => (await import('../commands/models.js')).models,
    ),
    recipes(add),
    add(
      recipeFlags(promptFlags(new Command('explain').argument('[prompt...]')))
        .description(
          'show the exact messages each slot would get, and what it can cost at most; calls nobody',
        )
        .addOption(jsonFlag('print JSON')),
      async () => (await import('../commands/explain.js')).explainCommand,
    ),
    add(
      new Command('doctor')
        .description('see which providers can be reached, and why not')
        .addOption(jsonFlag('print JSON'))
        .addOption(configFlag()),
      async () => (await import('../commands/doctor.js')).doctor,
    ),
    add(
      new Command('init')
        .description('choose models from the providers you have and write moa.config.yaml')
        .option('-y, --yes', 'ask nothing: take the suggestions')
        .option('--force', 'overwrite a configuration that is there')
        .option('--user', 'write to your own configuration folder instead of here')
        .addOption(configFlag()),
      async () => (await import('../commands/init.js')).init,
    ),
    runs(add),
    replay(add),
    serve(add),
    keys(add),
    evaluation(add),
    data(add),
    sim(add),
    config(add),
    cache(add),
    add(
      new Command('completion')
        .description('print a completion script for your shell')
        .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish'])),
      async () => (await import('../commands/completion.js')).completion,
    ),
    add(
      ask('start')
        .description('serve models, or ask the words given: what `npm start` runs')
        .option(
          '--port <number>',
          'port to serve on (default: 4020)',
          number({ whole: true, least: 0, most: 65535 }),
        ),
      async () => (await import('../commands/start.js')).start,
    ),
  ]
}
