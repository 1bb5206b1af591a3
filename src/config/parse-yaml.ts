import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument, visit, type Document } from 'yaml'
import type { Path, Place, Problem, Source } from './source.js'

/** Where things stand in a parsed text. */
interface Located {
  readonly document: Document
  readonly lines: LineCounter
}

/**
 * Parses YAML, and JSON as a part of it, keeping the place of every value.
 *
 * @returns the source, or every mistake of syntax
 */
export function parseYaml(text: string, file: string): { source: Source } | { problems: Problem[] } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' })
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const problems: Problem[] = document.errors.map(({ message, pos }) => ({
    file,
    place: placeOf(pos[0]),
    message: `${withoutNewlines(message)}.`,
  }))
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) !== undefined) return
      const message = `there is no anchor "&${node.source}" for this alias.`
      problems.push({ file, place: placeOf(startOf(node) ?? 0), message })
    },
  })
  if (problems.length > 0) return { problems }
  let value: unknown
  try {
    value = document.toJS()
  } catch (error) {
    // Aliases that expand without end are found here.
    return {
      problems: [{ file, place: placeOf(0), message: `${withoutNewlines((error as Error).message)}.` }],
    }
  }
  const place: Source['place'] = (path, part = 'value') => {
    const offset = offsetOf({ document, lines }, path, part)
    return offset === undefined ? undefined : placeOf(offset)
  }
  // An empty file, or one of comments only, is an empty configuration.
  return { source: { file, value: value ?? {}, place } }
}

const withoutNewlines = (text: string): string => text.replace(/\s*\n\s*/g, ' ').replace(/\.$/, '')

function offsetOf({ document }: Located, path: Path, part: 'key' | 'value'): number | undefined {
  let node: unknown = document.contents
  let offset = startOf(node)
  for (const [depth, key] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === key)
      if (pair === undefined) return offset
      const wantsKey = part === 'key' && depth === path.length - 1
      offset = (wantsKey ? startOf(pair.key) : (startOf(pair.value) ?? startOf(pair.key))) ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(key)]
      offset = startOf(node) ?? offset
    } else {
      return offset
    }
  }
  return offset
}

function startOf(node: unknown): number | undefined {
  return (node as { range?: readonly [number, number, number] } | null | undefined)?.range?.[0]
}
