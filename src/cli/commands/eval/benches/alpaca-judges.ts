import { MoaError } from '../../../../core/errors.js'
import {
  alpacaJudges,
  alpacaJudgesFiles,
  alpacaJudgesResults,
  gatherGold,
  GOLD_FILE,
  GOLD_MODELS_FILE,
  HUMAN_VOTES,
  pairSamples,
  readHumanVotes,
  type JudgeContestant,
} from '../../../../eval/benches/alpaca-eval/index.js'
import { checkNames } from '../../../../eval/harness/contestant.js'
import { canonicalJson, sha256Hex } from '../../../../util/hash.js'
import { readNamedText, type NamedText } from '../bench-data.js'
import { configuredJudge } from '../judge-configs.js'
import { modelsBeside } from '../gold-files.js'
import type { Bench, BenchSetup, PreparedRun } from './bench.js'

/** Judges against people: every judge votes on pairs that people have voted on. */
export const alpacaJudgesBench: Bench = {
  flags: ['gold', 'judgeSeeds', 'judgeConfigs'],
  prepare,
  results: alpacaJudgesResults,
  files: alpacaJudgesFiles,
}

async function prepare(setup: BenchSetup): Promise<PreparedRun> {
  const { flags, problems } = setup
  const { votes, models } = await goldFiles(setup)
  const read = readHumanVotes(votes.text, votes.path)
  problems.merge(read.problems)
  const gold = gatherGold(read.data, { log: problems })
  const judges = await judgesOf(setup)
  checkNames(judges, 'judge')
  const seeds = flags.judgeSeeds ?? HUMAN_VOTES
  return {
    samples: pairSamples(gold),
    contestants: [],
    judges: judges.map(({ name, judges: pool }) => ({
      name,
      fingerprint: `pool:${sha256Hex(canonicalJson(pool.map(({ judge }) => judge.fingerprint))).slice(0, 32)}`,
    })),
    options: { data: votes.sha256, ...(models && { models: models.sha256 }), seeds },
    attachments: { [GOLD_FILE]: votes.text, ...(models && { [GOLD_MODELS_FILE]: models.text }) },
    benchmark: (samples) => alpacaJudges({ gold, samples, judges, seeds }),
  }
}

/** The votes, and the published companion that names the models of each pair. */
async function goldFiles({
  flags,
  data,
}: BenchSetup): Promise<{ readonly votes: NamedText; readonly models?: NamedText }> {
  if (flags.gold === undefined) {
    const models = data.find('alpaca-eval-human-annotations')
    return { votes: data.need('alpaca-eval-human-votes'), ...(models && { models }) }
  }
  const votes = await readNamedText(flags.gold)
  const companion = modelsBeside(flags.gold)
  return { votes, ...(companion !== undefined && { models: await readNamedText(companion) }) }
}

async function judgesOf(setup: BenchSetup): Promise<readonly JudgeContestant[]> {
  const texts = setup.flags.judge ?? []
  if (texts.length === 0)
    throw new MoaError(
      'usage',
      'No judge is to be measured: name one or several with --judge, such as weighted@provider/model.',
    )
  if (setup.flags.contestant !== undefined)
    throw new MoaError('usage', 'alpaca-judges measures judges; name them with --judge, not --contestant.')
  const found: JudgeContestant[] = []
  for (const text of texts) found.push(await configuredJudge(text, setup))
  return found
}
