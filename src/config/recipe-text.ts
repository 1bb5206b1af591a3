import { isMap, isScalar, parseDocument, stringify, type Document, type Pair, type YAMLMap } from 'yaml'
import { MoaError } from '../core/errors.js'

/** The text of one recipe in a configuration file, without its indentation, and where it stands. */
export interface RecipeText {
  readonly text: string
  /** Line of the file, from 1, in which the text begins. */
  readonly line: number
  /** Columns the text is moved to the right in the file. */
  readonly indent: number
}

/** Lines of a file that belong to one recipe; all counted from 0. */
interface Region {
  /** The line with the recipe's name. */
  readonly keyLine: number
  readonly keyColumn: number
  /** What stands on that line behind the colon. */
  readonly rest: string
  /** First line behind the recipe. */
  readonly end: number
}

/**
 * The text of a recipe as somebody wrote it, comments included.
 *
 * @param file text of a YAML configuration file
 * @returns `undefined` when the file does not have it
 * @throws {@link MoaError} `data_invalid` when the file is written in a way that leaves the recipe no lines of its own
 */
export function recipeText(file: string, name: string): RecipeText | undefined {
  const lines = linesOf(file)
  const region = regionOf(file, name)
  if (region === undefined) return undefined
  const body = lines.slice(region.keyLine + 1, region.end)
  const indent = indentOf(body) ?? region.keyColumn + 2
  const own = body.map((line) => line.slice(Math.min(indent, columnOf(line))))
  if (isCommentOrNothing(region.rest)) return { text: joined(own), line: region.keyLine + 2, indent }
  return { text: joined([region.rest, ...own]), line: region.keyLine + 1, indent }
}

/**
 * The file with one recipe written anew or added; every other line stays as it is.
 *
 * @param text the recipe without its name and indentation
 * @returns the file's new text, and where the recipe stands in it
 * @throws {@link MoaError} `data_invalid` when other parts of the file would change their meaning
 */
export function withRecipe(file: string, name: string, text: string): RecipeText & { readonly file: string } {
  const lines = linesOf(file)
  const region = regionOf(file, name)
  const place = region ? placeIn(lines, region, name) : newPlace(file, lines, name)
  const indent = ' '.repeat(place.indent)
  const body = linesOf(text.trimEnd()).map((line) => (line.trim() === '' ? '' : indent + line))
  const changed = [...place.before, ...body, ...place.after]
  const eol = file.includes('\r\n') ? '\r\n' : '\n'
  const written = { file: changed.join(eol), text, line: place.before.length + 1, indent: place.indent }
  const [before, after] = [others(file, name), others(written.file, name)]
  if (before !== undefined && after !== undefined && before !== after)
    throw new MoaError(
      'data_invalid',
      `The text of recipe "${name}" does not end where it should: an open quote or bracket changes what follows it.`,
    )
  return written
}

/**
 * The file without one recipe; every other line stays as it is, comments above the recipe too.
 *
 * @returns `undefined` when the file does not have it
 * @throws {@link MoaError} `data_invalid` when the recipe has no lines of its own
 */
export function withoutRecipe(file: string, name: string): string | undefined {
  const lines = linesOf(file)
  const region = regionOf(file, name)
  if (region === undefined) return undefined
  const only = recipesOf(parseDocument(file, { logLevel: 'silent' }))?.items.length === 1
  const kept = [
    ...lines.slice(0, region.keyLine).filter((line) => !(only && RECIPES_LINE.test(line))),
    ...lines.slice(region.end),
  ]
  const left = kept.join(file.includes('\r\n') ? '\r\n' : '\n')
  if (others(file, name) !== others(left, name))
    throw new MoaError(
      'data_invalid',
      `Recipe "${name}" can't be taken out by itself: other parts of the file refer to it with YAML's "&" and "*".`,
    )
  return left
}

/** Begins the recipes of a file. */
const RECIPES_LINE = /^recipes\s*:\s*(#.*)?$/

interface Place {
  readonly before: readonly string[]
  readonly after: readonly string[]
  readonly indent: number
}

function placeIn(lines: readonly string[], region: Region, name: string): Place {
  const { keyLine, keyColumn, rest, end } = region
  const key = (lines[keyLine] ?? '').slice(0, keyColumn)
  const comment = rest.startsWith('#') ? ` ${rest}` : ''
  return {
    before: [...lines.slice(0, keyLine), `${key}${keyText(name)}:${comment}`],
    after: lines.slice(end),
    indent: indentOf(lines.slice(keyLine + 1, end)) ?? keyColumn + 2,
  }
}

/** Where a recipe that is new goes: behind the others, or in a part of its own at the end. */
function newPlace(file: string, lines: readonly string[], name: string): Place {
  const document = parseDocument(file, { logLevel: 'silent' })
  const recipes = recipesOf(document)
  const last = recipes?.items.at(-1)
  const region = last && regionOf(file, String(keyOf(last)))
  if (region) {
    const head = ' '.repeat(region.keyColumn) + `${keyText(name)}:`
    return {
      before: [...lines.slice(0, region.end), head],
      after: lines.slice(region.end),
      indent: region.keyColumn + 2,
    }
  }
  const head = lines.findIndex((line) => RECIPES_LINE.test(line))
  const at = head === -1 ? lines.length : head + 1
  const before = head === -1 ? [...withoutEmptyEnd(lines), 'recipes:'] : lines.slice(0, at)
  const after = head === -1 ? [''] : lines.slice(at)
  return { before: [...before, `  ${keyText(name)}:`], after, indent: 4 }
}

function regionOf(file: string, name: string): Region | undefined {
  const document = parseDocument(file, { logLevel: 'silent' })
  const recipes = recipesOf(document)
  const pair = recipes?.items.find((item) => String(keyOf(item)) === name)
  const range = isScalar(pair?.key) ? pair.key.range : undefined
  if (recipes === undefined || pair === undefined || !range) return undefined
  if (recipes.flow)
    throw new MoaError(
      'data_invalid',
      'The recipes of this file stand between braces; give each its own lines to edit them here.',
    )
  const lines = linesOf(file)
  const before = linesOf(file.slice(0, range[0]))
  const keyLine = before.length - 1
  const keyColumn = before[keyLine]?.length ?? 0
  const rest = (linesOf(file.slice(range[1]))[0] ?? '').replace(/^\s*:\s*/, '').trimEnd()
  let end = keyLine + 1
  while (end < lines.length && (isBlank(lines[end]) || columnOf(lines[end] ?? '') > keyColumn)) end += 1
  while (end > keyLine + 1 && isBlank(lines[end - 1])) end -= 1
  return { keyLine, keyColumn, rest, end }
}

function recipesOf(document: Document): YAMLMap | undefined {
  const recipes = isMap(document.contents) ? document.contents.get('recipes', true) : undefined
  return isMap(recipes) ? recipes : undefined
}

const keyOf = ({ key }: Pair): unknown => (isScalar(key) ? key.value : key)

/** Everything in a file but one recipe, to be compared; a file with mistakes is told of by its reader. */
function others(file: string, name: string): string | undefined {
  const document = parseDocument(file, { logLevel: 'silent' })
  if (document.errors.length > 0) return undefined
  const value = (document.toJS() ?? {}) as { readonly recipes?: Readonly<Record<string, unknown>> | null }
  const { [name]: _, ...recipes } = value.recipes ?? {}
  return JSON.stringify({ ...value, recipes })
}

const linesOf = (text: string): string[] => text.split(/\r?\n/)
const joined = (lines: readonly string[]): string => `${lines.join('\n')}\n`
const isBlank = (line: string | undefined): boolean => (line ?? '').trim() === ''
const columnOf = (line: string): number => /^ */.exec(line)?.[0].length ?? 0
const isCommentOrNothing = (text: string): boolean => text === '' || text.startsWith('#')
/** Names that YAML would take for numbers or truth values get quotes. */
const keyText = (name: string): string => stringify(name).trim()

function indentOf(lines: readonly string[]): number | undefined {
  const columns = lines.filter((line) => !isBlank(line)).map(columnOf)
  return columns.length === 0 ? undefined : Math.min(...columns)
}

function withoutEmptyEnd(lines: readonly string[]): string[] {
  const kept = [...lines]
  while (kept.length > 0 && isBlank(kept.at(-1))) kept.pop()
  return kept.length === 0 ? [] : [...kept, '']
}
