import { ProblemLog } from '../../problems.js'
import { radarCategory } from './categories.js'
import type { MtBenchQuestion, MtBenchTurn, PairJudgment, SingleJudgment } from './records.js'

type Judgment = SingleJudgment | PairJudgment

export interface CheckedJudgments<T extends Judgment> {
  /** One judgment for each question, turn, judge and contestants: the first with a verdict, else the first. */
  readonly distinct: readonly T[]
  readonly log: ProblemLog
}

/** Contestants under one judge, and what they were judged on, by place. */
interface Group<T> {
  readonly name: string
  readonly items: (T | undefined)[]
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
  const places = new Places(questions)
  const groups = new Groups<T>()
  let left = 0
  let unscored = false
  for (const judgment of judgments) {
    const place = places.of(judgment)
    unscored ||= !hasVerdict(judgment)
    if (place === undefined) {
      log.add('id-unknown', UNKNOWN, { id: idOf(judgment) })
      left += 1
    } else if (!keepFirst(groups.of(judgment), place, { judgment, log })) left += 1
  }
  if (unscored) reportUnscored(groups.all, log)
  reportMissing(groups.all, places, log)
  // Nothing left out: the judgments themselves.
  const distinct = left === 0 ? judgments : groups.all.flatMap(({ items }) => items.filter(isThere))
  return { distinct, log }
}

const UNKNOWN =
  'The question is not one of the question set; the published scores count it, the corrected do not.'
const REPEATED =
  'Judged more than once; the published scores count every judgment, the corrected the first with a verdict.'
const UNSCORED = 'The judge gave no verdict; the judgment is left out of all scores.'

const isThere = <T>(item: T | undefined): item is T => item !== undefined

/** Numbers questions and turns, so that judgments are found by place in a list. */
class Places {
  readonly #closed: boolean
  readonly #questions = new Map<number, number>()
  readonly #expected: { readonly question: number; readonly turn: MtBenchTurn }[] = []

  constructor(questions: readonly MtBenchQuestion[] | undefined) {
    this.#closed = questions !== undefined
    for (const { question_id, turns } of questions ?? []) {
      const place = this.#add(question_id)
      this.#expected[place] = { question: question_id, turn: 1 }
      if (turns.length === 2) this.#expected[place + 1] = { question: question_id, turn: 2 }
    }
  }

  #add(question: number): number {
    const place = 2 * this.#questions.size
    this.#questions.set(question, place)
    return place
  }

  /** `undefined` for a question that is none of the set's. */
  of({ question_id, turn }: Judgment): number | undefined {
    let place = this.#questions.get(question_id)
    if (place === undefined) {
      if (this.#closed || radarCategory(question_id) === undefined) return undefined
      place = this.#add(question_id)
    }
    place += turn - 1
    if (!this.#closed) this.#expected[place] ??= { question: question_id, turn }
    return place
  }

  /** Every place that should have a judgment. */
  get expected(): readonly ({ readonly question: number; readonly turn: MtBenchTurn } | undefined)[] {
    return this.#expected
  }
}

/** Groups found by judge and contestants without putting a key together for every judgment. */
class Groups<T extends Judgment> {
  readonly all: Group<T>[] = []
  readonly #judges = new Map<string, Map<string, Map<string, Group<T>>>>()

  of(judgment: T): Group<T> {
    const first = firstOf(judgment)
    const second = secondOf(judgment)
    const known = this.#judges.get(judgment.judge[0])?.get(first)?.get(second)
    return known ?? this.#add(judgment, first, second)
  }

  #add(judgment: T, first: string, second: string): Group<T> {
    const group = { name: nameOf(judgment), items: [] }
    this.all.push(group)
    const firsts = entry(this.#judges, judgment.judge[0], () => new Map<string, Map<string, Group<T>>>())
    entry(firsts, first, () => new Map<string, Group<T>>()).set(second, group)
    return group
  }
}

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = create()))
  return value
}

/** Whether the judgment is the first of its kind. */
function keepFirst<T extends Judgment>(
  { items }: Group<T>,
  place: number,
  { judgment, log }: { readonly judgment: T; readonly log: ProblemLog },
): boolean {
  const first = items[place]
  if (first === undefined) {
    while (items.length < place) items.push(undefined)
    items[place] = judgment
    return true
  }
  log.add('record-duplicate', REPEATED, { id: idOf(judgment) })
  if (!hasVerdict(first) && hasVerdict(judgment)) items[place] = judgment
  return false
}

function reportUnscored(groups: readonly Group<Judgment>[], log: ProblemLog): void {
  for (const { items } of groups) {
    for (const judgment of items) {
      if (judgment === undefined || hasVerdict(judgment)) continue
      log.add('unscored', UNSCORED, { id: idOf(judgment) })
    }
  }
}

function reportMissing(groups: readonly Group<Judgment>[], { expected }: Places, log: ProblemLog): void {
  for (const { name, items } of groups) {
    for (let place = 0; place < expected.length; place += 1) {
      const wanted = expected[place]
      if (wanted === undefined || items[place] !== undefined) continue
      const id = `${name}, question ${wanted.question}, turn ${wanted.turn}`
      log.add('record-missing', 'There is no judgment.', { id })
    }
  }
}

/** Whether the judge said something that counts. */
export function hasVerdict(judgment: Judgment): boolean {
  if ('score' in judgment) return judgment.score !== -1
  return judgment.g1_winner !== 'error' && judgment.g2_winner !== 'error'
}

// Models in a fixed order; a single judgment has no second. Two functions, since a pair would be made for every row.

function firstOf(judgment: Judgment): string {
  if ('model' in judgment) return judgment.model
  const { model_1, model_2 } = judgment
  return model_1 < model_2 ? model_1 : model_2
}

function secondOf(judgment: Judgment): string {
  if ('model' in judgment) return ''
  const { model_1, model_2 } = judgment
  return model_1 < model_2 ? model_2 : model_1
}

function nameOf(judgment: Judgment): string {
  const first = firstOf(judgment)
  return 'model' in judgment ? first : `${first} vs ${secondOf(judgment)}`
}

function idOf(judgment: Judgment): string {
  return `${nameOf(judgment)}, question ${judgment.question_id}, turn ${judgment.turn}`
}
