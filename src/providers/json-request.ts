import { MoaError } from '../core/index.js'
import { abortReason, onAbort, type Clock } from '../util/index.js'
import type { Endpoint } from './endpoint.js'
import type { RequestControl, ResponseHeaders, Transport } from './transport.js'
import { cleanError, refusalError, requestIdOf, transportError } from './upstream-failure.js'

const MAX_BYTES = 16 * 1024 * 1024

/** What a short GET needs to know of its provider. */
export interface JsonRequestContext {
  readonly endpoint: Endpoint
  readonly transport: Transport
  readonly headers: string[]
  /** For messages. */
  readonly upstream: string
  readonly clock: Clock
  readonly redact: (text: string) => string
}

/**
 * GETs a small JSON document of a provider.
 *
 * @throws {@link MoaError} for everything but JSON with status 2xx; `signal.reason` when aborted
 */
export function getJson(
  context: JsonRequestContext,
  resource: string,
  options: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<unknown> {
  const { signal, timeoutMs } = options
  const { upstream, clock, redact } = context
  if (signal.aborted) return Promise.reject(abortReason(signal))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    let status = 0
    let headers: ResponseHeaders = {}
    let over = false
    // Set by a call that may already fail, so it can't be a constant.
    let control: RequestControl | undefined = undefined

    const finish = (settle: () => void): void => {
      if (over) return
      over = true
      forget()
      cancelTimer()
      settle()
    }
    const fail = (error: unknown): void => {
      finish(() => reject(cleanError(error, { redact, requestId: requestIdOf(headers) })))
      control?.abort()
    }
    const forget = onAbort(signal, () => {
      finish(() => reject(abortReason(signal)))
      control?.abort()
    })
    const cancelTimer = clock.after(timeoutMs, () =>
      fail(
        new MoaError('timeout', `${upstream} did not answer within ${timeoutMs / 1000} s.`, {
          retryable: true,
        }),
      ),
    )
    const path = context.endpoint.path(resource)
    control = context.transport.send(
      { method: 'GET', path, headers: context.headers },
      {
        onStart() {},
        onHeaders(code, fields) {
          status = code
          headers = fields
        },
        onData(chunk) {
          bytes += chunk.length
          if (bytes > MAX_BYTES)
            fail(new MoaError('invalid_response', `${upstream} sent more than ${MAX_BYTES} bytes.`))
          else chunks.push(chunk)
        },
        onEnd() {
          const text = Buffer.concat(chunks).toString('utf8')
          if (status >= 300) {
            const body = redact(text)
            fail(refusalError({ status, headers, body, now: clock.now(), upstream }))
            return
          }
          const json = parse(text)
          if (json === undefined)
            fail(
              new MoaError(
                'invalid_response',
                `${upstream} answered "${resource}" with what is not JSON; is the base URL right?`,
              ),
            )
          else finish(() => resolve(json))
        },
        onError(error) {
          fail(transportError(error, { upstream, answering: status > 0 }))
        },
      },
    )
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
