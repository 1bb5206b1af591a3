import type { Gateway, Visit } from '../gateway.js'
import { JSON_TYPE } from '../http/error-reply.js'

/** `GET /health`: the process is alive. */
export function health(gateway: Gateway, { exchange }: Visit): void {
  exchange.send({
    status: 200,
    headers: JSON_TYPE,
    body: JSON.stringify({ status: 'ok', version: gateway.version }),
  })
}

/** `GET /ready`: whether new requests should come here. */
export function ready(gateway: Gateway, { exchange }: Visit): void {
  const models = gateway.targets.catalog.entries.length
  const status = gateway.stopping ? 'stopping' : models === 0 ? 'no-models' : 'ready'
  exchange.send({
    status: status === 'ready' ? 200 : 503,
    headers: [...JSON_TYPE, 'cache-control', 'no-store'],
    body: JSON.stringify({
      status,
      models,
      runs: gateway.runs.size,
      ...(gateway.sharing && { rate_limits: gateway.sharing.shared ? 'shared' : 'alone' }),
    }),
  })
}

/** `GET /metrics`: for Prometheus. */
export async function metrics(gateway: Gateway, { exchange }: Visit): Promise<void> {
  const body = await gateway.metrics.text()
  exchange.send({ status: 200, headers: ['content-type', 'text/plain; version=0.0.4; charset=utf-8'], body })
}

/** `GET /`: for people who look whether something is there. */
export function home(gateway: Gateway, { exchange }: Visit): void {
  // With keys in use, what there is concerns those who have one.
  const shown = gateway.keyWatch === undefined ? gateway.targets.catalog.entries : []
  const names = shown.map(({ id }) => `  ${id}\n`).join('')
  exchange.send({
    status: 200,
    headers: ['content-type', 'text/plain; charset=utf-8'],
    body: `mixture-of-agents ${gateway.version}\n\nOpenAI-compatible API under /v1, described in /openapi.json.\n${names === '' ? '' : `\nModels:\n${names}`}`,
  })
}
