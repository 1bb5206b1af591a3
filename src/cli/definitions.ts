import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import type { AddCommand } from './program.js'

/** Collects the values of a flag that may be given several times. */
const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

/** A parser of numbers within bounds. */
function number(options: { whole?: boolean; least?: number; most?: number }) {
  const { whole = false, least = -Infinity, most = Infinity } = options
  return (text: string): number => {
    const value = text.trim() === '' ? NaN : Number(text)
    if (Number.isFinite(value) && (!whole || Number.isSafeInteger(value)) && value >= least && value <= most)
      return value
    const bounds =
      most < Infinity ? ` from ${least} to ${most}` : least > -Infinity ? ` of at least ${least}` : ''
    throw new InvalidArgumentError(`Expected a ${whole ? 'whole ' : ''}number${bounds}.`)
  }
}

const configFlag = (): Option =>
  new Option('--config <file>', 'configuration file to use in place of the one found upward from here')
const jsonFlag = (what: string): Option => new Option('--json', what)

/** Flags that choose a recipe and change it for this once. */
function recipeFlags(command: Command): Command {
  return command
    .option(
      '-r, --recipe <name>',
      'recipe, or provider/model for a single model (default: see `moa recipes`)',
    )
    .option('-p, --proposer <model>', 'proposer, in place of those of the recipe; may be repeated', collect)
    .option('-a, --aggregator <model>', 'model that writes the answer')
    .option(
      '-l, --layers <count>',
      'layers, the aggregator included',
      number({ whole: true, least: 2, most: 16 }),
    )
    .addOption(
      new Option('--mode <mode>', 'how proposals are shown to models').choices(['native', 'together']),
    )
    .option('--template <file>', 'reference template of mode together')
    .option('-t, --temperature <number>', 'for proposers and aggregator', number({ least: 0, most: 2 }))
    .option('--max-tokens <count>', 'longest answer, in tokens', number({ whole: true, least: 1 }))
    .option('--seed <number>', 'for models that can repeat themselves', number({ whole: true }))
    .option('--deadline <seconds>', 'time for the whole answer', number({ least: 0.001 }))
    .option('--max-cost <dollars>', 'what the whole answer may cost', number({ least: 0 }))
    .addOption(configFlag())
}

/** Flags that say what is asked. */
function promptFlags(command: Command): Command {
  return command
    .option('-s, --system <text>', 'system prompt')
    .option('-f, --file <path>', 'text, image or PDF to go with the prompt; may be repeated', collect)
    .option('--no-stdin', 'leave standard input alone')
}

const ask = (name: string): Command =>
  recipeFlags(
    promptFlags(
      new Command(name).argument('[prompt...]', 'the question; "-" or nothing reads it from standard input'),
    ),
  )
    .option('--show-proposals', 'also print every proposal, to standard error')
    .addOption(jsonFlag('print one JSON object with answer, proposals, calls and cost').conflicts('jsonl'))
    .option('--jsonl', 'print every event as a line of JSON while it happens')
    .option('-q, --quiet', 'no progress, no table: the answer alone')

/** Every command: its words, its flags, and where to find what it does. */
export function defineCommands(add: AddCommand): Command[] {
  return [
    add(
      ask('ask').description('ask a question; the answer goes to standard output'),
      async () => (await import('./commands/ask.js')).ask,
    ),
    add(
      recipeFlags(new Command('chat').description('talk, over several turns'))
        .option('-s, --system <text>', 'system prompt')
        .option('--show-proposals', 'also print every proposal'),
      async () => (await import('./commands/chat.js')).chat,
    ),
    add(
      new Command('models')
        .description('list the models of every provider that can be reached')
        .argument('[provider]', 'only this one')
        .addOption(jsonFlag('print JSON'))
        .addOption(configFlag()),
      async () => (await import('./commands/models.js')).models,
    ),
    recipes(add),
    add(
      recipeFlags(promptFlags(new Command('explain').argument('[prompt...]')))
        .description(
          'show the exact messages each slot would get, and what it can cost at most; calls nobody',
        )
        .addOption(jsonFlag('print JSON')),
      async () => (await import('./commands/explain.js')).explainCommand,
    ),
    add(
      new Command('doctor')
        .description('see which providers can be reached, and why not')
        .addOption(jsonFlag('print JSON'))
        .addOption(configFlag()),
      async () => (await import('./commands/doctor.js')).doctor,
    ),
    add(
      new Command('init')
        .description('choose models from the providers you have and write moa.config.yaml')
        .option('-y, --yes', 'ask nothing: take the suggestions')
        .option('--force', 'overwrite a configuration that is there')
        .option('--user', 'write to your own configuration folder instead of here')
        .addOption(configFlag()),
      async () => (await import('./commands/init.js')).init,
    ),
    add(sim(), async () => (await import('./commands/sim.js')).sim),
    config(add),
    add(
      new Command('completion')
        .description('print a completion script for your shell')
        .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish'])),
      async () => (await import('./commands/completion.js')).completion,
    ),
    add(
      ask('start').description('ask a sample question, or the words given: what `npm start` runs'),
      async () => (await import('./commands/start.js')).start,
    ),
  ]
}

function recipes(add: AddCommand): Command {
  const list = add(
    new Command('list')
      .description('list all recipes')
      .addOption(jsonFlag('print JSON'))
      .option('--names', 'names alone, one per line')
      .addOption(configFlag()),
    async () => (await import('./commands/recipes.js')).listRecipes,
  )
  const show = add(
    new Command('show')
      .description('show what a recipe comes to')
      .argument('<name>')
      .addOption(jsonFlag('print JSON'))
      .addOption(configFlag()),
    async () => (await import('./commands/recipes.js')).showRecipe,
  )
  const check = add(
    new Command('check')
      .description('look for mistakes in recipes: cycles, unknown models, missing keys and templates')
      .argument('[name...]', 'default: all of your configuration')
      .addOption(configFlag()),
    async () => (await import('./commands/recipes.js')).checkRecipes,
  )
  return add(new Command('recipes').description('list, show and check recipes'))
    .addCommand(list, { isDefault: true })
    .addCommand(show)
    .addCommand(check)
}

function config(add: AddCommand): Command {
  const part = (name: string, description: string): Command => new Command(name).description(description)
  const schema = add(
    part('schema', 'print the JSON Schema of the configuration file, for editors'),
    async () => (await import('./commands/config.js')).configSchema,
  )
  const path = add(
    part('path', 'print which configuration files are used').addOption(configFlag()),
    async () => (await import('./commands/config.js')).configPath,
  )
  const show = add(
    part('show', 'print what all configuration comes to, without secrets')
      .addOption(jsonFlag('print JSON'))
      .addOption(configFlag()),
    async () => (await import('./commands/config.js')).configShow,
  )
  return add(new Command('config').description('look at the configuration'))
    .addCommand(schema)
    .addCommand(path)
    .addCommand(show)
}

function sim(): Command {
  const milliseconds = number({ least: 0 })
  return new Command('sim')
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
}
