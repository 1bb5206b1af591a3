import { Command } from 'commander'
import type { AddCommand } from '../program.js'
import { configFlag, jsonFlag } from './flags.js'

/** `moa cache`. */
export function cache(add: AddCommand): Command {
  const stats = add(
    new Command('stats')
      .description('what the cache holds, and what it has brought')
      .addOption(jsonFlag('print JSON'))
      .addOption(configFlag()),
    async () => (await import('../commands/cache.js')).cacheStats,
  )
  const clear = add(
    new Command('clear').description('delete every answer in the cache').addOption(configFlag()),
    async () => (await import('../commands/cache.js')).cacheClear,
  )
  return add(new Command('cache').description('look at the cache of answers, or empty it'))
    .addCommand(stats)
    .addCommand(clear)
}
