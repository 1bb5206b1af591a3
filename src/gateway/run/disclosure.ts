import type { Degradation } from '../../core/index.js'
import type { HeaderList } from '../http/exchange.js'

/** Names listed in one header. */
const MOST_NAMES = 20

/** Headers that tell what was not done as asked, as far as it is known: parameters left out, a degraded run. */
export function disclosure(ignored: readonly string[], degraded: readonly Degradation[]): HeaderList {
  return [
    ...(ignored.length === 0 ? [] : ['x-moa-ignored', headerText(ignored)]),
    ...(degraded.length === 0
      ? []
      : ['x-moa-degraded', headerText([...new Set(degraded.map(({ code }) => code))])]),
  ]
}

/** Names from a stranger's request, fit for a header. */
function headerText(names: readonly string[]): string {
  const clean = names.slice(0, MOST_NAMES).map((name) => name.slice(0, 64).replace(/[^\w.[\]-]/g, '?'))
  return [...clean, ...(names.length > MOST_NAMES ? ['...'] : [])].join(', ')
}
