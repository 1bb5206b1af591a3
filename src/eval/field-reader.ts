/** One member of the objects of a file, as the lines before had it. */
interface Member {
  /** `"name":` and what stands before it since the last value, as bytes. */
  readonly lead: Uint8Array
  /** Which of the wanted fields it is, or -1. */
  readonly field: number
  /** The value the line before had: often this line's too. */
  last: Kept | undefined
}

interface Kept {
  readonly bytes: Uint8Array
  readonly value: unknown
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const CLOSE = 0x7d

/** Texts up to this long are kept, so that names which stand in every line are made once. */
const LONGEST_KEPT = 64
const MOST_KEPT = 4096

/**
 * Reads chosen top-level fields of the JSON objects of a file whose lines are alike, and passes over all other values
 * without building them: judgments carry prompts and replies that scores never look at. It learns the order of the
 * members from a line and says so when the next one is not like it; the caller then parses that line as a whole.
 * Values that are passed over are only looked through for their end.
 */
export class FieldReader {
  readonly #wanted: readonly string[]
  readonly #kept = new Map<number, Kept>()
  readonly #scan = new Scan()
  readonly #values: unknown[]
  #members: readonly Member[] = []

  constructor(fields: readonly string[]) {
    this.#wanted = fields
    this.#values = fields.map(() => undefined)
  }

  /** Takes a line's layout for that of the lines to come. `value` is the line parsed. */
  learn(line: Uint8Array, value: Readonly<Record<string, unknown>>): void {
    const scan = this.#scan.over(line, 0, line.length)
    const members: Member[] = []
    this.#members = []
    this.#values.fill(undefined)
    for (const name of Object.keys(value)) {
      const start = scan.at
      const key = Buffer.from(JSON.stringify(name))
      // Escaped names and integer-like ones, which JavaScript puts first, are left to the real parser.
      if (!scan.find(key) || !scan.take(0x3a)) return
      scan.skipBlanks()
      const lead = line.slice(start, scan.at)
      members.push({ lead, field: this.#wanted.indexOf(name), last: undefined })
      if (!scan.passValue()) return
    }
    this.#members = members
  }

  /**
   * The wanted fields, in their order, of a line that is like the one learned; else `undefined`. A field the line does
   * not have is `undefined`. The list is filled anew for the next line.
   *
   * @param start where the line starts in the bytes, `end` where it ends, without its line feed.
   */
  read(bytes: Uint8Array, start = 0, end = bytes.length): readonly unknown[] | undefined {
    const members = this.#members
    if (members.length === 0) return undefined
    const scan = this.#scan.over(bytes, start, end)
    const values = this.#values
    for (const member of members) {
      if (!scan.passBytes(member.lead)) return undefined
      const from = scan.at
      if (!scan.passValue()) return undefined
      if (member.field === -1) continue
      const value = this.#value(member, from)
      if (value === undefined) return undefined
      values[member.field] = value
    }
    return scan.take(CLOSE) && scan.atEnd() ? values : undefined
  }

  /** The value that was just passed. */
  #value(member: Member, start: number): unknown {
    const { bytes, at: end } = this.#scan
    const { last } = member
    if (last?.bytes.length === end - start && hasBytes(bytes, last.bytes, start)) return last.value
    const short = end - start <= LONGEST_KEPT
    let hash = end - start
    if (short) {
      for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0
      const known = this.#kept.get(hash)
      if (known?.bytes.length === end - start && hasBytes(bytes, known.bytes, start)) {
        member.last = known
        return known.value
      }
    }
    const value = parsed(bytes.subarray(start, end))
    if (short && value !== undefined && this.#kept.size < MOST_KEPT) {
      member.last = { bytes: bytes.slice(start, end), value }
      this.#kept.set(hash, member.last)
    }
    return value
  }
}

function hasBytes(bytes: Uint8Array, expected: Uint8Array, start: number): boolean {
  for (let index = 0; index < expected.length; index += 1) {
    if (bytes[start + index] !== expected[index]) return false
  }
  return true
}

/** `undefined` where the real parser has to say what is wrong. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'))
  } catch {
    return undefined
  }
}

/** Goes through the bytes of one line. One object serves all lines. */
class Scan {
  bytes: Uint8Array = new Uint8Array(0)
  at = 0
  #end = 0

  over(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes
    this.at = start
    this.#end = end
    return this
  }

  skipBlanks(): void {
    const bytes = this.bytes
    while (bytes[this.at] === 0x20 || bytes[this.at] === 0x09 || bytes[this.at] === 0x0d) this.at += 1
  }

  atEnd(): boolean {
    this.skipBlanks()
    return this.at === this.#end
  }

  take(byte: number): boolean {
    this.skipBlanks()
    if (this.bytes[this.at] !== byte) return false
    this.at += 1
    return true
  }

  /** Goes on behind the next occurrence. */
  find(bytes: Buffer): boolean {
    const line = this.bytes
    const at = Buffer.from(line.buffer, line.byteOffset, line.length).indexOf(bytes, this.at)
    this.at = at + bytes.length
    return at !== -1
  }

  passBytes(expected: Uint8Array): boolean {
    if (!hasBytes(this.bytes, expected, this.at)) return false
    this.at += expected.length
    return true
  }

  /** Goes on behind the value that starts here; false for one that does not end on this line. */
  passValue(): boolean {
    const first = this.bytes[this.at]
    if (first === QUOTE) return this.#passText()
    if (first === 0x7b || first === 0x5b) return this.#passBrackets()
    const bytes = this.bytes
    let at = this.at
    while (at < this.#end && bytes[at] !== COMMA && bytes[at] !== CLOSE) at += 1
    const found = at > this.at && at < this.#end
    this.at = at
    return found
  }

  #passText(): boolean {
    const start = this.at
    const end = this.#end
    const bytes = this.bytes
    for (let at = start + 1; at < end; at += 1) {
      const byte = bytes[at] as number
      if (byte === QUOTE) {
        this.at = at + 1
        return true
      }
      if (byte === BACKSLASH) at += 1
      // Long texts are gone through by the machine, from one quotation mark to the next.
      else if (at - start >= 64) return this.#passLongText()
    }
    return false
  }

  #passLongText(): boolean {
    const bytes = this.bytes
    for (
      let at = bytes.indexOf(QUOTE, this.at + 1);
      at !== -1 && at < this.#end;
      at = bytes.indexOf(QUOTE, at + 1)
    ) {
      let back = at
      while (bytes[back - 1] === BACKSLASH) back -= 1
      if ((at - back) % 2 !== 0) continue
      this.at = at + 1
      return true
    }
    return false
  }

  #passBrackets(): boolean {
    for (let depth = 0; this.at < this.#end; this.at += 1) {
      const byte = this.bytes[this.at]
      if (byte === QUOTE) {
        if (!this.#passText()) return false
        this.at -= 1
      } else if (byte === 0x7b || byte === 0x5b) depth += 1
      else if (byte === CLOSE || byte === 0x5d) {
        depth -= 1
        if (depth > 0) continue
        this.at += 1
        return true
      }
    }
    return false
  }
}
