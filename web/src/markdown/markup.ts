import { h, type ComponentChildren } from 'preact'
import { clean } from './clean.js'

/**
 * Turns the markup that highlight.js and KaTeX write into nodes, without handing it to the browser's parser: only the
 * elements and attributes named here come through, everything else is left out with its tags.
 */
export function nodesOf(
  markup: string,
  allowed: Readonly<Record<string, readonly string[]>>,
): ComponentChildren[] {
  const root: ComponentChildren[] = []
  const open: { readonly name: string; readonly children: ComponentChildren[] }[] = [
    { name: '', children: root },
  ]
  const top = (): ComponentChildren[] => open.at(-1)?.children ?? root
  for (const [piece] of markup.matchAll(/<[^>]+>|[^<]+/g)) {
    if (!piece.startsWith('<')) {
      top().push(decode(piece))
      continue
    }
    const [, close = '', name = '', attributes = ''] = /^<(\/?)([\w-]+)([^>]*?)\/?>$/.exec(piece) ?? []
    const known = allowed[name]
    if (known === undefined) continue
    if (close !== '') {
      if (open.length > 1 && open.at(-1)?.name === name) open.pop()
      continue
    }
    const children: ComponentChildren[] = []
    top().push(h(name, propsOf(attributes, known), children))
    if (!piece.endsWith('/>')) open.push({ name, children })
  }
  return root
}

function propsOf(text: string, known: readonly string[]): Record<string, string> {
  const props: Record<string, string> = {}
  for (const [, name = '', value = ''] of text.matchAll(/([\w:-]+)="([^"]*)"/g))
    if (known.includes(name)) props[name] = decode(value)
  return props
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  reg: '®',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  times: '×',
  rarr: '→',
  larr: '←',
}

/** Text with its character references replaced; those that are not known stay as they are. */
export function decode(text: string): string {
  const decoded = text.replace(/&(#?\w{1,10});/g, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name] ?? whole
    const code = Number(name.replace(/^#x/i, '0x').replace(/^#/, ''))
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
  // What was written as a reference, or as a command of TeX, has not been cleaned yet.
  return clean(decoded)
}
