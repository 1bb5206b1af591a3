import { MoaError, NO_USAGE, type Model } from '../../core/index.js'
import { labelsOf } from './item.js'

/** Who is evaluated: a model, a mixture, or answers somebody gave before. */
export interface Contestant {
  /** What tables call it; unique within a run. */
  readonly name: string
  readonly model: Model
  /** Its answers were recorded before; they cost and take nothing now. */
  readonly recorded: boolean
  /** What changes when the contestant does: a recipe's hash, a file's, or a model's address. */
  readonly fingerprint: string
}

/** Recorded answers by sample: one text per turn. */
export type RecordedTurns = ReadonlyMap<string, readonly string[]>

/**
 * A model that gives recorded answers. It goes by the labels of the request and never looks at what is asked.
 *
 * @param source the file they were read from, for messages.
 */
export function recordedModel(id: string, turns: RecordedTurns, source: string): Model {
  return {
    id,
    price: { input: 0, output: 0 },
    async *stream(request, { signal }) {
      signal.throwIfAborted()
      const labels = labelsOf(request)
      const text = turns.get(labels?.sample ?? '')?.[labels?.turn ?? 0]
      if (text === undefined)
        throw new MoaError(
          'data_invalid',
          `${source} has no answer to ${labels?.sample ?? 'a request without a sample'}${labels?.turn ? `, turn ${labels.turn + 1}` : ''}.`,
        )
      yield { type: 'answer-start', model: id }
      if (text !== '') yield { type: 'answer-delta', text }
      yield { type: 'finish', reason: 'stop', usage: NO_USAGE, cost: { usd: 0, unpricedCalls: 0 } }
    },
  }
}

/** Refuses two of one name, which tables and files could not tell apart. */
export function checkNames(
  named: readonly Pick<Contestant, 'name'>[],
  what: 'contestant' | 'judge' = 'contestant',
): void {
  const seen = new Set<string>()
  for (const { name } of named) {
    if (seen.has(name))
      throw new MoaError(
        'usage',
        `Two ${what}s are called "${name}"; give one another name, as in --${what} other=${name}.`,
      )
    seen.add(name)
  }
}
