import type { ProblemLog } from '../../problems.js'
import type { ArenaQuestion } from './records.js'

export interface Judged {
  readonly id: string
  readonly model: string
  readonly judge: string
}

/**
 * Reports repeated, foreign and missing judgments. What is missing is measured against `questions`, or without
 * them against every question any model was judged on.
 */
export function checkCoverage(
  judgments: readonly Judged[],
  { questions, log }: { readonly questions: readonly ArenaQuestion[] | undefined; readonly log: ProblemLog },
): void {
  const known = questions && new Set(questions.map(({ id }) => id))
  const groups = new Map<string, Set<string>>()
  for (const { id, model, judge } of judgments) {
    const place = { id: `${model}, ${id}` }
    if (known?.has(id) === false) {
      const message =
        'The question is not one of the question set; the published scores count it, the corrected do not.'
      log.add('id-unknown', message, place)
    }
    const group = `${model}\n${judge}`
    let seen = groups.get(group)
    if (seen === undefined) groups.set(group, (seen = new Set<string>()))
    if (seen.has(id)) {
      const message =
        'Judged more than once; the published scores count every judgment, the corrected the first with labels.'
      log.add('record-duplicate', message, place)
    }
    seen.add(id)
  }
  const expected = known ?? new Set(judgments.map(({ id }) => id))
  for (const [group, seen] of groups) {
    const [model] = group.split('\n')
    for (const id of expected)
      if (!seen.has(id)) log.add('record-missing', 'There is no judgment.', { id: `${model}, ${id}` })
  }
}

interface WithGames {
  readonly games: readonly ({ readonly score: string | null } | null)[]
}

/** One judgment for each key, in their order: the first whose games both have a label, else the first. */
export function distinctJudgments<T extends WithGames>(
  judgments: readonly T[],
  key: (judgment: T) => string,
): T[] {
  const firsts = new Map<string, T>()
  for (const judgment of judgments) {
    const name = key(judgment)
    const first = firsts.get(name)
    if (first === undefined || (!isLabelled(first) && isLabelled(judgment))) firsts.set(name, judgment)
  }
  return [...firsts.values()]
}

function isLabelled({ games }: WithGames): boolean {
  return games.length >= 2 && games.every((game) => game !== null && game.score !== null)
}
