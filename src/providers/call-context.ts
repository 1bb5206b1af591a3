import type { ChatRequest, Price } from '../core/index.js'
import type { Clock } from '../util/index.js'
import type { Timeouts } from './timeouts.js'
import type { Transport } from './transport.js'

/** What every call to one model has in common. */
export interface CallContext {
  readonly provider: string
  /** The model's name at the provider. */
  readonly model: string
  /** Provider and host, for messages. */
  readonly upstream: string
  readonly transport: Transport
  readonly path: string
  readonly headers: string[]
  readonly timeouts: Required<Timeouts>
  readonly price: Price | null
  readonly clock: Clock
  readonly redact: (text: string) => string
  /** The JSON text to send. @throws {@link MoaError} `invalid_request` for what has no JSON form */
  readonly encode: (request: ChatRequest, stream: boolean) => string
}
