const ESCAPES: Readonly<Record<string, string>> = {
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

/** Python's own limit. */
const MAX_DEPTH = 200

const DIGITS = String.raw`\d(?:_?\d)*`
const NUMBER = new RegExp(
  String.raw`[+-]?[ \t\f]*(?:0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|` +
    String.raw`(?:${DIGITS}\.(?:${DIGITS})?|\.${DIGITS}|${DIGITS})(?:[eE][+-]?${DIGITS})?)(?![\w.])`,
  'uy',
)
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy
const STRING_START = /([rRuU]?)('''|"""|'|")/y
const INLINE_SPACE = /(?:[ \t\f]|\\\n)*/y
const BRACKET_SPACE = /(?:[ \t\f\r\n]|\\\n|#[^\n]*)*/y
const BLANK_LINES = /(?:[ \t\f]*(?:#[^\n]*)?\r?\n)*/y
const REST = /[ \t\f]*(?:#[^\n]*)?(?:\r?\n[ \t\f]*(?:#[^\n]*)?)*$/y

/** Reads the tokens of a Python literal from left to right. */
export class LiteralScanner {
  readonly #text: string
  #position = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text.replaceAll('\r\n', '\n')
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position
    const match = pattern.exec(this.#text)
    if (match) this.#position = pattern.lastIndex
    return match
  }

  #skipSpace(): void {
    this.#match(this.#depth > 0 ? BRACKET_SPACE : INLINE_SPACE)
  }

  /** Skips empty lines before the literal; an indented first line is an error, as in Python. */
  skipBlankLines(): void {
    this.#match(BLANK_LINES)
    if (this.#position > 0 && /[ \t\f]/.test(this.#text.charAt(this.#position))) {
      throw new SyntaxError('unexpected indent')
    }
  }

  /** Lines may break freely while `read` runs. */
  inBrackets<T>(read: () => T): T {
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) throw new SyntaxError('too many nested brackets')
    const value = read()
    this.#depth -= 1
    return value
  }

  take(token: string): boolean {
    this.#skipSpace()
    if (!this.#text.startsWith(token, this.#position)) return false
    this.#position += token.length
    return true
  }

  expect(token: string): void {
    if (!this.take(token)) throw new SyntaxError(`expected ${token} at ${this.#position}`)
  }

  /** Whether nothing but a comment follows on this line. */
  atLineEnd(): boolean {
    this.#skipSpace()
    const next = this.#text.charAt(this.#position)
    return next === '' || next === '\n' || next === '#'
  }

  expectEnd(): void {
    if (this.#match(REST) === null) throw new SyntaxError(`unexpected text at ${this.#position}`)
  }

  takeWord(): string | undefined {
    this.#skipSpace()
    return this.#match(WORD)?.[0]
  }

  takeNumber(): number {
    this.#skipSpace()
    const token = this.#match(NUMBER)?.[0].replace(/[ \t\f_]/g, '')
    if (token === undefined) throw new SyntaxError(`expected a value at ${this.#position}`)
    const magnitude = token.replace(/^[+-]/, '')
    if (/^0\d*[1-9]\d*$/.test(magnitude)) throw new SyntaxError('a whole number cannot start with 0')
    return token.startsWith('-') ? -Number(magnitude) : Number(magnitude)
  }

  /** One string, or several side by side, which Python joins; `undefined` where none starts. */
  takeStrings(): string | undefined {
    let joined: string | undefined
    for (;;) {
      this.#skipSpace()
      const start = this.#match(STRING_START)
      if (start === null) return joined
      const [, prefix = '', quote = ''] = start
      joined = (joined ?? '') + this.#takeString(quote, prefix.toLowerCase() === 'r')
    }
  }

  #takeString(quote: string, raw: boolean): string {
    let value = ''
    for (;;) {
      if (this.#text.startsWith(quote, this.#position)) {
        this.#position += quote.length
        return value
      }
      const char = this.#text.charAt(this.#position)
      if (char === '' || (char === '\n' && quote.length === 1)) throw new SyntaxError('a string does not end')
      this.#position += 1
      if (char !== '\\') value += char
      else if (raw) value += char + this.#text.charAt(this.#position++)
      else value += this.#takeEscape()
    }
  }

  #takeEscape(): string {
    const octal = this.#match(/[0-7]{1,3}/y)
    if (octal) return String.fromCharCode(parseInt(octal[0], 8))
    const coded = this.#match(/x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})/y)
    if (coded) return String.fromCodePoint(parseInt(coded[0].slice(1), 16))
    const char = this.#text.charAt(this.#position)
    if (char === '' || /[xuUN]/.test(char)) throw new SyntaxError('a string has a broken escape')
    this.#position += 1
    return ESCAPES[char] ?? `\\${char}`
  }
}
