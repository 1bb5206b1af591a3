import { MoaError } from '../../core/index.js'
import { PYTHON_SPACE, PYTHON_WORD } from './text.js'

const CLASSES: Readonly<Record<string, string>> = {
  d: String.raw`\p{Nd}`,
  D: String.raw`\P{Nd}`,
  s: `[${PYTHON_SPACE}]`,
  S: `[^${PYTHON_SPACE}]`,
  w: `[${PYTHON_WORD}]`,
  W: `[^${PYTHON_WORD}]`,
}
const WORD = `[${PYTHON_WORD}]`
const START = String.raw`(?<![\s\S])`
const END = String.raw`(?![\s\S])`
const ANCHORS: Readonly<Record<string, string>> = {
  A: START,
  Z: END,
  b: `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`,
  B: `(?:(?<=${WORD})(?=${WORD})|(?<!${WORD})(?!${WORD}))`,
}
const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 }
const QUANTIFIER = /\{(\d*)(,?)(\d*)\}/y
const GLOBAL_FLAGS = /^\(\?([aimsux]+)\)/

/**
 * A Python `re` pattern as a JavaScript one that matches the same: Unicode classes, `$` before a final line break, `.`
 * and `^` that know `\n` only, `(?P<name>)` groups, global flags at the start.
 *
 * @param source what the pattern belongs to, for the message.
 * @throws MoaError `data_invalid` for a pattern Python or this translation does not take.
 */
export function pythonRegExp(pattern: string, source: string): RegExp {
  try {
    const flags = GLOBAL_FLAGS.exec(pattern)?.[1] ?? ''
    if (/[ax]/.test(flags)) throw new SyntaxError(`flags ${flags}`)
    const translator = new Translator(pattern.replace(GLOBAL_FLAGS, ''), flags)
    return new RegExp(translator.translate(), flags.includes('i') ? 'iv' : 'v')
  } catch (error) {
    throw new MoaError(
      'data_invalid',
      `${source}: the pattern is not one we can match as Python does; rewrite it with plain groups, classes and quantifiers.`,
      { cause: error },
    )
  }
}

class Translator {
  readonly #pattern: string
  readonly #flags: string
  #position = 0

  constructor(pattern: string, flags: string) {
    this.#pattern = pattern
    this.#flags = flags
  }

  translate(): string {
    let translated = ''
    while (this.#position < this.#pattern.length) translated += this.#next()
    return translated
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position
    const match = pattern.exec(this.#pattern)
    if (match) this.#position = pattern.lastIndex
    return match
  }

  #next(): string {
    const char = String.fromCodePoint(this.#pattern.codePointAt(this.#position) ?? 0)
    this.#position += char.length
    switch (char) {
      case '\\':
        return this.#escape()
      case '[':
        return this.#characterClass()
      case '(':
        return this.#group()
      case '.':
        return this.#flags.includes('s') ? String.raw`[\s\S]` : String.raw`[^\n]`
      case '^':
        return this.#flags.includes('m') ? String.raw`(?<![^\n])` : START
      case '$':
        return this.#flags.includes('m') ? String.raw`(?![^\n])` : String.raw`(?=\n?${END})`
      case '{':
        return this.#quantifier()
      case '}':
      case ']':
        return `\\${char}`
      default:
        return char
    }
  }

  #quantifier(): string {
    this.#position -= 1
    const match = this.#take(QUANTIFIER)
    if (match === null || (match[1] === '' && match[2] === '')) {
      this.#position = match === null ? this.#position + 1 : this.#position - match[0].length + 1
      return String.raw`\{`
    }
    const [, low = '', comma = '', high = ''] = match
    return `{${low === '' ? '0' : low}${comma}${high}}`
  }

  #group(): string {
    if (this.#take(/\?#[^)]*\)/y)) return ''
    const named = this.#take(/\?P<(\w+)>/y)
    if (named) return `(?<${named[1]}>`
    const reference = this.#take(/\?P=(\w+)\)/y)
    if (reference) return String.raw`\k<${reference[1]}>`
    const plain = this.#take(/\?(?:[:=!]|<[=!])/y)
    if (plain) return `(${plain[0]}`
    if (this.#pattern.charAt(this.#position) === '?') throw new SyntaxError('unknown group')
    return '('
  }

  #escape(): string {
    const char = this.#pattern.charAt(this.#position)
    const anchor = ANCHORS[char]
    if (anchor !== undefined) {
      this.#position += 1
      return anchor
    }
    if (/[1-9]/.test(char)) return `(?:\\${this.#take(/\d{1,2}/y)?.[0]})`
    return this.#member().text
  }

  /** One escape that may also stand in a class; the backslash has been read. */
  #member(): Member {
    const known = CLASSES[this.#pattern.charAt(this.#position)]
    if (known !== undefined) {
      this.#position += 1
      return { text: known, set: true }
    }
    const octal = this.#take(/0[0-7]{0,2}/y)
    if (octal) return single(parseInt(octal[0], 8))
    const coded = this.#take(/x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}/y)
    if (coded) return single(parseInt(coded[0].slice(1), 16))
    const literal = this.#take(/[\s\S]/uy)?.[0]
    if (literal === undefined) throw new SyntaxError('the pattern ends with a backslash')
    const control = CONTROLS[literal]
    if (control !== undefined) return single(control)
    if (/[A-Za-z]/.test(literal)) throw new SyntaxError(`unknown escape ${literal}`)
    return single(literal.codePointAt(0) ?? 0)
  }

  #characterClass(): string {
    const negated = this.#take(/\^/y) !== null
    let inside = ''
    for (let first = true; first || !this.#take(/\]/y); first = false) {
      const low = this.#classMember()
      if (!this.#take(/-(?!\])/y)) {
        inside += low.text
        continue
      }
      const high = this.#classMember()
      if (low.set || high.set) throw new SyntaxError('a range needs two characters')
      inside += `${low.text}-${high.text}`
    }
    return `[${negated ? '^' : ''}${inside}]`
  }

  #classMember(): Member {
    if (this.#take(/\\b/y)) return single(8)
    if (this.#take(/\\/y)) return this.#member()
    const char = this.#take(/[\s\S]/uy)?.[0]
    if (char === undefined) throw new SyntaxError('a class does not end')
    return single(char.codePointAt(0) ?? 0)
  }
}

/** Part of a class: one character, or a class of its own. */
interface Member {
  readonly text: string
  readonly set: boolean
}

function single(code: number): Member {
  return { text: `\\u{${code.toString(16)}}`, set: false }
}
