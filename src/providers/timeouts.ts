import { MoaError } from '../core/index.js'

/** How long a call may take, in milliseconds. */
export interface Timeouts {
  /** TCP and TLS handshakes. Default 10 s. */
  readonly connectMs?: number
  /** From sending to the answer's headers, when streaming. Default 120 s; local servers, which load models, 300 s. */
  readonly headersMs?: number
  /** From sending to the first token, when streaming. Default 300 s; local 600 s. */
  readonly firstTokenMs?: number
  /** Between tokens, when streaming. Default 120 s. Waiting for a slow reader does not count. */
  readonly stallMs?: number
  /** The whole call, waiting for a slow reader included. Default 600 s; local 1800 s. */
  readonly overallMs?: number
}

const HOSTED: Required<Timeouts> = {
  connectMs: 10_000,
  headersMs: 120_000,
  firstTokenMs: 300_000,
  stallMs: 120_000,
  overallMs: 600_000,
}

const LOCAL: Required<Timeouts> = {
  connectMs: 10_000,
  headersMs: 300_000,
  firstTokenMs: 600_000,
  stallMs: 120_000,
  overallMs: 1_800_000,
}

/** All limits, defaults filled in. */
export function resolveTimeouts(timeouts: Timeouts = {}, local = false): Required<Timeouts> {
  return { ...(local ? LOCAL : HOSTED), ...timeouts }
}

/** The error of a call that ran out of time. */
export function timeoutError(
  phase: 'overall' | 'headers' | 'first-token' | 'stall',
  call: {
    readonly upstream: string
    readonly timeouts: Required<Timeouts>
    /** The headers of an answer have come. */
    readonly answering: boolean
  },
): MoaError {
  const { upstream, timeouts, answering } = call
  const seconds = (ms: number): string => `${ms / 1000} s`
  switch (phase) {
    case 'headers':
      return new MoaError(
        'timeout',
        `${upstream} sent no headers within ${seconds(timeouts.headersMs)}; raise timeouts.headersMs if it needs longer.`,
        { retryable: true },
      )
    case 'first-token':
      return new MoaError(
        answering ? 'stalled' : 'timeout',
        `${upstream} sent no token within ${seconds(timeouts.firstTokenMs)}; raise timeouts.firstTokenMs if it needs longer.`,
        { retryable: true },
      )
    case 'stall':
      return new MoaError(
        'stalled',
        `${upstream} stopped in the middle of the answer: no token for ${seconds(timeouts.stallMs)}.`,
        { retryable: true },
      )
    case 'overall':
      return new MoaError(
        'timeout',
        `${upstream} did not finish within ${seconds(timeouts.overallMs)}; raise timeouts.overallMs if it needs longer.`,
      )
  }
}
