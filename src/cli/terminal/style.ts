import { padEnd, splitAt, textWidth } from './width.js'

export interface Style {
  readonly bold?: boolean
  readonly dim?: boolean
  readonly italic?: boolean
  readonly underline?: boolean
  readonly strike?: boolean
  readonly color?: Color
}

export type Color = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan'

/** A run of text in one style. It holds no newline. */
export interface Span {
  readonly text: string
  readonly style?: Style
}

/** One line of the terminal. */
export type Line = readonly Span[]

const COLORS: Record<Color, number> = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 }

export const span = (text: string, style?: Style): Span => (style === undefined ? { text } : { text, style })

/** A line as what is written to the terminal; without styling the text alone. */
export function paint(line: Line, styled: boolean): string {
  return line.map((part) => paintSpan(part, styled)).join('')
}

function paintSpan({ text, style }: Span, styled: boolean): string {
  if (!styled || style === undefined || text === '') return text
  const codes: number[] = []
  if (style.bold === true) codes.push(1)
  if (style.dim === true) codes.push(2)
  if (style.italic === true) codes.push(3)
  if (style.underline === true) codes.push(4)
  if (style.strike === true) codes.push(9)
  if (style.color !== undefined) codes.push(COLORS[style.color])
  return codes.length === 0 ? text : `\u001b[${codes.join(';')}m${text}\u001b[0m`
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + textWidth(text), 0)
}

/** Cuts a line so that it fits, with `…` at its end. */
export function fitLine(line: Line, width: number): Line {
  if (lineWidth(line) <= width) return line
  const fitted: Span[] = []
  let left = width - 1
  for (const part of line) {
    const [text] = splitAt(part.text, left)
    fitted.push({ ...part, text })
    left -= textWidth(text)
    if (text.length < part.text.length) break
  }
  return width <= 0 ? [] : [...fitted, span('…')]
}

/** A line filled with spaces up to a width. */
export function padLine(line: Line, width: number): Line {
  const fitted = fitLine(line, width)
  return [...fitted, span(padEnd('', width - lineWidth(fitted)))]
}

const styleKey = (style: Style | undefined): string => JSON.stringify(style ?? {})

interface Piece {
  readonly text: string
  readonly style: Style | undefined
  readonly width: number
}

/**
 * Breaks spans into lines of at most `width` cells: between words, before and after wide characters (which are
 * written without spaces), and inside a word only when the word alone is too wide. A newline in a span ends a line.
 */
export function wrap(spans: readonly Span[], width: number): Line[] {
  const limit = Math.max(1, width)
  const lines: Line[] = []
  let line: Piece[] = []
  let used = 0
  const flush = (): void => {
    while (line.at(-1)?.text.trim() === '' && line.length > 0) line.pop()
    lines.push(joined(line))
    line = []
    used = 0
  }
  for (const word of words(spans)) {
    if (word === '\n') {
      flush()
      continue
    }
    const total = word.reduce((sum, piece) => sum + piece.width, 0)
    const blank = word.every(({ text }) => text.trim() === '')
    if (used + total > limit && used > 0 && !blank) flush()
    if (blank && used + total > limit) continue
    for (const piece of word) {
      let rest = piece
      while (used + rest.width > limit) {
        const [head, tail] = splitAt(rest.text, limit - used)
        if (head === '' && used === 0) break
        if (head !== '') line.push({ ...rest, text: head, width: textWidth(head) })
        flush()
        rest = { ...rest, text: tail, width: textWidth(tail) }
      }
      line.push(rest)
      used += rest.width
    }
  }
  if (line.length > 0 || lines.length === 0) flush()
  return lines
}

function joined(pieces: readonly Piece[]): Line {
  const line: { text: string; style?: Style }[] = []
  for (const { text, style } of pieces) {
    const last = line.at(-1)
    if (last !== undefined && styleKey(last.style) === styleKey(style)) last.text += text
    else line.push({ text, ...(style !== undefined && { style }) })
  }
  return line
}

const WIDE =
  '\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\ua4cf\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe4f\\uff00-\\uff60'
/** Closing punctuation of wide scripts, which never begins a line. */
const CLOSING = '、。，．！？：；）」』】》'

/** Pieces between which a line may break: newlines, white space, single wide characters, words. */
const PIECES = new RegExp(`\\n|[^\\S\\n]+|[${WIDE}][${CLOSING}]*|[^\\s${WIDE}]+`, 'gu')
const BREAKABLE = new RegExp(`^[\\s${WIDE}]`, 'u')

/** Words, each perhaps in several styles; white space is a word of its own. */
function* words(spans: readonly Span[]): Generator<readonly Piece[] | '\n'> {
  let word: Piece[] = []
  for (const { text, style } of spans) {
    for (const [found] of text.matchAll(PIECES)) {
      const breaks = BREAKABLE.test(found)
      if (breaks && word.length > 0) {
        yield word
        word = []
      }
      const shown = found.replaceAll('\t', '  ')
      const piece = { text: shown, style, width: textWidth(shown) }
      if (found === '\n') yield '\n'
      else if (breaks) yield [piece]
      else word.push(piece)
    }
  }
  if (word.length > 0) yield word
}
