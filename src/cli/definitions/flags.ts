import { InvalidArgumentError, Option, type Command } from 'commander'

/** Collects the values of a flag that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
]

/** A parser of numbers within bounds. */
export function number(options: { whole?: boolean; least?: number; most?: number }) {
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

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** A moment: a date, or how long ago (`90m`, `12h`, `7d`, `2w`). In milliseconds since the epoch. */
export function moment(text: string): number {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)([mhdw])$/.exec(text.trim()) ?? []
  const date = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN
  const at = count === undefined ? date : Date.now() - Number(count) * (UNITS_MS[unit] as number)
  if (Number.isFinite(at)) return at
  throw new InvalidArgumentError(
    'Expected how long ago, such as 90m, 12h, 7d or 2w, or a date such as 2026-11-23.',
  )
}

/** The configuration file to use. */
export const configFlag = (): Option =>
  new Option('--config <file>', 'configuration file to use in place of the one found upward from here')
/** A file for every command that makes runs. */
export const recordFlag = (): Option =>
  new Option('--record <file>', 'write every call and event to a file for `moa replay`; .gz packs it')

/** Output for programs. */
export const jsonFlag = (what: string): Option => new Option('--json', what)

/** What the limits of a run are about. */
interface LimitWords {
  readonly deadline: string
  readonly maxCost: string
}

const ONE_ANSWER: LimitWords = {
  deadline: 'time for the whole answer',
  maxCost: 'what the whole answer may cost',
}

/** Flags that choose a recipe and change it for this once. */
export function recipeFlags(command: Command, words: LimitWords = ONE_ANSWER): Command {
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
    .option('--deadline <seconds>', words.deadline, number({ least: 0.001 }))
    .option('--max-cost <dollars>', words.maxCost, number({ least: 0 }))
    .option(
      '--max-latency <seconds>',
      'time an answer may be expected to take; a smaller recipe answers in its place, where the recipe names one',
      number({ least: 0.001 }),
    )
    .addOption(configFlag())
}

/** Flags that turn the cache on or off for this once. */
export function cacheFlags(command: Command): Command {
  return command
    .option('--cache', 'keep answers of providers, and take those that are kept')
    .option('--no-cache', 'make every call, whatever the configuration says')
}

/** Flags that say what is asked. */
export function promptFlags(command: Command): Command {
  return command
    .option('-s, --system <text>', 'system prompt')
    .option('-f, --file <path>', 'text, image or PDF to go with the prompt; may be repeated', collect)
    .option('--no-stdin', 'leave standard input alone')
}
