export { SampleCounts } from './cache-key.js'
export { Flights } from './flights.js'
export {
  DEFAULT_CACHE_LIMITS,
  ResponseCache,
  type CacheLimits,
  type CacheStats,
  type ResponseCacheOptions,
} from './response-cache.js'
export { withCache, type CacheOptions } from './with-cache.js'
