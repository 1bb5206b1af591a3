import { isCollection, isMap, isScalar, isSeq, parseDocument, type Document } from 'yaml'

export type Path = readonly (string | number)[]
export type Fields = Readonly<Record<string, unknown>>

/** A recipe's text as values, or why it can't be read. */
export type ReadText = { readonly value: Fields } | { readonly problem: string }

/** Reads a recipe's text; an empty one is an empty recipe. */
export function readText(text: string): ReadText {
  const document = parse(text)
  const [error] = document.errors
  if (error) return { problem: error.message.split('\n', 1)[0] ?? '' }
  try {
    const value: unknown = document.toJS() ?? {}
    if (typeof value === 'object' && !Array.isArray(value)) return { value: value as Fields }
    return { problem: 'expected keys and values.' }
  } catch (thrown) {
    return { problem: (thrown as Error).message }
  }
}

/** The value at a path; `undefined` when there is none. */
export function valueAt(fields: unknown, path: Path): unknown {
  let value = fields
  for (const key of path) value = (value as Record<string | number, unknown> | null | undefined)?.[key]
  return value
}

/**
 * The text with one value changed; everything else, comments included, stays as it was written.
 *
 * @param value `undefined` takes the key out, and what is empty without it
 */
export function changed(text: string, path: Path, value: unknown): string {
  const document = parse(text)
  if (value === undefined) remove(document, path)
  else if (path.length > 0) set(document, path, value)
  return written(document, text)
}

/** The text with two neighbours of a list in each other's place. */
export function swapped(text: string, list: Path, index: number): string {
  const document = parse(text)
  const node = document.getIn(list, true)
  if (!isSeq(node)) return text
  const [first, second] = [node.items[index - 1], node.items[index]]
  if (first === undefined || second === undefined) return text
  node.items[index - 1] = second
  node.items[index] = first
  return written(document, text)
}

function set(document: Document, path: Path, value: unknown): void {
  const before = document.getIn(path, true)
  const node = document.createNode(value)
  if (isScalar(before)) {
    if (isScalar(node)) {
      before.value = node.value
      return
    }
    if (before.comment) node.comment = before.comment
    if (before.commentBefore) node.commentBefore = before.commentBefore
  }
  // A list of short texts in one line stays in one line.
  if (isCollection(before) && isCollection(node) && before.flow) node.flow = true
  document.setIn(path, node)
}

function remove(document: Document, path: Path): void {
  document.deleteIn(path)
  const parent = path.slice(0, -1)
  const node = parent.length > 0 ? document.getIn(parent, true) : undefined
  if (isMap(node) && node.items.length === 0) remove(document, parent)
}

const parse = (text: string): Document => parseDocument(text, { logLevel: 'silent', prettyErrors: false })

function written(document: Document, before: string): string {
  const empty =
    document.contents === null || (isMap(document.contents) && document.contents.items.length === 0)
  if (empty && document.commentBefore === null) return ''
  return document.toString({
    lineWidth: 0,
    // As the writer does it.
    flowCollectionPadding: /[[{] \S/.test(before),
    indentSeq: !/^(\s*)\S+:\s*\n\1- /m.test(before),
  })
}
