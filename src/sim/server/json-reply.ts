import { Collector, NO_COST, type Result } from '../../core/index.js'
import { encodeResponse, type ResponseIdentity } from '../../wire/index.js'
import type { Answer } from '../answer.js'
import { ERROR_INSIDE } from '../fault-error.js'
import { piecesBefore } from '../fault.js'
import type { Exchange } from './exchange.js'
import { sendJson } from './http.js'

/** Sends an answer in one piece, after the time all of it takes. */
export function replyWithJson(
  exchange: Exchange,
  options: { identity: ResponseIdentity; headers: Readonly<Record<string, string>> },
): void {
  const { call, answer, fault } = exchange
  if (fault?.type === 'hang-before') {
    beginJson(exchange, options.headers)
    exchange.flush()
    exchange.hang()
    return
  }
  const count = piecesBefore(fault, answer.units.length)
  let ms = call.first()
  for (let index = 1; index < count; index += 1) ms += call.pace()
  const body = bodyOf(exchange, options.identity)
  if (call.behaviour.drip !== undefined && fault === undefined) drip(exchange, body, options.headers)
  else exchange.after(ms, () => finish(exchange, body, options.headers))
}

function beginJson(exchange: Exchange, headers: Readonly<Record<string, string>>): void {
  exchange.response.writeHead(200, { 'content-type': 'application/json', ...headers })
}

/** Bodies without the fields that differ between two responses with the same answer. */
const bodies = new WeakMap<Answer, string>()

function bodyOf({ answer, call, fault }: Exchange, identity: ResponseIdentity): string {
  let rest = bodies.get(answer)
  if (rest === undefined) {
    rest = restOf(answer, call.behaviour.usage !== 'none')
    bodies.set(answer, rest)
  }
  const head = `{"id":${JSON.stringify(identity.id)},"created":${identity.created},"model":${JSON.stringify(identity.model)},`
  const body = head + rest
  return fault?.type === 'no-finish' ? body.replace(/"finish_reason":"\w+"/, '"finish_reason":null') : body
}

function restOf(answer: Answer, reports: boolean): string {
  const fields = encodeResponse(resultOf(answer), { id: '', created: 0, model: '' })
  for (const field of ['id', 'created', 'model', ...(reports ? [] : ['usage'])]) delete fields[field]
  return JSON.stringify(fields).slice(1)
}

function resultOf(answer: Answer): Result {
  const collector = new Collector()
  for (const unit of answer.units) collector.add(unit)
  collector.add({ type: 'finish', reason: answer.finishReason, usage: answer.usage(), cost: NO_COST })
  return collector.result()
}

function finish(exchange: Exchange, body: string, headers: Readonly<Record<string, string>>): void {
  const { response, fault, answer } = exchange
  const half = body.slice(0, body.length >> 1)
  switch (fault?.type) {
    case 'hang-between':
      beginJson(exchange, headers)
      response.write(half)
      exchange.hang()
      return
    case 'disconnect':
      if (fault.after > 0) beginJson(exchange, headers)
      exchange.destroyAfter(fault.after > 0 ? half : '')
      return
    case 'malformed':
      exchange.settleFault()
      beginJson(exchange, headers)
      response.end(half)
      return
    case 'error-mid':
      exchange.settleFault()
      sendJson(response, { status: 500, body: ERROR_INSIDE, headers })
      return
    default:
      exchange.served = answer.units.length
      exchange.settle(fault ? `fault:${fault.type}` : 'completed')
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...headers,
      })
      response.end(body)
  }
}

/** The body bit by bit, one bit per piece of the answer. */
function drip(exchange: Exchange, body: string, headers: Readonly<Record<string, string>>): void {
  const { response, answer, call } = exchange
  const bytes = Buffer.from(body, 'utf8')
  const step = Math.max(1, Math.ceil(bytes.length / Math.max(1, answer.units.length)))
  let sent = 0
  beginJson(exchange, headers)
  exchange.flush()
  const next = (): void => {
    if (!exchange.open) return
    const bit = bytes.subarray(sent, sent + step)
    sent += step
    if (sent < bytes.length) {
      response.write(bit)
      exchange.after(call.pace(), next)
      return
    }
    exchange.served = answer.units.length
    exchange.settle('completed')
    response.end(bit)
  }
  exchange.after(call.first(), next)
}
