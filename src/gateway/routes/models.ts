import { MoaError } from '../../core/index.js'
import { didYouMean } from '../../util/index.js'
import { mayUse } from '../access/admission.js'
import type { CatalogEntry } from '../catalog.js'
import type { Gateway, Visit } from '../gateway.js'
import { JSON_TYPE } from '../http/error-reply.js'
import type { Exchange } from '../http/exchange.js'

/** `GET /v1/models`: from memory, so that pickers with little patience get it at once. */
export function listModels(gateway: Gateway, { exchange, key, route }: Visit): void {
  const data = gateway.targets.catalog.entries
    .filter(({ id }) => key === undefined || mayUse(key, id))
    .map((entry) => encode(entry, { gateway, exchange }))
  const anthropic = isAnthropic(exchange)
    ? { has_more: false, first_id: data[0]?.['id'] ?? null, last_id: data.at(-1)?.['id'] ?? null }
    : {}
  gateway.metrics.request(route, 200)
  exchange.send({
    status: 200,
    headers: JSON_TYPE,
    body: JSON.stringify({ object: 'list', data, ...anthropic }),
  })
}

const PREFIX = '/v1/models/'

/** `GET /v1/models/{id}`; ids have slashes in them, encoded or not. */
export async function getModel(gateway: Gateway, { exchange, key, route }: Visit): Promise<void> {
  const id = decode(exchange.path.slice(PREFIX.length))
  const { entries } = gateway.targets.catalog
  const listed = entries.find((entry) => entry.id === id)
  if (key !== undefined && !mayUse(key, id)) throw notFound(id, [])
  const entry = listed ?? (await unlisted(gateway, id))
  gateway.metrics.request(route, 200)
  exchange.send({
    status: 200,
    headers: JSON_TYPE,
    body: JSON.stringify(encode(entry, { gateway, exchange })),
  })
}

/** A model that can be asked without being listed: any of a configured provider. */
async function unlisted(gateway: Gateway, id: string): Promise<CatalogEntry> {
  try {
    const { kind } = await gateway.targets.find(id)
    return { id, kind }
  } catch {
    throw notFound(
      id,
      gateway.targets.catalog.entries.map((entry) => entry.id),
    )
  }
}

function notFound(id: string, known: readonly string[]): MoaError {
  return new MoaError('model_not_found', `There is no model "${id.slice(0, 100)}".${didYouMean(id, known)}`, {
    param: 'model',
  })
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // Not encoded, just odd.
  }
}

function encode(
  { id, kind, description }: CatalogEntry,
  { gateway, exchange }: { gateway: Gateway; exchange: Exchange },
): Record<string, unknown> {
  const [provider = ''] = id.split('/')
  return {
    id,
    object: 'model',
    created: gateway.startedAt,
    owned_by: kind === 'recipe' ? 'moa' : provider,
    ...(description !== undefined && description !== '' && { description }),
    ...(isAnthropic(exchange) && {
      type: 'model',
      display_name: id,
      created_at: new Date(gateway.startedAt * 1000).toISOString(),
    }),
  }
}

const isAnthropic = (exchange: Exchange): boolean => exchange.header('anthropic-version') !== undefined
