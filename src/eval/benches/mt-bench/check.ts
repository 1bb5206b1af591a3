import { ProblemLog } from '../../problems.js'
import { radarCategory } from './categories.js'
import type { MtBenchQuestion, PairJudgment, SingleJudgment } from './records.js'

type Judgment = SingleJudgment | PairJudgment

export interface CheckedJudgments<T extends Judgment> {
  /** One judgment for each question, turn, judge and contestants: the first with a verdict, else the first. */
  readonly distinct: readonly T[]
  readonly log: ProblemLog
}

/**
 * Looks through judgments for what the published scripts pass over: repeated, unscored and missing ones and
 * unknown questions. What counts as missing is measured against `questions`, or without them against every question
 * and turn any contestant was judged on.
 */
export function checkJudgments<T extends Judgment>(
  judgments: readonly T[],
  questions: readonly MtBenchQuestion[] | undefined,
): CheckedJudgments<T> {
  const log = new ProblemLog()
  const known = questions === undefined ? undefined : new Set(questions.map(({ question_id }) => question_id))
  const groups = new Map<string, Map<string, T>>()
  for (const judgment of judgments) {
    const id = judgment.question_id
    if (known === undefined ? radarCategory(id) === undefined : !known.has(id)) {
      const message =
        'The question is not one of the question set; the published scores count it, the corrected do not.'
      log.add('id-unknown', message, { id: idOf(judgment) })
      continue
    }
    const group = `${contestantsOf(judgment)}\n${judgment.judge[0]}`
    let seen = groups.get(group)
    if (seen === undefined) groups.set(group, (seen = new Map<string, T>()))
    keepFirst(seen, judgment, log)
  }
  reportMissing(groups, questions, log)
  return { distinct: [...groups.values()].flatMap((seen) => [...seen.values()]), log }
}

function keepFirst<T extends Judgment>(seen: Map<string, T>, judgment: T, log: ProblemLog): void {
  const key = itemKey(judgment.question_id, judgment.turn)
  const first = seen.get(key)
  if (first === undefined) {
    seen.set(key, judgment)
    return
  }
  const message =
    'Judged more than once; the published scores count every judgment, the corrected the first with a verdict.'
  log.add('record-duplicate', message, { id: idOf(judgment) })
  if (!hasVerdict(first) && hasVerdict(judgment)) seen.set(key, judgment)
}

function reportMissing(
  groups: ReadonlyMap<string, ReadonlyMap<string, Judgment>>,
  questions: readonly MtBenchQuestion[] | undefined,
  log: ProblemLog,
): void {
  const expected = new Set<string>()
  for (const { question_id, turns } of questions ?? []) {
    expected.add(itemKey(question_id, 1))
    if (turns.length === 2) expected.add(itemKey(question_id, 2))
  }
  if (questions === undefined)
    for (const seen of groups.values()) for (const key of seen.keys()) expected.add(key)
  for (const [group, seen] of groups) {
    for (const judgment of seen.values()) {
      if (!hasVerdict(judgment)) {
        log.add('unscored', 'The judge gave no verdict; the judgment is left out of all scores.', {
          id: idOf(judgment),
        })
      }
    }
    const [contestants] = group.split('\n')
    for (const key of expected) {
      if (!seen.has(key)) log.add('record-missing', 'There is no judgment.', { id: `${contestants}, ${key}` })
    }
  }
}

/** Whether the judge said something that counts. */
export function hasVerdict(judgment: Judgment): boolean {
  if ('score' in judgment) return judgment.score !== -1
  return judgment.g1_winner !== 'error' && judgment.g2_winner !== 'error'
}

function contestantsOf(judgment: Judgment): string {
  if ('model' in judgment) return judgment.model
  const { model_1, model_2 } = judgment
  return model_1 < model_2 ? `${model_1} vs ${model_2}` : `${model_2} vs ${model_1}`
}

function itemKey(question: number, turn: number): string {
  return `question ${question}, turn ${turn}`
}

function idOf(judgment: Judgment): string {
  return `${contestantsOf(judgment)}, ${itemKey(judgment.question_id, judgment.turn)}`
}
