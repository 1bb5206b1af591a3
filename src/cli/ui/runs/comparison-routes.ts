import type { UiRequest, UiRoute } from '../../../gateway/index.js'
import { bad, object, optionalBoolean, string } from '../../../wire/check.js'
import type { UiContext } from '../context.js'
import { Comparisons } from './comparisons.js'
import type { Comparison, Vote } from './types.js'

const VOTES: readonly Vote[] = ['a', 'b', 'tie']
const MOST_QUESTION = 100_000

/** Two answers side by side, and the leaderboard of votes about them. */
export function comparisonRoutes({ store }: UiContext): readonly UiRoute[] {
  const comparisons = new Comparisons(store)
  const idOf = ({ params }: UiRequest): string => params['id'] ?? ''
  return [
    { method: 'POST', path: 'comparisons', handle: (request) => begin(comparisons, request) },
    {
      method: 'GET',
      path: 'comparisons/:id',
      handle: (request) => comparisons.get(request.owner, idOf(request)),
    },
    {
      method: 'POST',
      path: 'comparisons/:id/vote',
      async handle(request) {
        const wanted = object(await request.body(), 'body')['vote']
        const vote = VOTES.find((known) => known === wanted)
        if (vote === undefined) throw bad('vote', 'expected "a", "b" or "tie".')
        return comparisons.vote(request.owner, idOf(request), vote)
      },
    },
    { method: 'GET', path: 'leaderboard', handle: ({ owner }) => comparisons.leaderboard(owner) },
  ]
}

async function begin(comparisons: Comparisons, request: UiRequest): Promise<Comparison> {
  const fields = object(await request.body(), 'body')
  const question = string(fields['question'], 'question').trim()
  if (question === '' || question.length > MOST_QUESTION)
    throw bad('question', `expected 1 to ${MOST_QUESTION} characters, got ${question.length}.`)
  const first = string(fields['first'], 'first')
  const second = string(fields['second'], 'second')
  if (first === second) throw bad('second', `expected another one than "${first}".`)
  const blind = optionalBoolean(fields['blind'], 'blind') ?? true
  return comparisons.begin(request, { question, first, second, blind })
}
