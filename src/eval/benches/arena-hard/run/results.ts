import { MoaError } from '../../../../core/errors.js'
import type { Answer, Sample } from '../../../harness/benchmark.js'
import type { EvalLog } from '../../../harness/eval-log.js'
import { fileName, type ExportFile } from '../../../harness/export-file.js'
import type { ResultColumn, ResultRow, RunResults } from '../../../harness/results.js'
import { writeJsonl } from '../../../jsonl.js'
import type { ProblemLog } from '../../../problems.js'
import { labelAdvantage } from '../labels.js'
import type { ArenaVersion } from '../read.js'
import type { ArenaQuestion, V01Judgment, V2Judgment } from '../records.js'
import { answerId, PROTOCOL_FILE, withPrompts, type ArenaProtocol, type ArenaVerdict } from './benchmark.js'
import { scoreArenaHardV01 } from '../score-v01.js'
import { scoreArenaHardV2 } from '../score-v2.js'

const COLUMNS: readonly ResultColumn[] = [
  { key: 'score', label: 'score' },
  { key: 'lower', label: 'lower' },
  { key: 'upper', label: 'upper' },
  { key: 'questions', label: 'judged', digits: 0 },
]
const MEASURE = { key: 'score', label: 'win rate' }

/** Every figure of Arena-Hard, from the log alone. */
export function arenaResults(log: EvalLog): RunResults {
  const version = versionOf(log)
  const verdicts = verdictsOf(log)
  const rows = figures(log, version, verdicts)
  const scores = questionScores(version, verdicts)
  return {
    columns: COLUMNS,
    rows: rows.rows.map((row) => ({
      ...row,
      values: { ...row.values, questions: scores.get(row.contestant)?.size ?? null },
    })),
    measure: MEASURE,
    scores,
    problems: rows.problems,
  }
}

function versionOf(log: EvalLog): ArenaVersion {
  return log.record.spec.options['edition'] as ArenaVersion
}

/** Judgments by contestant and question, so that their order does not depend on who was faster. */
function verdictsOf(log: EvalLog): readonly ArenaVerdict[] {
  const contestants = new Map(log.contestants.map((name, place) => [name, place]))
  const samples = new Map(log.samples().map(({ id }, place) => [id, place]))
  const place = (verdict: ArenaVerdict): number =>
    (contestants.get(verdict.model) ?? 0) * samples.size + (samples.get(idOf(verdict)) ?? 0)
  return [...log.judgments<ArenaVerdict>()].map(({ verdict }) => verdict).sort((a, b) => place(a) - place(b))
}

const idOf = (verdict: ArenaVerdict): string => ('uid' in verdict ? verdict.uid : verdict.question_id)

const questionOf = ({ id, category = '', turns }: Sample): ArenaQuestion => ({
  id,
  category,
  prompt: turns[0] ?? '',
})

interface Figures {
  readonly rows: readonly ResultRow[]
  readonly problems: ReturnType<ProblemLog['list']>
}

function figures(log: EvalLog, version: ArenaVersion, verdicts: readonly ArenaVerdict[]): Figures {
  const questions = log.samples().map(questionOf)
  const { baseline = '' } = log.record.spec
  try {
    return version === 'v0.1'
      ? figuresV01(verdicts as readonly V01Judgment[], { baseline, questions })
      : figuresV2(verdicts as readonly V2Judgment[], { baseline, questions })
  } catch (error) {
    // Nothing to score is a result of a run that has hardly begun, or of a judge that never gave a label.
    if (!(error instanceof MoaError) || error.code !== 'data_invalid') throw error
    if (verdicts.length === 0) return { rows: [], problems: [] }
    return {
      rows: [],
      problems: [{ code: 'unscored', message: error.message, count: verdicts.length, places: [] }],
    }
  }
}

interface Setting {
  readonly baseline: string
  readonly questions: readonly ArenaQuestion[]
}

function figuresV01(judgments: readonly V01Judgment[], setting: Setting): Figures {
  const { published, corrected, problems } = scoreArenaHardV01({ version: 'v0.1', judgments, ...setting })
  const anchored = new Map(corrected.rows.map((row) => [row.model, row]))
  const rows = published.rows.map(({ model, score, lower, upper, elo }) => {
    const right = anchored.get(model)
    const differs = right !== undefined && (right.lower !== lower || right.upper !== upper)
    return resultRow(model, {
      values: {
        score,
        lower,
        upper,
        elo,
        ...(differs && { lower_corrected: right.lower, upper_corrected: right.upper }),
      },
      bounds: [right?.lower ?? lower, right?.upper ?? upper, 0.95],
    })
  })
  return { rows, problems: [...problems] }
}

function figuresV2(judgments: readonly V2Judgment[], { baseline, questions }: Setting): Figures {
  // The published rule cuts names at their last slash, so models of several providers would fall together.
  const known = new Map(
    [baseline, ...judgments.map(({ model }) => model)].map((name) => [fileName(name), name]),
  )
  const uncut = judgments.map((judgment) => ({
    ...judgment,
    model: fileName(judgment.model),
    judge: fileName(judgment.judge),
    baseline: fileName(judgment.baseline),
  }))
  const { categories, problems } = scoreArenaHardV2({
    version: 'v2.0',
    judgments: uncut,
    questions,
    baselines: Object.fromEntries(questions.map(({ category }) => [category, fileName(baseline)])),
  })
  const percent = (value: number | null): number | null => (value === null ? null : 100 * value)
  const rows = categories.flatMap(({ category, published, corrected }) =>
    published.rows.map(({ model, score, lower, upper }) =>
      resultRow(known.get(model) ?? model, {
        values: {
          score: percent(score),
          lower: percent(lower),
          upper: percent(upper),
          score_corrected: percent(corrected.rows.find((row) => row.model === model)?.score ?? null),
          ...(categories.length > 1 && { category }),
        },
        bounds: [percent(lower), percent(upper), 0.9],
      }),
    ),
  )
  return { rows, problems: [...problems] }
}

function resultRow(
  contestant: string,
  {
    values,
    bounds: [low, high, level],
  }: {
    readonly values: ResultRow['values']
    readonly bounds: readonly [number | null, number | null, number]
  },
): ResultRow {
  return {
    contestant,
    values,
    intervals: low === null || high === null ? {} : { score: { low, high, level } },
  }
}

/** Mean points of a contestant on each question in percent, clear wins counted once. */
function questionScores(
  version: ArenaVersion,
  verdicts: readonly ArenaVerdict[],
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const scores = new Map<string, Map<string, number>>()
  for (const verdict of verdicts) {
    const points = verdict.games.flatMap((game, index) => {
      const advantage = labelAdvantage(version, game?.score ?? '')
      // The contestant sits in seat B in game 1 and in seat A in game 2.
      return advantage === undefined ? [] : [50 + 50 * advantage.seat * (index === 0 ? -1 : 1)]
    })
    if (points.length < verdict.games.length) continue
    let own = scores.get(verdict.model)
    if (own === undefined) scores.set(verdict.model, (own = new Map<string, number>()))
    own.set(idOf(verdict), points.reduce((sum, value) => sum + value, 0) / points.length)
  }
  return scores
}

/** The run's files as the published scripts write them; answers have no token counts, which no published tokeniser made. */
export function arenaFiles(log: EvalLog): readonly ExportFile[] {
  const version = versionOf(log)
  const verdicts = wholeVerdicts(log)
  const judge = fileName(log.record.spec.judges[0]?.name ?? 'judge')
  return log.contestants.flatMap((contestant): ExportFile[] => {
    const name = fileName(contestant)
    const answers = log.samples().flatMap((sample) => {
      const answer = log.get(contestant, sample.id)
      return answer === undefined ? [] : [answerLine(version, sample, answer)]
    })
    const own = verdicts.filter(({ model }) => model === contestant)
    return [
      { path: `model_answer/${name}.jsonl`, text: writeJsonl(answers) },
      ...(own.length === 0 ? [] : [{ path: `model_judgment/${judge}/${name}.jsonl`, text: writeJsonl(own) }]),
    ]
  })
}

/** Judgments with their prompts, which the log holds only in what they are made of. */
function wholeVerdicts(log: EvalLog): readonly ArenaVerdict[] {
  const attached = log.attachment(PROTOCOL_FILE)
  if (attached === undefined) return verdictsOf(log)
  const protocol = JSON.parse(attached) as ArenaProtocol
  const { baseline = '' } = log.record.spec
  const questions = new Map(log.samples().map((sample) => [sample.id, sample.turns[0] ?? '']))
  return verdictsOf(log).map((verdict) => {
    const id = idOf(verdict)
    const text = (name: string): string => log.get(name, id)?.turns[0] ?? ''
    const shown = {
      question: questions.get(id) ?? '',
      baseline: text(baseline),
      candidate: text(verdict.model),
    }
    return withPrompts(verdict, shown, protocol)
  })
}

function answerLine(
  version: ArenaVersion,
  { id, turns }: Sample,
  { contestant, turns: given, at }: Answer,
): object {
  const text = given[0] ?? ''
  const answer_id = answerId(contestant, id, text)
  if (version === 'v0.1')
    return {
      question_id: id,
      answer_id,
      model_id: contestant,
      choices: [{ index: 0, turns: [{ content: text }] }],
      tstamp: at,
    }
  return {
    uid: id,
    ans_id: answer_id,
    model: contestant,
    messages: [
      { role: 'user', content: turns[0] ?? '' },
      { role: 'assistant', content: { answer: text } },
    ],
    tstamp: at,
  }
}
