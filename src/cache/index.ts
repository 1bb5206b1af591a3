export type { AnswerStore, CacheStats } from './answer-store.js'
export { SampleCounts } from './cache-key.js'
export { Flights } from './flights.js'
export {
  DEFAULT_CACHE_LIMITS,
  ResponseCache,
  type CacheLimits,
  type ResponseCacheOptions,
} from './response-cache.js'
export { RedisCache, type RedisCacheClient, type RedisCacheOptions } from './redis-cache.js'
export { withCache, type CacheOptions } from './with-cache.js'
