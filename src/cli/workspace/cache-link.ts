import type { RedisCacheClient } from '../../cache/index.js'
import type { CacheSettings } from '../../config/settings.js'
import { connectRedis, redisAway, type RedisLink } from '../redis.js'

/** A connection to the cache's Redis, made when it is first needed. */
export interface CacheLink {
  /** Host and port, for people. */
  readonly place: string
  /**
   * The connection, as long as it stands.
   *
   * @throws {@link MoaError} `unreachable`; `config_invalid` when Redis refuses the password or the database
   */
  readonly client: () => Promise<RedisCacheClient>
  close(): Promise<void>
}

export function cacheLink({ redis = '' }: CacheSettings): CacheLink {
  let opened: Promise<RedisLink> | undefined
  return {
    get place() {
      return URL.canParse(redis) ? new URL(redis).host : redis
    },
    async client() {
      const link = await (opened ??= connectRedis(redis, { setting: 'cache.redis' }))
      if (link.client.status !== 'ready') throw redisAway(link)
      return link.client
    },
    async close() {
      // One that was refused has closed itself.
      const link = await opened?.catch(() => undefined)
      link?.close()
    },
  }
}
