import type { MarkedToken, Token, Tokens } from 'marked'
import { sanitize } from '../terminal/sanitize.js'
import { span, type Span, type Style } from '../terminal/style.js'

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  times: '×',
}

/** Character references of HTML, of which Markdown text may be full. Unknown ones stay as they are. */
function withoutEntities(text: string): string {
  if (!text.includes('&')) return text
  const plain = text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, ...groups) => {
    const [decimal, hex, name] = groups as (string | undefined)[]
    if (name !== undefined) return ENTITIES[name] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
  return sanitize(plain)
}

/** The inline part of Markdown as styled runs. HTML tags are shown as they were written, except line breaks. */
export function inlineSpans(tokens: readonly Token[], style: Style = {}): Span[] {
  return tokens.flatMap((token) => inlineSpan(token as MarkedToken, style))
}

function inlineSpan(token: MarkedToken, style: Style): Span[] {
  switch (token.type) {
    case 'strong':
      return inlineSpans(token.tokens, { ...style, bold: true })
    case 'em':
      return inlineSpans(token.tokens, { ...style, italic: true })
    case 'del':
      return inlineSpans(token.tokens, { ...style, strike: true })
    case 'codespan':
      return [span(token.text, { ...style, color: 'cyan' })]
    case 'br':
      return [span('\n')]
    case 'link':
      return linkSpans(token, style)
    case 'image':
      return [span(`[image${token.text === '' ? '' : `: ${token.text}`}]`, style), urlSpan(token.href, style)]
    case 'html':
      return [/^<br\s*\/?>$/i.test(token.text.trim()) ? span('\n') : span(token.text, style)]
    case 'text':
      return token.tokens === undefined
        ? [span(withoutEntities(softBreaks(token.text)), style)]
        : inlineSpans(token.tokens, style)
    case 'checkbox':
      return []
    default:
      return [span(withoutEntities(softBreaks('text' in token ? token.text : token.raw)), style)]
  }
}

/** A single newline inside a paragraph is a space. */
const softBreaks = (text: string): string => text.replace(/\n/g, ' ')

function linkSpans({ tokens, text, href }: Tokens.Link, style: Style): Span[] {
  const label = inlineSpans(tokens, { ...style, underline: true })
  const bare = href.replace(/^mailto:/, '')
  return text === href || text === bare ? label : [...label, urlSpan(href, style)]
}

const urlSpan = (href: string, style: Style): Span => span(` (${sanitize(href)})`, { ...style, dim: true })
