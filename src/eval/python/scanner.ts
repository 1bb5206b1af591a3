/** Why a text is no Python literal, and where. */
export class LiteralFault extends Error {
  readonly at: number
  constructor(reason: string, at: number) {
    super(reason)
    this.at = at
  }
}

const NUMBER =
  /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][+-]?\d(?:_?\d)*)?|\d(?:_?\d)*\.?(?:[eE][+-]?\d(?:_?\d)*)?/y
export const WORD = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*/uy
const STRING_OPENING = /([rRuU]?)('''|"""|'|")/y

/** Reads the tokens of a Python literal: white space, strings and numbers. Throws {@link LiteralFault}. */
export class PythonScanner {
  /** How many brackets are open: inside them a line feed is white space. */
  protected depth = 0
  protected at = 0
  protected readonly text: string

  constructor(text: string) {
    // Python's tokenizer takes every line ending for a line feed, inside strings too.
    this.text = text.replace(/\r\n?/g, '\n')
  }

  protected number(): number | undefined {
    const digits = this.match(NUMBER)
    if (digits === undefined) return undefined
    const follower = this.peek()
    if (follower !== undefined && /[\p{L}\p{Nd}_]/u.test(follower)) this.fail('a character stuck to a number')
    const plain = digits.replaceAll('_', '')
    if (/^0\d*[1-9]\d*$/.test(plain)) this.fail('an integer with leading zeros')
    return Number(plain)
  }

  /** One string or several in a row, which Python joins. */
  protected string(): string | undefined {
    let text: string | undefined
    for (;;) {
      const piece = this.#stringPiece()
      if (piece === undefined) return text
      text = (text ?? '') + piece
      this.skipBlanks()
    }
  }

  #stringPiece(): string | undefined {
    STRING_OPENING.lastIndex = this.at
    const opening = STRING_OPENING.exec(this.text)
    if (opening === null) return undefined
    const [whole, prefix = '', quote = ''] = opening
    this.at += whole.length
    const raw = prefix === 'r' || prefix === 'R'
    let piece = ''
    for (;;) {
      if (this.text.startsWith(quote, this.at)) {
        this.at += quote.length
        return piece
      }
      const character = this.peek()
      const unclosed = character === '\n' && quote.length === 1
      if (character === undefined || unclosed) return this.fail('an unclosed string')
      if (character !== '\\') {
        this.at += 1
        piece += character
      } else piece += raw ? this.#rawEscape() : this.#escape()
    }
  }

  #rawEscape(): string {
    const pair = this.text.slice(this.at, this.at + 2)
    this.at += 2
    return pair
  }

  #escape(): string {
    const letter = this.text[this.at + 1]
    this.at += 2
    if (letter === undefined) return this.fail('an unclosed string')
    const simple = SIMPLE_ESCAPES[letter]
    if (simple !== undefined) return simple
    if (letter >= '0' && letter <= '7') return this.#octalEscape()
    const length = HEX_ESCAPES[letter]
    if (length !== undefined) return this.#hexEscape(length)
    if (letter === 'N') return this.fail('a \\N escape')
    // Python keeps an unknown escape as it stands.
    return `\\${letter}`
  }

  #octalEscape(): string {
    this.at -= 1
    const digits = this.match(/[0-7]{1,3}/y) ?? ''
    return String.fromCharCode(parseInt(digits, 8))
  }

  #hexEscape(length: number): string {
    const digits = this.text.slice(this.at, this.at + length)
    const code = /^[0-9a-fA-F]+$/.test(digits) && digits.length === length ? parseInt(digits, 16) : Infinity
    if (code > 0x10ffff) this.fail('a broken escape')
    this.at += length
    return String.fromCodePoint(code)
  }

  /** White space inside brackets includes line feeds and comments; a backslash joins lines anywhere. */
  protected skipBlanks(): void {
    this.match(this.depth > 0 ? /(?:[ \t\f\n]+|\\\n|#[^\n]*)*/y : /(?:[ \t\f]+|\\\n)*/y)
  }

  protected skipLines(): void {
    this.match(/(?:[ \t\f\n]+|\\\n|#[^\n]*)*/y)
  }

  protected take(character: string): boolean {
    this.skipBlanks()
    if (this.peek() !== character) return false
    this.at += 1
    return true
  }

  protected peek(): string | undefined {
    return this.text[this.at]
  }

  protected match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found === null || found[0] === '') return undefined
    this.at += found[0].length
    return found[0]
  }

  protected fail(reason: string): never {
    throw new LiteralFault(reason, this.at)
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

const HEX_ESCAPES: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }
