import type { ChatRequest } from '../../core/request.js'

/**
 * What a call is made for. Labels travel in the request's metadata, through mixtures too, and are not sent to providers.
 */
export interface ItemLabels {
  /** What is journaled as one: an answer to a sample, or a judgment. */
  readonly item: string
  /** Counts the tries at the item, from 1. */
  readonly attempt: number
  readonly sample?: string
  /** Which turn of the sample is asked, from 0. */
  readonly turn?: number
}

const NAMES = { item: 'moa-item', attempt: 'moa-attempt', sample: 'moa-sample', turn: 'moa-turn' } as const

/** The request with labels in its metadata. */
export function labelled(request: ChatRequest, labels: ItemLabels): ChatRequest {
  const { item, attempt, sample, turn } = labels
  return {
    ...request,
    metadata: {
      ...request.metadata,
      [NAMES.item]: item,
      [NAMES.attempt]: String(attempt),
      ...(sample !== undefined && { [NAMES.sample]: sample }),
      ...(turn !== undefined && { [NAMES.turn]: String(turn) }),
    },
  }
}

/** The labels of a request; `undefined` for one that was not made for an item. */
export function labelsOf({ metadata }: ChatRequest): ItemLabels | undefined {
  const item = metadata?.[NAMES.item]
  if (item === undefined) return undefined
  const sample = metadata?.[NAMES.sample]
  const turn = metadata?.[NAMES.turn]
  return {
    item,
    attempt: Number(metadata?.[NAMES.attempt] ?? 1),
    ...(sample !== undefined && { sample }),
    ...(turn !== undefined && { turn: Number(turn) }),
  }
}
