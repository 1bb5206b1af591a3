import { MoaError } from '../../../../core/errors.js'
import { V01_BASELINE } from '../../../../eval/benches/arena-hard/battles-v01.js'
import type { V01JudgeSettings } from '../../../../eval/benches/arena-hard/judge-v01.js'
import { v2Category, type V2JudgeSettings } from '../../../../eval/benches/arena-hard/judge-v2.js'
import { OWN_V01_SETTINGS, OWN_V2_SETTINGS } from '../../../../eval/benches/arena-hard/own-settings.js'
import { readArenaAnswers, readArenaQuestions } from '../../../../eval/benches/arena-hard/read.js'
import type { ArenaQuestion } from '../../../../eval/benches/arena-hard/records.js'
import {
  arenaHard,
  arenaSamples,
  arenaTurns,
  PROTOCOL_FILE,
  type ArenaProtocol,
} from '../../../../eval/benches/arena-hard/run/benchmark.js'
import { arenaFiles, arenaResults } from '../../../../eval/benches/arena-hard/run/results.js'
import type { Contestant } from '../../../../eval/harness/contestant.js'
import { is, misfit, type Shape } from '../../../../eval/jsonl.js'
import type { NamedText } from '../bench-data.js'
import type { Bench, BenchSetup, PreparedRun, ReadRecorded } from './bench.js'
import { namedContestants, onlyJudge } from './named.js'

/** Arena-Hard-Auto, v2.0 or v0.1. */
export const arenaHardBench: Bench = {
  flags: ['baseline', 'edition', 'category'],
  prepare,
  results: arenaResults,
  files: arenaFiles,
}

const EDITIONS = ['v0.1', 'v2.0'] as const
type Edition = (typeof EDITIONS)[number]

async function prepare(setup: BenchSetup): Promise<PreparedRun> {
  const { data, problems, sampling } = setup
  const edition = editionOf(setup)
  const source = data.need(`arena-hard-${edition}-questions`)
  const read = readArenaQuestions(source.text, { source: source.path })
  problems.merge(read.problems)
  const { protocol, hash } = await protocolOf(setup, edition)
  const category = edition === 'v2.0' ? (setup.flags.category ?? 'hard_prompt') : undefined
  const questions = questionsOf(read.data, { category, source })
  // A category nobody is told how to judge is refused before anybody is asked.
  if (protocol.version === 'v2.0') v2Category(protocol.settings, category ?? '')
  const recorded = reader(questions, setup)
  const contestants = await namedContestants(setup, recorded)
  const baseline = await baselineOf(setup, { edition, protocol, category, recorded })
  const judge = await onlyJudge('arena-hard', setup)
  return {
    samples: arenaSamples(questions),
    contestants: [...contestants, baseline],
    baseline: baseline.name,
    judges: [{ name: judge.name, fingerprint: judge.fingerprint }],
    options: {
      edition,
      data: source.sha256,
      prompts: hash,
      ...(category !== undefined && { category }),
      ...sampling,
    },
    attachments: { [PROTOCOL_FILE]: JSON.stringify(protocol) },
    benchmark: (samples) => arenaHard({ samples, baseline: baseline.name, judge, protocol, sampling }),
  }
}

function editionOf({ flags: { edition = 'v2.0', category } }: BenchSetup): Edition {
  const known = EDITIONS.find((name) => name === edition)
  if (known === undefined)
    throw new MoaError(
      'usage',
      `--edition ${edition}: arena-hard has the editions ${EDITIONS.join(' and ')}.`,
    )
  if (known === 'v0.1' && category !== undefined)
    throw new MoaError('usage', '--category chooses questions of edition v2.0; v0.1 has no categories.')
  return known
}

function questionsOf(
  all: readonly ArenaQuestion[],
  { category, source }: { readonly category: string | undefined; readonly source: NamedText },
): readonly ArenaQuestion[] {
  const found = category === undefined ? all : all.filter((question) => question.category === category)
  if (found.length > 0) return found
  const known = [...new Set(all.map((question) => question.category))].join(', ')
  throw new MoaError('usage', `--category ${category ?? ''}: ${source.path} has the categories ${known}.`)
}

/** Answers by question; those to questions of other categories are not missing anywhere. */
function reader(questions: readonly ArenaQuestion[], { flags }: BenchSetup): ReadRecorded {
  const whole = flags.limit === undefined && flags.sample === undefined
  const asked = new Set(questions.map(({ id }) => id))
  return (text, source) => {
    const { data, problems } = readArenaAnswers(text, { source })
    const own = data.filter(({ questionId }) => asked.has(questionId))
    if (own.length === 0 || (whole && own.length < asked.size))
      throw new MoaError(
        'data_invalid',
        `${source}: answers ${own.length} of the ${asked.size} questions of this run; give answers to all of them.`,
      )
    const names = new Set(own.map(({ model }) => model))
    const [name] = names
    return {
      data: { ...(names.size === 1 && name !== undefined && { name }), turns: arenaTurns(own) },
      problems,
    }
  }
}

/** Answers of the published baselines, by category. */
const V2_BASELINE_FILES: Readonly<Record<string, string>> = {
  hard_prompt: 'arena-hard-v2.0-baseline',
  creative_writing: 'arena-hard-v2.0-creative-baseline',
}

/** The one named, else the published one from its answer file in the data folder. */
async function baselineOf(
  setup: BenchSetup,
  options: {
    readonly edition: Edition
    readonly protocol: ArenaProtocol
    readonly category: string | undefined
    readonly recorded: ReadRecorded
  },
): Promise<Contestant> {
  const { edition, protocol, category, recorded } = options
  const { baseline } = setup.flags
  if (baseline !== undefined) return setup.contestant(baseline, recorded)
  const file = edition === 'v0.1' ? 'arena-hard-v0.1-baseline' : V2_BASELINE_FILES[category ?? '']
  if (file === undefined)
    throw new MoaError(
      'usage',
      `No answers of a baseline are known for ${category ?? edition}; name them with --baseline.`,
    )
  const name =
    protocol.version === 'v0.1' ? V01_BASELINE : v2Category(protocol.settings, category ?? '').baseline
  return setup.contestant(`${name}=${setup.data.need(file).path}`, recorded)
}

/** The published judge's settings, where the data folder has them as JSON, else our own. */
async function protocolOf(
  { data }: BenchSetup,
  edition: Edition,
): Promise<{ readonly protocol: ArenaProtocol; readonly hash: string }> {
  const config = await data.findOwn(...inside(`${edition}/judge_config.json`))
  const texts = edition === 'v2.0' ? await data.findOwn(...inside('v2.0/judge_settings.json')) : undefined
  if (edition === 'v0.1') {
    if (config === undefined)
      return { protocol: { version: edition, settings: OWN_V01_SETTINGS }, hash: 'own' }
    const settings = checked<V01JudgeSettings>(config, V01_SHAPE)
    return { protocol: { version: edition, settings }, hash: config.sha256 }
  }
  if (config === undefined || texts === undefined)
    return { protocol: { version: edition, settings: OWN_V2_SETTINGS }, hash: 'own' }
  const settings: V2JudgeSettings = {
    ...checked<Omit<V2JudgeSettings, 'categories'>>(config, V2_SHAPE),
    categories: checked<V2JudgeSettings['categories']>(texts, {}),
  }
  return { protocol: { version: edition, settings }, hash: `${config.sha256} ${texts.sha256}` }
}

const inside = (path: string): readonly string[] => [path, `arena_hard/${path}`]

const V01_SHAPE: Shape = { system_prompt: is.text, prompt_template: is.texts }
const V2_SHAPE: Shape = { prompt_template: is.text }

function checked<T>({ text, path }: NamedText, shape: Shape): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new MoaError('data_invalid', `${path} is no JSON; get it anew.`, { cause })
  }
  const field = is.object(value) ? misfit(value, shape) : 'of an object'
  if (field === undefined) return value as T
  throw new MoaError(
    'data_invalid',
    `${path}: expected the judge's settings, but the field ${field} is missing or wrong.`,
  )
}
