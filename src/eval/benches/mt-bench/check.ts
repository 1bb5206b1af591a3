import { ProblemLog } from '../../problems.js'
import { radarCategory } from './categories.js'
import type { MtBenchQuestion, MtBenchTurn, PairJudgment, SingleJudgment } from './records.js'

type Judgment = SingleJudgment | PairJudgment

export interface CheckedJudgments<T extends Judgment> {
  /** One judgment for each question, turn, judge and contestants: the first with a verdict, else the first. */
  readonly distinct: readonly T[]
  readonly log: ProblemLog
}

/** Judgments by turn and question. */
type Items<T> = Readonly<Record<MtBenchTurn, Map<number, T>>>

/** Contestants under one judge, and what they were judged on. */
interface Group<T> {
  readonly name: string
  readonly items: Items<T>
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
  const groups = new Groups<T>()
  for (const judgment of judgments) {
    const id = judgment.question_id
    if (known === undefined ? radarCategory(id) === undefined : !known.has(id)) {
      const message =
        'The question is not one of the question set; the published scores count it, the corrected do not.'
      log.add('id-unknown', message, { id: idOf(judgment) })
    } else keepFirst(groups.of(judgment).items, judgment, log)
  }
  reportUnscored(groups.all, log)
  reportMissing(groups.all, expectedItems(groups.all, questions), log)
  const distinct = groups.all.flatMap(({ items }) => [...items[1].values(), ...items[2].values()])
  return { distinct, log }
}

/** Groups found by judge and contestants without putting a key together for every judgment. */
class Groups<T extends Judgment> {
  readonly all: Group<T>[] = []
  readonly #judges = new Map<string, Map<string, Map<string, Group<T>>>>()

  of(judgment: T): Group<T> {
    const [first, second] = contestantsOf(judgment)
    const firsts = entry(this.#judges, judgment.judge[0], () => new Map<string, Map<string, Group<T>>>())
    const seconds = entry(firsts, first, () => new Map<string, Group<T>>())
    return entry(seconds, second, () => {
      const group = { name: nameOf(judgment), items: { 1: new Map<number, T>(), 2: new Map<number, T>() } }
      this.all.push(group)
      return group
    })
  }
}

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = create()))
  return value
}

function keepFirst<T extends Judgment>(items: Items<T>, judgment: T, log: ProblemLog): void {
  const seen = items[judgment.turn]
  const first = seen.get(judgment.question_id)
  if (first === undefined) {
    seen.set(judgment.question_id, judgment)
    return
  }
  const message =
    'Judged more than once; the published scores count every judgment, the corrected the first with a verdict.'
  log.add('record-duplicate', message, { id: idOf(judgment) })
  if (!hasVerdict(first) && hasVerdict(judgment)) seen.set(judgment.question_id, judgment)
}

function reportUnscored(groups: readonly Group<Judgment>[], log: ProblemLog): void {
  for (const { items } of groups) {
    for (const judgment of [...items[1].values(), ...items[2].values()]) {
      if (hasVerdict(judgment)) continue
      log.add('unscored', 'The judge gave no verdict; the judgment is left out of all scores.', {
        id: idOf(judgment),
      })
    }
  }
}

function expectedItems(
  groups: readonly Group<Judgment>[],
  questions: readonly MtBenchQuestion[] | undefined,
): Items<true> {
  const expected = { 1: new Map<number, true>(), 2: new Map<number, true>() }
  for (const { question_id, turns } of questions ?? []) {
    expected[1].set(question_id, true)
    if (turns.length === 2) expected[2].set(question_id, true)
  }
  if (questions !== undefined) return expected
  for (const { items } of groups) {
    for (const turn of [1, 2] as const) for (const id of items[turn].keys()) expected[turn].set(id, true)
  }
  return expected
}

function reportMissing(groups: readonly Group<Judgment>[], expected: Items<true>, log: ProblemLog): void {
  for (const { name, items } of groups) {
    for (const turn of [1, 2] as const) {
      for (const id of expected[turn].keys()) {
        if (items[turn].has(id)) continue
        log.add('record-missing', 'There is no judgment.', { id: `${name}, question ${id}, turn ${turn}` })
      }
    }
  }
}

/** Whether the judge said something that counts. */
export function hasVerdict(judgment: Judgment): boolean {
  if ('score' in judgment) return judgment.score !== -1
  return judgment.g1_winner !== 'error' && judgment.g2_winner !== 'error'
}

/** Models in a fixed order; a single judgment has no second. */
function contestantsOf(judgment: Judgment): readonly [string, string] {
  if ('model' in judgment) return [judgment.model, '']
  const { model_1, model_2 } = judgment
  return model_1 < model_2 ? [model_1, model_2] : [model_2, model_1]
}

function nameOf(judgment: Judgment): string {
  const [first, second] = contestantsOf(judgment)
  return 'model' in judgment ? first : `${first} vs ${second}`
}

function idOf(judgment: Judgment): string {
  return `${nameOf(judgment)}, question ${judgment.question_id}, turn ${judgment.turn}`
}
