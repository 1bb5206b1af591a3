import { MoaError } from '../../../../core/errors.js'
import type { EvalLog } from '../../../harness/eval-log.js'
import type { ResultColumn, RunResults } from '../../../harness/results.js'
import { ProblemLog } from '../../../problems.js'
import { analyseJudges, JUDGE_COLUMNS, type JudgeAnalysis } from '../analyse/analyse-judges.js'
import { estimateVotes, voteDistance } from '../analyse/estimate.js'
import { gatherGold } from '../analyse/gold.js'
import { pairKey } from '../judge/batches.js'
import { readHumanVotes, type HumanVote, type JudgeVote } from '../read/votes.js'
import type { JudgeTrialVerdict } from './judges-benchmark.js'

/** Names of the attachments that hold what people voted. */
export const GOLD_FILE = 'alpaca_farm_human_crossannotations.json'
export const GOLD_MODELS_FILE = 'alpaca_farm_human_annotations.json'

/** A judge's votes in a run. */
export interface RunVotes {
  readonly name: string
  readonly votes: readonly JudgeVote[]
  /** Whether it saw some pairs in reverse. */
  readonly randomizeOrder: boolean
}

const SHORT: Readonly<Record<(typeof JUDGE_COLUMNS)[number], string>> = {
  'Human agreement': 'agreement',
  'Price [$/1000 examples]': '$/1000',
  'Time [seconds/1000 examples]': 's/1000',
  'Spearman corr.': 'Spearman',
  'Pearson corr.': 'Pearson',
  Bias: 'bias',
  Variance: 'variance',
  'Proba. prefer longer': 'longer',
  'Proba. prefer lists': 'lists',
  'Proba. prefer 1': 'first',
  '# parsed': 'parsed',
}

const COLUMNS: readonly ResultColumn[] = [
  ...JUDGE_COLUMNS.map((key) => ({ key, label: SHORT[key], digits: key === '# parsed' ? 0 : 2 })),
  { key: 'Swap consistency', label: 'swapped' },
]

/** Every judge's votes in a run on {@link GOLD_FILE}. Pairs that needed no call have no price and no time. */
export function votesOf(log: EvalLog): readonly RunVotes[] {
  const samples = new Map(log.samples().map((sample) => [sample.id, sample.turns]))
  const votes = new Map<string, JudgeVote[]>(log.record.spec.judges.map(({ name }) => [name, []]))
  const reversed = new Set<string>()
  for (const { verdict, costUsd, seconds, calls } of log.judgments<JudgeTrialVerdict>()) {
    const { judge, seed, pairs, raw } = verdict
    const asked = calls > 0 || raw !== null
    if (pairs.some(({ switched }) => switched)) reversed.add(judge)
    for (const { sample, preference } of pairs) {
      const [instruction = '', output_1 = '', output_2 = ''] = samples.get(sample) ?? []
      votes.get(judge)?.push({
        instruction,
        output_1,
        output_2,
        seed,
        preference: preference ?? NaN,
        price: asked && costUsd !== null ? costUsd / pairs.length : NaN,
        time: asked ? seconds / pairs.length : NaN,
      })
    }
  }
  return [...votes].map(([name, own]) => ({ name, votes: own, randomizeOrder: reversed.has(name) }))
}

/** The leaderboard of judges of a run, from the log alone. */
export function alpacaJudgesResults(log: EvalLog): RunResults {
  const problems = new ProblemLog()
  const { crossAnnotations, annotations } = goldOf(log, problems)
  const judges = votesOf(log).filter(({ votes }) => votes.length > 0)
  const analysis = analyseJudges({ crossAnnotations, annotations, judges, swaps: true, bootstrap: {} })
  problems.merge(analysis.problems)
  return {
    columns: COLUMNS,
    rows: rowsOf(analysis),
    measure: { key: 'Human agreement', label: 'agreement with people' },
    scores: new Map(judges.map(({ name, votes }) => [name, agreements(log, votes, crossAnnotations)])),
    problems: problems.list(),
  }
}

/** What people voted on the pairs of the run. */
function goldOf(
  log: EvalLog,
  problems: ProblemLog,
): { readonly crossAnnotations: readonly HumanVote[]; readonly annotations: readonly HumanVote[] } {
  const chosen = new Set(
    log
      .samples()
      .map(({ turns: [instruction = '', output_1 = '', output_2 = ''] }) =>
        pairKey({ instruction, output_1, output_2 }),
      ),
  )
  const read = (file: string): readonly HumanVote[] | undefined => {
    const text = log.attachment(file)
    if (text === undefined) return undefined
    const { data, problems: found } = readHumanVotes(text, file)
    problems.merge(found)
    return data.filter((vote) => chosen.has(pairKey(vote)))
  }
  const crossAnnotations = read(GOLD_FILE)
  if (crossAnnotations === undefined)
    throw new MoaError('data_invalid', `Run ${log.id} lacks people's votes; start it over with --new.`)
  return { crossAnnotations, annotations: read(GOLD_MODELS_FILE) ?? [] }
}

function rowsOf({ rows, details }: JudgeAnalysis): RunResults['rows'] {
  return rows.map(({ judge, ...values }) => {
    const { swap = null, intervals = {} } = details.get(judge) ?? {}
    return {
      contestant: judge,
      values: {
        ...values,
        'Swap consistency': swap?.consistent ?? null,
        'Prefers first shown': swap?.prefersFirst ?? null,
      },
      intervals,
    }
  })
}

/** Agreement on each pair, in percent: the mean over seeds. */
function agreements(
  log: EvalLog,
  votes: readonly JudgeVote[],
  crossAnnotations: readonly HumanVote[],
): ReadonlyMap<string, number> {
  const gold = gatherGold(crossAnnotations, { log: new ProblemLog() })
  const estimates = new Map(gold.pairs.map((pair) => [pairKey(pair), estimateVotes(pair.votes)]))
  const sums = new Map<string, { sum: number; count: number }>()
  for (const vote of votes) {
    const distance = voteDistance(vote.preference, estimates.get(pairKey(vote)) ?? NaN)
    if (Number.isNaN(distance)) continue
    const { sum, count } = sums.get(pairKey(vote)) ?? { sum: 0, count: 0 }
    sums.set(pairKey(vote), { sum: sum + 100 * (1 - distance), count: count + 1 })
  }
  return new Map(
    log.samples().flatMap(({ id, turns: [instruction = '', output_1 = '', output_2 = ''] }) => {
      const found = sums.get(pairKey({ instruction, output_1, output_2 }))
      return found === undefined ? [] : [[id, found.sum / found.count] as const]
    }),
  )
}
