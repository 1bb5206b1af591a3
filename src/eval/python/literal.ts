import { LiteralFault, PythonScanner, WORD } from './scanner.js'

/** A value `ast.literal_eval` can give. Tuples are marked, because only they can be keys. */
export type PythonValue =
  null | boolean | number | string | PythonTuple | PythonValue[] | PythonSet | PythonDictionary

export class PythonTuple {
  readonly items: readonly PythonValue[]
  constructor(items: readonly PythonValue[]) {
    this.items = items
  }
}

export class PythonSet {
  readonly items: readonly PythonValue[]
  constructor(items: readonly PythonValue[]) {
    this.items = items
  }
}

/** Entries in order; a repeated key keeps its place and takes the last value, as in Python. */
export class PythonDictionary {
  readonly entries: readonly (readonly [key: PythonValue, value: PythonValue])[]
  constructor(entries: readonly (readonly [key: PythonValue, value: PythonValue])[]) {
    this.entries = entries
  }

  /** The value of a key that is a text; `undefined` when there is none. */
  get(name: string): PythonValue | undefined {
    return this.entries.find(([key]) => key === name)?.[1]
  }
}

export type PythonLiteral =
  | { readonly ok: true; readonly value: PythonValue }
  | { readonly ok: false; readonly reason: string; readonly at: number }

/**
 * Reads a Python literal as `ast.literal_eval` does: strings with every escape and implicit joining, integers in
 * all bases, floats, signs, parentheses, lists, tuples, sets, dictionaries, `None`, `True`, `False`. Refuses the
 * rest, notably names, arithmetic, leading zeros and unclosed brackets. Unlike Python it also refuses bytes,
 * complex numbers, `...` and `\N{name}` escapes, which no benchmark writes.
 */
export function readPythonLiteral(text: string): PythonLiteral {
  const reader = new LiteralReader(text)
  try {
    return { ok: true, value: reader.whole() }
  } catch (error) {
    if (error instanceof LiteralFault) return { ok: false, reason: error.message, at: error.at }
    throw error
  }
}

/** Deeper nesting than any reply has, and far from the end of the stack; Python's own limit is 200 brackets. */
const DEEPEST = 200

class LiteralReader extends PythonScanner {
  whole(): PythonValue {
    if (this.text.includes('\0')) this.fail('a null character')
    this.#skipHead()
    const value = this.#expressionList()
    this.skipLines()
    if (this.at < this.text.length) this.fail('something after the literal')
    return value
  }

  /** literal_eval strips blanks and tabs in front; after an empty line they are an indentation, an error. */
  #skipHead(): void {
    this.match(/[ \t]+/y)
    const lines = this.match(/(?:[ \t\f]*(?:#[^\n]*)?\n)+/y)
    if (lines !== undefined && this.match(/[ \t]+/y) !== undefined) this.fail('an indented literal')
  }

  /** At the top, `1, 2` without brackets is a tuple; line breaks end it. */
  #expressionList(): PythonValue {
    const first = this.#value()
    this.skipBlanks()
    if (this.peek() !== ',') return first
    const items = [first]
    while (this.take(',')) {
      this.skipBlanks()
      if (this.at >= this.text.length || this.peek() === '\n' || this.peek() === '#') break
      items.push(this.#value())
      this.skipBlanks()
    }
    return new PythonTuple(items)
  }

  #value(): PythonValue {
    this.skipBlanks()
    const character = this.peek()
    switch (character) {
      case '{':
        return this.#nested(() => this.#braces())
      case '[':
        return this.#nested(() => this.#items(']').values)
      case '(':
        return this.#nested(() => this.#parentheses())
      case '+':
      case '-':
        return this.#signed(character)
      default:
        return this.string() ?? this.number() ?? this.#word()
    }
  }

  #nested<T>(read: () => T): T {
    if (this.depth >= DEEPEST) this.fail('brackets nested too deeply')
    this.depth += 1
    this.at += 1
    const value = read()
    this.depth -= 1
    return value
  }

  #parentheses(): PythonValue {
    const { values, commas } = this.#items(')')
    return values.length === 1 && commas === 0 ? (values[0] as PythonValue) : new PythonTuple(values)
  }

  #items(closing: string): { values: PythonValue[]; commas: number } {
    const values: PythonValue[] = []
    let commas = 0
    for (;;) {
      if (this.take(closing)) return { values, commas }
      if (values.length > commas) this.fail(`no comma or "${closing}" after an item`)
      values.push(this.#value())
      if (this.take(',')) commas += 1
    }
  }

  #braces(): PythonValue {
    if (this.take('}')) return new PythonDictionary([])
    const first = this.#value()
    return this.take(':') ? this.#dictionary(first) : this.#set(first)
  }

  #dictionary(firstKey: PythonValue): PythonDictionary {
    const entries = new Map<string, [PythonValue, PythonValue]>()
    let key = firstKey
    for (;;) {
      const name = this.#hash(key)
      const value = this.#value()
      const known = entries.get(name)
      if (known === undefined) entries.set(name, [key, value])
      else known[1] = value
      const comma = this.take(',')
      if (this.take('}')) return new PythonDictionary([...entries.values()])
      if (!comma) this.fail('no comma or "}" after an entry')
      key = this.#value()
      if (!this.take(':')) this.fail('a key without ":"')
    }
  }

  #set(first: PythonValue): PythonSet {
    const items = new Map([[this.#hash(first), first]])
    for (;;) {
      const comma = this.take(',')
      if (this.take('}')) return new PythonSet([...items.values()])
      if (!comma) this.fail('no comma or "}" after an item')
      const item = this.#value()
      const name = this.#hash(item)
      if (!items.has(name)) items.set(name, item)
    }
  }

  /** A text equal for equal keys. Python takes 1, 1.0 and True for the same key. */
  #hash(value: PythonValue): string {
    if (value === null) return 'n'
    if (typeof value === 'boolean') return `#${Number(value)}`
    if (typeof value === 'number') return `#${value === 0 ? 0 : value}`
    if (typeof value === 'string') return `s${value}`
    if (value instanceof PythonTuple) return `t${JSON.stringify(value.items.map((item) => this.#hash(item)))}`
    return this.fail('a key or set item that is a list, set or dictionary')
  }

  /** One sign, and right after it a number: literal_eval refuses `--5` and `-True`. */
  #signed(sign: string): number {
    this.at += 1
    this.skipBlanks()
    const value = this.#unsigned()
    return sign === '-' ? -value : value
  }

  /** A number, in any number of parentheses. */
  #unsigned(): number {
    this.skipBlanks()
    if (this.peek() !== '(') return this.number() ?? this.fail('a sign without a number')
    return this.#nested(() => {
      const value = this.#unsigned()
      return this.take(')') ? value : this.fail('an unclosed parenthesis')
    })
  }

  #word(): PythonValue {
    const at = this.at
    const word = this.match(WORD)
    switch (word) {
      case 'None':
        return null
      case 'True':
        return true
      case 'False':
        return false
      case 'set':
        // The one call literal_eval allows, because an empty set has no other form.
        return this.take('(') && this.take(')') ? new PythonSet([]) : this.fail('a name')
      case undefined:
        return this.fail(at >= this.text.length ? 'an early end' : 'a character that starts no literal')
      default:
        this.at = at
        return this.fail('a name')
    }
  }
}

/** A literal's value as JSON keeps it: tuples and sets as lists, dictionary keys as texts. */
export function pythonToJson(value: PythonValue): unknown {
  if (Array.isArray(value)) return value.map(pythonToJson)
  if (value instanceof PythonTuple || value instanceof PythonSet) return value.items.map(pythonToJson)
  if (value instanceof PythonDictionary) {
    return Object.fromEntries(value.entries.map(([key, item]) => [keyText(key), pythonToJson(item)]))
  }
  return value
}

/** A key as Python's `json.dumps` writes it. */
function keyText(key: PythonValue): string {
  return typeof key === 'string' ? key : JSON.stringify(pythonToJson(key))
}
