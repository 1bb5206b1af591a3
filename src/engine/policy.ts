/** A second copy of a slow call; whichever answers first wins, the other is aborted and billed. */
export interface Hedge {
  /** Start it after so many milliseconds. */
  readonly afterMs?: number
  /** Start it once the call is slower than this percentile (50 to 99.9) of the model's own recent calls. */
  readonly percentile?: number
  /** Send it to another model; default the same. */
  readonly model?: string
}

/** How a panel treats stragglers. */
export interface PanelPolicy {
  /**
   * Usable proposals after which the panel stops waiting, once `graceMs` have passed. Default: all of a panel of up
   * to three, all but one of a larger one.
   */
  readonly quorum?: number
  /** How long the rest may still come in after the quorum, in milliseconds. Default 2000. */
  readonly graceMs?: number
  readonly hedge?: Hedge
  /** Calls at a time, for hosts that serve one model at a time. Default: the whole panel. */
  readonly concurrency?: number
}

/** A policy with every default filled in for a panel of a known size. */
export interface ResolvedPolicy {
  readonly quorum: number
  readonly graceMs: number
  readonly concurrency: number
  readonly hedge?: Hedge
}

/** Long enough for a model a quarter slower than its peers at usual answer lengths, short against a stall. */
export const DEFAULT_GRACE_MS = 2000

/**
 * @param size slots in the panel
 * @param layers policies from the weakest to the strongest: recipe, stage
 */
export function resolvePolicy(size: number, ...layers: readonly (PanelPolicy | undefined)[]): ResolvedPolicy {
  const merged: PanelPolicy = Object.assign({}, ...layers) as PanelPolicy
  return {
    quorum: merged.quorum ?? (size >= 4 ? size - 1 : size),
    graceMs: merged.graceMs ?? DEFAULT_GRACE_MS,
    concurrency: merged.concurrency ?? size,
    ...(merged.hedge && { hedge: merged.hedge }),
  }
}
