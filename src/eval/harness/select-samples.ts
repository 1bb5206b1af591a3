import { MoaError } from '../../core/errors.js'
import { seededRandom } from '../../util/random.js'
import type { Sample } from './benchmark.js'

export interface Selection {
  /** Draws this many at random; the same seed draws the same ones. They keep their order. */
  readonly sample?: number | undefined
  /** Takes this many from the front, of those drawn. */
  readonly limit?: number | undefined
  readonly seed: number
}

/**
 * The part of a benchmark that is asked.
 *
 * @throws MoaError `usage` when more is to be drawn than there is.
 */
export function selectSamples<T extends Pick<Sample, 'id'>>(
  samples: readonly T[],
  selection: Selection,
): readonly T[] {
  const { sample, limit, seed } = selection
  if (sample !== undefined && sample > samples.length)
    throw new MoaError(
      'usage',
      `--sample ${sample}: the benchmark has ${samples.length} samples; draw fewer or leave the flag out.`,
    )
  let chosen = samples
  if (sample !== undefined) {
    const drawn = new Set(
      seededRandom(`sample|${seed}`)
        .shuffle(samples.map(({ id }) => id))
        .slice(0, sample),
    )
    chosen = samples.filter(({ id }) => drawn.has(id))
  }
  return limit === undefined ? chosen : chosen.slice(0, limit)
}
