import { shuffledOrder } from '../../../stats/index.js'
import type { Json } from '../../../python/json.js'
import type { ParsedReply } from '../parse/read-reply.js'
import type { Pair } from '../read/votes.js'
import { isPreference } from '../score/win-rate.js'
import { isSwitched } from './pairs.js'

/** Pairs are judged this many at a time; cache and shuffles go by chunk. */
export const CHUNK_SIZE = 128

/** The preference stored for a pair whose judgement failed for good. */
export const FAILED_PREFERENCE = -1

/** Fills the last prompt of a chunk where several pairs share a prompt. Its verdicts are thrown away. */
export const PADDING_PAIR: Pair = { instruction: '1+1=', output_1: '2', output_2: '3' }

/** A pair on its way to the judge. */
export interface PlannedPair<P extends Pair = Pair> {
  readonly pair: P
  /** Whether the judge sees `output_2` first. */
  readonly switched: boolean
}

export interface BatchOptions {
  /** Pairs per prompt. */
  readonly size: number
  readonly seed: number
  /** Default true. */
  readonly randomizeOrder?: boolean
  /** Default true; matters only where several pairs share a prompt. */
  readonly shuffle?: boolean
}

/** A chunk of pairs, sorted into those to judge and those that need no call. */
export interface ChunkPlan<P extends Pair = Pair> {
  /** Prompts in the order of calling; null is padding. */
  readonly batches: readonly (readonly (PlannedPair<P> | null)[])[]
  /** Both outputs are the same text: their preference is 1.5. */
  readonly identical: readonly P[]
  /** Copies of an earlier pair of the chunk; they take its verdict. */
  readonly copies: readonly P[]
}

/** Cuts pairs into chunks. */
export function chunksOf<P>(pairs: readonly P[]): readonly (readonly P[])[] {
  const chunks: P[][] = []
  for (let start = 0; start < pairs.length; start += CHUNK_SIZE) {
    chunks.push(pairs.slice(start, start + CHUNK_SIZE))
  }
  return chunks
}

/** What tells pairs apart: instruction and both outputs. */
export function pairKey({ instruction, output_1, output_2 }: Pair): string {
  return JSON.stringify([instruction, output_1, output_2])
}

/** Decides who of a chunk is judged with whom in which order. Pairs with a cached verdict are to be taken out before. */
export function planChunk<P extends Pair>(chunk: readonly P[], options: BatchOptions): ChunkPlan<P> {
  const { size, seed, randomizeOrder = true, shuffle = true } = options
  const seen = new Set<string>()
  const [identical, copies]: [P[], P[]] = [[], []]
  const rows: (PlannedPair<P> | null)[] = []
  for (const pair of chunk) {
    const key = pairKey(pair)
    if (seen.has(key)) copies.push(pair)
    else if (pair.output_1 === pair.output_2) identical.push(pair)
    else rows.push({ pair, switched: randomizeOrder && isSwitched(pair.instruction, seed) })
    seen.add(key)
  }
  while (rows.length % size !== 0) rows.push(null)
  const order = shuffle ? shuffledOrder(rows.length, seed) : [...rows.keys()]
  const batches: (PlannedPair<P> | null)[][] = []
  for (let start = 0; start < order.length; start += size) {
    batches.push(order.slice(start, start + size).map((row) => rows[row] ?? null))
  }
  return { batches, identical, copies }
}

/** The pair as the judge sees it. */
export function shownPair({ pair, switched }: PlannedPair): Pair {
  return switched ? { ...pair, output_1: pair.output_2, output_2: pair.output_1 } : pair
}

/** A pair's verdict; null with a reason where the reply gives none. */
export interface Verdict<P extends Pair = Pair> {
  readonly pair: P
  readonly preference: number | null
  readonly reason?: string
}

/**
 * Turns a reply's verdicts into preferences: undoes the swap, takes 0 as a draw, and holds everything outside 1 to 2 for
 * missing. A reply with another number of verdicts than pairs in the prompt gives none.
 */
export function verdictsOf<P extends Pair>(
  batch: readonly (PlannedPair<P> | null)[],
  reply: ParsedReply,
): readonly Verdict<P>[] {
  const planned = [...batch.entries()].flatMap(([position, plan]) => (plan ? [{ position, plan }] : []))
  if (reply.ok && reply.values.length === batch.length) {
    return planned.map(({ position, plan }) => {
      const preference = preferenceOf(reply.values[position] ?? null, plan.switched)
      const reason = 'the reply holds no preference from 1 to 2'
      return { pair: plan.pair, preference, ...(preference === null && { reason }) }
    })
  }
  const reason = reply.ok
    ? `expected ${batch.length} verdicts in the reply, got ${reply.values.length}`
    : reply.reason
  return planned.map(({ plan }) => ({ pair: plan.pair, preference: null, reason }))
}

function preferenceOf(value: Json, switched: boolean): number | null {
  const preference = typeof value === 'boolean' ? Number(value) : value
  if (typeof preference !== 'number' || !isPreference(preference)) return null
  if (preference === 0) return 1.5
  return switched ? 3 - preference : preference
}
