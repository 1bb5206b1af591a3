import measure from 'string-width'

const ASCII = /^[\u0020-\u007e]*$/

/** How many terminal cells a text takes; wide characters and emoji take two. */
export function textWidth(text: string): number {
  return ASCII.test(text) ? text.length : measure(text)
}

const segmenter = new Intl.Segmenter()

/** A text's characters as people see them. */
export function graphemes(text: string): string[] {
  return ASCII.test(text) ? [...text] : Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** The longest beginning of a text that fits, and the rest. */
export function splitAt(text: string, width: number): [fitting: string, rest: string] {
  if (ASCII.test(text)) return [text.slice(0, width), text.slice(width)]
  let used = 0
  let length = 0
  for (const character of graphemes(text)) {
    used += textWidth(character)
    if (used > width) break
    length += character.length
  }
  return [text.slice(0, length), text.slice(length)]
}

/** Shortens a text to fit, with `…` in place of its end. */
export function truncate(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  return width <= 0 ? '' : `${splitAt(text, width - 1)[0].trimEnd()}…`
}

/** Shortens a text to fit, with `…` in place of its beginning. */
export function truncateStart(text: string, width: number): string {
  // Characters are at least half as many as cells, so most of a long text need not be measured.
  const tail = text.length > width * 4 ? text.slice(-width * 4) : text
  if (tail.length === text.length && textWidth(text) <= width) return text
  let used = 1
  let start = tail.length
  const characters = graphemes(tail)
  for (let index = characters.length - 1; index >= 0; index -= 1) {
    const character = characters[index] as string
    used += textWidth(character)
    if (used > width) break
    start -= character.length
  }
  return width <= 0 ? '' : `…${tail.slice(start).trimStart()}`
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)))
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - textWidth(text))) + text
}
