import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { recipeText, withRecipe, withoutRecipe, type RecipeText } from '../../../config/recipe-text.js'
import { MoaError } from '../../../core/errors.js'
import { sha256Hex } from '../../../util/hash.js'
import type { WriteAccess } from './types.js'

const YAML = /\.ya?ml$/

/** A configuration file as it was read at one moment. */
export interface FileText {
  readonly path: string
  readonly text: string
  /** Differs whenever the text does. */
  readonly version: string
}

/** @throws {@link MoaError} `file_unreadable` */
export function readFileText(path: string): FileText {
  try {
    const text = readFileSync(path, 'utf8')
    return { path, text, version: sha256Hex(text) }
  } catch (cause) {
    throw new MoaError('file_unreadable', `Can't read ${path}: ${(cause as Error).message}`, { cause })
  }
}

/**
 * The file a recipe stands in, or the one a new recipe goes to.
 *
 * @param files configuration files in use, the one that wins last
 */
export function fileOf(files: readonly string[], name: string): FileText | undefined {
  const yaml = files.filter((path) => YAML.test(path)).map(readFileText)
  return yaml.findLast(({ text }) => recipeText(text, name) !== undefined) ?? yaml.at(-1)
}

/** The recipe's own text in a file, if it is there. */
export const textIn = ({ text }: FileText, name: string): RecipeText | undefined => recipeText(text, name)

/** The file with the recipe's new text, not yet written. */
export const changedFile = (
  { text }: FileText,
  name: string,
  recipe: string,
): ReturnType<typeof withRecipe> => withRecipe(text, name, recipe)

/** The file without a recipe, not yet written; `undefined` when it does not have it. */
export const fileWithout = ({ text }: FileText, name: string): string | undefined => withoutRecipe(text, name)

/**
 * Replaces a file in one step: whoever reads it sees it as it was or as it is, and so does a machine that loses power.
 *
 * @throws {@link MoaError} `file_unreadable` when it can't be written
 */
export function replaceFile(path: string, text: string): void {
  // A link stays a link.
  const target = realpathSync(path)
  const draft = join(dirname(target), `.moa-${randomBytes(6).toString('hex')}.tmp`)
  try {
    const file = openSync(draft, 'wx', statSync(target).mode & 0o777)
    try {
      writeFileSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(draft, target)
  } catch (cause) {
    rmSync(draft, { force: true })
    throw new MoaError('file_unreadable', `Can't write ${path}: ${(cause as Error).message}`, { cause })
  }
}

/** Whether recipes can be saved, and where to. */
export function writeAccess(files: readonly string[], allowed: boolean): WriteAccess {
  const file = files.findLast((path) => YAML.test(path))
  if (!allowed) return { allowed: false, reason: 'not-asked-for', ...(file !== undefined && { file }) }
  if (files.length === 0) return { allowed: false, reason: 'no-file' }
  if (file === undefined) return { allowed: false, reason: 'not-yaml' }
  try {
    accessSync(file, constants.W_OK)
    accessSync(dirname(realpathSync(file)), constants.W_OK)
    return { allowed: true, file }
  } catch {
    return { allowed: false, reason: 'not-writable', file }
  }
}
