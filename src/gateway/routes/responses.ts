import { MoaError } from '../../core/index.js'
import type { Gateway, Visit } from '../gateway.js'
import { JSON_TYPE } from '../http/error-reply.js'

const PREFIX = '/v1/responses/'

/** `GET /v1/responses/{id}`: an answer that is kept. */
export function getResponse(gateway: Gateway, visit: Visit): void {
  const id = idOf(visit)
  const response = gateway.stored.get(id, visit.key?.id ?? '')
  if (response === undefined) throw missing(id)
  reply(gateway, visit, response)
}

/** `DELETE /v1/responses/{id}` */
export function deleteResponse(gateway: Gateway, visit: Visit): void {
  const id = idOf(visit)
  if (!gateway.stored.delete(id, visit.key?.id ?? '')) throw missing(id)
  reply(gateway, visit, { id, object: 'response', deleted: true })
}

const idOf = ({ exchange }: Visit): string => exchange.path.slice(PREFIX.length)

function reply(
  { metrics }: Gateway,
  { exchange, route }: Visit,
  body: Readonly<Record<string, unknown>>,
): void {
  metrics.request(route, 200)
  exchange.send({
    status: 200,
    headers: [...JSON_TYPE, 'cache-control', 'no-store'],
    body: JSON.stringify(body),
  })
}

const missing = (id: string): MoaError =>
  new MoaError(
    'not_found',
    `There is no answer "${id.slice(0, 80)}" here: answers are kept in memory for a while, for the key that got them, ` +
      'and not with store: false.',
  )
