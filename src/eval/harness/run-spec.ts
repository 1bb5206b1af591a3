import { createHash } from 'node:crypto'
import { canonicalJson } from '../../util/hash.js'
import type { BenchmarkName } from './benchmark-names.js'

/** Everything that decides what a run asks: two runs of the same specification ask the same things. */
export interface RunSpec {
  /** `batch` answers questions of one's own, and judges nothing. */
  readonly benchmark: BenchmarkName | 'batch'
  readonly contestants: readonly ContestantSpec[]
  readonly judges: readonly JudgeSpec[]
  /** Contestant the others are compared with, where the benchmark compares. */
  readonly baseline?: string
  readonly seed: number
  /** How many samples were drawn at random. */
  readonly sample?: number
  /** How many samples were taken from the front. */
  readonly limit?: number
  /** The benchmark's own options, such as its version or mode. */
  readonly options: Readonly<Record<string, unknown>>
}

export interface ContestantSpec {
  readonly name: string
  readonly fingerprint: string
  readonly recorded: boolean
}

export interface JudgeSpec {
  readonly name: string
  readonly fingerprint: string
}

/** Names a specification; changes if and only if its meaning does. */
export function specHash(spec: RunSpec): string {
  return createHash('sha256').update(canonicalJson(spec)).digest('hex')
}
