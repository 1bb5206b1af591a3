import { randomBytes, randomInt } from 'node:crypto'
import { MoaError, errorInfo } from '../../../core/errors.js'
import { startPageRun, type PageRun, type UiRequest } from '../../../gateway/index.js'
import type { Records, Store } from '../../../store/index.js'
import { standingsOf, type Ballot } from './leaderboard.js'
import type { Comparison, ComparisonSide, Leaderboard, Side, Vote } from './types.js'

/** What is asked of whom. */
export interface ComparisonOrder {
  readonly question: string
  readonly first: string
  readonly second: string
  readonly blind: boolean
}

type Draft<T> = { -readonly [Field in keyof T]: T[Field] }
type OpenSide = Draft<ComparisonSide> & { readonly name: string }

interface Open extends Omit<Comparison, 'sides' | 'vote'> {
  readonly owner: string
  readonly sides: Readonly<Record<Side, OpenSide>>
  vote?: Vote
}

/** Comparisons under way and lately: votes are kept, texts only while the gateway runs. */
const MOST_OPEN = 200
const SIDES: readonly Side[] = ['a', 'b']

/** Asks two contestants the same question and counts who is preferred. */
export class Comparisons {
  readonly #ballots: Records<Ballot>
  readonly #open = new Map<string, Open>()

  constructor(store: Store) {
    this.#ballots = store.records('ui-votes')
  }

  /**
   * Asks both at the same time.
   *
   * @throws {@link MoaError} when one of them can't be asked at all
   */
  async begin(request: UiRequest, order: ComparisonOrder): Promise<Comparison> {
    const names = [order.first, order.second]
    if (randomInt(2) === 1) names.reverse()
    const [a, b] = names.map((name): OpenSide => ({ name, state: 'running', text: '' })) as [
      OpenSide,
      OpenSide,
    ]
    const { question, blind } = order
    const open: Open = {
      id: randomBytes(9).toString('base64url'),
      at: Date.now(),
      owner: request.owner,
      question,
      blind,
      sides: { a, b },
    }
    const runs: PageRun[] = []
    try {
      for (const side of SIDES) runs.push(follow(request, open, side))
      // What is refused is refused at once: an unknown name, a key that does not allow it.
      await refusals(runs)
    } catch (error) {
      for (const run of runs) run.stop()
      throw error
    }
    if (this.#open.size >= MOST_OPEN) this.#open.delete(this.#open.keys().next().value as string)
    this.#open.set(open.id, open)
    return shown(open)
  }

  /** @throws {@link MoaError} `not_found` */
  get(owner: string, id: string): Comparison {
    return shown(this.#find(owner, id))
  }

  /** Counts a vote; the names are told from then on. */
  vote(owner: string, id: string, vote: Vote): Comparison {
    const open = this.#find(owner, id)
    if (open.vote !== undefined)
      throw new MoaError('conflict', 'This comparison has its vote already; a second one would count twice.')
    if (SIDES.some((side) => open.sides[side].state !== 'done'))
      throw new MoaError('conflict', 'Both answers have to be there before one can be preferred.')
    open.vote = vote
    const { a, b } = open.sides
    const at = open.at.toString().padStart(13, '0')
    this.#ballots.set(`${owner}/${at} ${id}`, { first: a.name, second: b.name, vote, blind: open.blind })
    return shown(open)
  }

  leaderboard(owner: string): Leaderboard {
    const ballots = [...this.#ballots.scan({ from: `${owner}/`, before: `${owner}0` })].map(
      ({ value }) => value,
    )
    return { votes: ballots.length, standings: standingsOf(ballots) }
  }

  #find(owner: string, id: string): Open {
    const open = this.#open.get(id)
    if (open?.owner === owner) return open
    throw new MoaError('not_found', 'There is no such comparison any more; ask again.')
  }
}

/** Asks one side and notes what comes. */
function follow(request: UiRequest, open: Open, which: Side): PageRun {
  const side = open.sides[which]
  const startedAt = Date.now()
  const body = {
    model: side.name,
    stream: true,
    messages: [{ role: 'user', content: open.question }],
    moa: { progress: false },
  }
  const run = startPageRun(request, body, {
    answer(event) {
      if (event.type === 'answer-delta' || event.type === 'refusal-delta') side.text += event.text
    },
  })
  run.done.then(
    ({ error, account }) => {
      Object.assign(side, {
        durationMs: Date.now() - startedAt,
        cost: account.cost,
        calls: account.calls.length,
      })
      side.state = error === undefined ? 'done' : 'failed'
      if (error) side.problem = errorInfo(error).message
    },
    (error: unknown) => {
      side.state = 'failed'
      side.problem = errorInfo(error).message
    },
  )
  return run
}

/** Rejects when a run is refused before it begins. */
function refusals(runs: readonly PageRun[]): Promise<unknown> {
  const begun = new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  return Promise.race([begun, Promise.all(runs.map(({ done }) => done))])
}

/** A comparison as its page may see it: before a blind vote nothing tells who is who. */
function shown({ owner: _, sides, ...comparison }: Open): Comparison {
  const hidden = comparison.blind && comparison.vote === undefined
  const one = ({ name, state, text, problem, ...facts }: OpenSide): ComparisonSide => ({
    ...(!hidden && { name, ...facts }),
    state,
    text,
    ...(problem !== undefined && { problem: hidden ? 'There is no answer of this side.' : problem }),
  })
  return { ...comparison, sides: { a: one(sides.a), b: one(sides.b) } }
}
