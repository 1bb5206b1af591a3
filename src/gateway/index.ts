export { Gateway, type EndedRun, type GatewayOptions } from './gateway.js'
export type { Catalog, CatalogEntry, RecipeChanges, Target } from './catalog.js'
export { DEFAULT_SETTINGS, OVERRIDE_FIELDS, type GatewaySettings, type OverrideField } from './settings.js'
export {
  createKey,
  memoryKeyStore,
  type KeyLimits,
  type KeyRecord,
  type KeyStore,
} from './access/key-store.js'
export { mayUse } from './access/admission.js'
export { shownKey } from './access/secret.js'
export { redisKeyStore, redisSpendStore, type RedisKeyClient, type RedisSpend } from './access/redis-keys.js'
export type { RedisClient } from './access/sharing.js'
export { memorySpendStore, periodsOf, type SpendStore } from './access/spend-store.js'
export { SECURITY_HEADERS } from './http/request-id.js'
export type { Exchange, HeaderList } from './http/exchange.js'
export type { RouteOptions, Visit } from './gateway.js'
export type { Route } from './routes/routes.js'
export { listen, type Listening, type ListenOptions } from './http/server.js'
export { NO_LOG, LineBuffer, REDACTED_PATHS, type GatewayLog } from './ops/log.js'
export { loadTracing, type Tracing } from './ops/tracing.js'
export { startPageOrder, startPageRun, type PageRun } from './ui/page-run.js'
export { uiRoutes, type UiOptions } from './ui/routes.js'
export type { EventWriter, UiPart, UiPartName, UiRequest, UiRoute, UiServices } from './ui/services.js'
