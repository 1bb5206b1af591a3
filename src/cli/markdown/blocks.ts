import type { MarkedToken, Token, Tokens } from 'marked'
import { span, wrap, type Line, type Span, type Style } from '../terminal/style.js'
import { splitAt, textWidth } from '../terminal/width.js'
import { inlineSpans } from './inline.js'
import { tableLines } from './table.js'

/** Narrower than this, a nested block is no longer readable; it sticks out instead. */
const MIN_WIDTH = 12

/** Blocks of Markdown as terminal lines of at most `width` cells, an empty line between blocks. */
export function blockLines(tokens: readonly Token[], width: number): Line[] {
  const lines: Line[] = []
  for (const token of tokens) {
    const block = oneBlock(token as MarkedToken, Math.max(MIN_WIDTH, width))
    if (block.length === 0) continue
    if (lines.length > 0) lines.push([])
    lines.push(...block)
  }
  return lines
}

function oneBlock(token: MarkedToken, width: number): Line[] {
  switch (token.type) {
    case 'space':
    case 'def':
    case 'checkbox':
      return []
    case 'heading':
      return headingLines(token, width)
    case 'paragraph':
      return wrap(inlineSpans(token.tokens), width)
    case 'text':
      return wrap(inlineSpans(token.tokens ?? [token]), width)
    case 'code':
      return codeLines(token.text, width)
    case 'blockquote':
      return indented(blockLines(token.tokens, width - 2), span('│ ', { dim: true }))
    case 'list':
      return listLines(token, width)
    case 'table':
      return tableLines(token, width)
    case 'hr':
      return [[span('─'.repeat(Math.min(width, 40)), { dim: true })]]
    case 'html':
      return token.text.trim() === '' ? [] : wrap([span(token.text.trim(), { dim: true })], width)
    default:
      return wrap(inlineSpans([token]), width)
  }
}

function headingLines({ depth, tokens }: Tokens.Heading, width: number): Line[] {
  const style: Style = { bold: true, color: 'magenta' }
  const marker = `${'#'.repeat(depth)} `
  return hanging(
    wrap(inlineSpans(tokens, style), width - marker.length),
    span(marker, { ...style, dim: true }),
  )
}

/** Code keeps its lines; only what is too long for the terminal is broken. */
function codeLines(text: string, width: number): Line[] {
  const style: Style = { color: 'cyan' }
  const lines: Line[] = []
  for (const row of text.split('\n')) {
    let rest = row.replaceAll('\t', '    ')
    do {
      const [head, tail] = splitAt(rest, width - 2)
      lines.push([span('  '), span(head, style)])
      rest = head === '' ? '' : tail
    } while (rest !== '')
  }
  return lines
}

/**
 * Nothing here depends on items that follow, neither the width of the numbers nor the empty lines, so that the
 * beginning of a list that is still being written stays as it is.
 */
function listLines(list: Tokens.List, width: number): Line[] {
  const first = typeof list.start === 'number' ? list.start : 1
  const lines: Line[] = []
  let gap = false
  for (const [index, item] of list.items.entries()) {
    const bullet = list.ordered ? `${first + index}.` : '•'
    const box = item.task ? (item.checked === true ? '☑ ' : '☐ ') : ''
    const marker = span(`${bullet} ${box}`, { color: 'yellow' })
    const content = itemLines(item.tokens, width - textWidth(marker.text))
    if (gap) lines.push([])
    lines.push(...hanging(content.length === 0 ? [[]] : content, marker))
    gap = /\n[^\S\n]*\n$/.test(item.raw)
  }
  return lines
}

/** Empty lines only where the text has them. */
function itemLines(tokens: readonly Token[], width: number): Line[] {
  const lines: Line[] = []
  let gap = false
  for (const token of tokens) {
    const block = oneBlock(token as MarkedToken, Math.max(MIN_WIDTH, width))
    if (block.length > 0) {
      if (gap && lines.length > 0) lines.push([])
      lines.push(...block)
    }
    gap = token.type === 'space'
  }
  return lines
}

const indented = (lines: readonly Line[], prefix: Span): Line[] => lines.map((line) => [prefix, ...line])

/** The first line after a marker, the others below its text. */
function hanging(lines: readonly Line[], marker: Span): Line[] {
  const blank = span(' '.repeat(textWidth(marker.text)))
  return lines.map((line, index) =>
    line.length === 0 && index > 0 ? [] : [index === 0 ? marker : blank, ...line],
  )
}
