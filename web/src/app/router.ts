import { computed, signal } from '@preact/signals'

/** Where the user is: the address behind `#`, so that the app works below any path and from a reloaded page. */
const hash = signal(location.hash)
addEventListener('hashchange', () => (hash.value = location.hash))

export interface Place {
  readonly page: string
  /** Further parts of the path, decoded. */
  readonly parts: readonly string[]
  readonly query: URLSearchParams
}

/** `#/runs/42?tab=prompt` as page `runs`, parts `['42']`, query `tab=prompt`. */
export function placeOf(text: string): Place {
  const [path = '', query = ''] = text.replace(/^#?\/?/, '').split('?')
  const [page = '', ...parts] = path.split('/').map(decode)
  return { page, parts: parts.filter((part) => part !== ''), query: new URLSearchParams(query) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // Typed by hand.
  }
}

/** The current place. */
export const place = computed(() => placeOf(hash.value))

/** The address of a place, for links. */
export function link(...parts: readonly string[]): string {
  return `#/${parts.map(encodeURIComponent).join('/')}`
}

/** Goes somewhere; `replace` leaves no step to go back to. */
export function go(to: string, options: { readonly replace?: boolean } = {}): void {
  if (options.replace) history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  hash.value = to
}
