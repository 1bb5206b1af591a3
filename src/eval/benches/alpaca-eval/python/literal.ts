import { LiteralScanner } from './literal-scanner.js'

/** A tuple, told apart from a list because some rules ask which it was. */
export class PythonTuple {
  readonly items: readonly PythonValue[]

  constructor(items: readonly PythonValue[]) {
    this.items = items
  }
}

/** A value of a Python literal: None is null, a list an array, a dict a Map, a set a Set. */
export type PythonValue =
  | string
  | number
  | boolean
  | null
  | PythonTuple
  | readonly PythonValue[]
  | ReadonlyMap<PythonValue, PythonValue>
  | ReadonlySet<PythonValue>

/**
 * Reads a text as Python's `ast.literal_eval` does: strings in any quotes, numbers, True, False, None, lists, tuples,
 * dicts and sets. Bytes, complex numbers and named characters (`\N{…}`) are refused.
 *
 * @throws SyntaxError where the text is no such literal.
 */
export function parsePythonLiteral(text: string): PythonValue {
  const scanner = new LiteralScanner(text.replace(/^[ \t]+/, ''))
  scanner.skipBlankLines()
  const value = readSequenceOrValue(scanner)
  scanner.expectEnd()
  return value
}

/** At the top, `1, 2` is a tuple without parentheses. */
function readSequenceOrValue(scanner: LiteralScanner): PythonValue {
  const first = readValue(scanner)
  if (!scanner.take(',')) return first
  const items = [first]
  while (!scanner.atLineEnd()) {
    items.push(readValue(scanner))
    if (!scanner.take(',')) break
  }
  return new PythonTuple(items)
}

function readValue(scanner: LiteralScanner): PythonValue {
  if (scanner.take('[')) return scanner.inBrackets(() => readItems(scanner, ']'))
  if (scanner.take('(')) return scanner.inBrackets(() => readParenthesis(scanner))
  if (scanner.take('{')) return scanner.inBrackets(() => readBraces(scanner))
  const text = scanner.takeStrings()
  if (text !== undefined) return text
  const word = scanner.takeWord()
  if (word === undefined) return scanner.takeNumber()
  if (word === 'None') return null
  if (word === 'True' || word === 'False') return word === 'True'
  throw new SyntaxError('a name is not a literal')
}

function readItems(scanner: LiteralScanner, close: string): PythonValue[] {
  const items: PythonValue[] = []
  while (!scanner.take(close)) {
    items.push(readValue(scanner))
    if (!scanner.take(',')) {
      scanner.expect(close)
      break
    }
  }
  return items
}

function readParenthesis(scanner: LiteralScanner): PythonValue {
  if (scanner.take(')')) return new PythonTuple([])
  const first = readValue(scanner)
  if (scanner.take(')')) return first
  scanner.expect(',')
  return new PythonTuple([first, ...readItems(scanner, ')')])
}

function readBraces(scanner: LiteralScanner): PythonValue {
  if (scanner.take('}')) return new Map()
  const first = readValue(scanner)
  if (!scanner.take(':')) {
    if (scanner.take('}')) return new Set([first])
    scanner.expect(',')
    return new Set([first, ...readItems(scanner, '}')])
  }
  const entries = new Map([[first, readValue(scanner)]])
  while (scanner.take(',')) {
    if (scanner.take('}')) return entries
    const key = readValue(scanner)
    scanner.expect(':')
    entries.set(key, readValue(scanner))
  }
  scanner.expect('}')
  return entries
}
