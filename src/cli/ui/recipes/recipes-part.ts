import { stringify } from 'yaml'
import { MoaError } from '../../../core/errors.js'
import type { UiPart, UiRequest } from '../../../gateway/index.js'
import { object, optionalString, string } from '../../../wire/check.js'
import type { Workspace } from '../../workspace/open.js'
import { shownPaths, type UiContext } from '../context.js'
import { checkDraft, checkNamed, problemsOf, type Draft } from './check.js'
import {
  fileOf,
  changedFile,
  fileWithout,
  readFileText,
  replaceFile,
  textIn,
  writeAccess,
  type FileText,
} from './recipe-file.js'
import type { RecipeCheck, RecipeDocument, RecipeList, WriteAccess } from './types.js'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
/** Far longer than any recipe. */
const MOST_TEXT = 100_000

/** What the recipe editor can ask for. */
export function recipesPart(context: UiContext): UiPart {
  return {
    routes: [
      { method: 'GET', path: 'recipes', handle: () => list(context) },
      { method: 'GET', path: 'recipes/:name', handle: ({ params }) => show(context, params['name'] ?? '') },
      { method: 'POST', path: 'recipes/:name/check', handle: (request) => check(context, request) },
      { method: 'PUT', path: 'recipes/:name', handle: (request) => save(context, request) },
      { method: 'DELETE', path: 'recipes/:name', handle: (request) => remove(context, request) },
    ],
  }
}

function list(context: UiContext): RecipeList {
  const workspace = context.workspace()
  const { book, settings, defaultRecipe } = workspace
  const recipes = book.names().map((name) => {
    const { description, mode, calls, depth } = book.plan(name)
    const source = settings.writtenRecipes.includes(name) ? ('configuration' as const) : ('shipped' as const)
    const facts = { default: name === defaultRecipe, simulated: workspace.simulated(name) }
    return { name, description, source, ...facts, mode, calls, depth }
  })
  const used = book.names().flatMap((name) => book.plan(name).stages.flatMap(({ slots }) => slots))
  const models = [...Object.keys(settings.models), ...used.map(({ slot }) => slot.model)]
  return { write: shownAccess(context), recipes, models: [...new Set(models)].sort() }
}

async function show(context: UiContext, name: string): Promise<RecipeDocument> {
  const workspace = context.workspace()
  const { settings, book } = workspace
  const written = settings.writtenRecipes.includes(name)
  const file = written ? fileOf(settings.files, name) : undefined
  const own = file && textIn(file, name)
  return {
    name,
    source: written ? 'configuration' : 'shipped',
    ...(file && own && { file: shownPaths(context, file.path), version: file.version }),
    text: own?.text ?? asText(book.recipe(name)),
    check: shownCheck(context, await checkNamed(workspace, name)),
  }
}

/** Mistakes and warnings as pages show them. */
const shownCheck = (context: UiContext, check: RecipeCheck): RecipeCheck => ({
  ...check,
  problems: check.problems.map((problem) => ({ ...problem, message: shownPaths(context, problem.message) })),
  warnings: check.warnings.map((warning) => shownPaths(context, warning)),
})

/** A recipe that nobody wrote down, as somebody would. The template is a file's text and stays out. */
function asText({ template: _, ...recipe }: ReturnType<Workspace['book']['recipe']>): string {
  return stringify(recipe, { lineWidth: 100 })
}

async function check(context: UiContext, request: UiRequest): Promise<RecipeCheck> {
  requireAccess(context)
  const draft = await readDraft(request)
  return shownCheck(context, await checkDraft(draft, targetOf(context, draft.name), context))
}

/** Writes a recipe into its file, unless it has mistakes or the file is not what the page has seen. */
async function save(context: UiContext, request: UiRequest): Promise<RecipeDocument> {
  requireAccess(context)
  const { version, ...draft } = await readDraft(request)
  const file = targetOf(context, draft.name)
  checkVersion({ context, file, name: draft.name }, version)
  const found = await checkDraft(draft, file, context)
  if (found.problems.length > 0)
    throw new MoaError(
      'recipe_invalid',
      shownPaths(context, found.problems.map(({ message }) => message).join('\n')),
    )
  // What was checked is what is written: nobody else may have come in between.
  checkVersion({ context, file: readFileText(file.path), name: draft.name }, file.version)
  replaceFile(file.path, changedFile(file, draft.name, draft.text).file)
  await context.reload()
  return show(context, draft.name)
}

/** Takes a recipe out of its file, unless something else needs it or the file is not what the page has seen. */
async function remove(context: UiContext, { params, query }: UiRequest): Promise<undefined> {
  requireAccess(context)
  const name = params['name'] ?? ''
  const file = targetOf(context, name)
  const text = fileWithout(file, name)
  if (text === undefined)
    throw new MoaError('not_found', `There is no recipe "${name.slice(0, 100)}" in the configuration.`)
  checkVersion({ context, file, name }, query.get('version') ?? undefined)
  const problems = await problemsOf({ path: file.path, text }, context.workspace(), context)
  if (problems.length > 0)
    throw new MoaError(
      'conflict',
      shownPaths(context, `Recipe "${name}" is still needed:\n${problems.join('\n')}`),
    )
  checkVersion({ context, file: readFileText(file.path), name }, file.version)
  replaceFile(file.path, text)
  await context.reload()
  return undefined
}

function checkVersion(
  { context, file, name }: { context: UiContext; file: FileText; name: string },
  seen: string | undefined,
): void {
  const path = shownPaths(context, file.path)
  const there = textIn(file, name) !== undefined
  if (seen === undefined && there)
    throw new MoaError('conflict', `There is a recipe "${name}" in ${path} already; open that one.`)
  if (seen !== undefined && seen !== file.version)
    throw new MoaError(
      'conflict',
      `${path} has changed since it was opened here; load it again, then make your change anew.`,
    )
}

async function readDraft({
  params,
  body,
}: UiRequest): Promise<Draft & { readonly version: string | undefined }> {
  const name = params['name'] ?? ''
  if (!NAME.test(name))
    throw new MoaError(
      'invalid_request',
      `name: a recipe name is made of letters, digits, ".", "_" and "-", got "${name.slice(0, 100)}".`,
    )
  const fields = object(await body(), 'body')
  const text = string(fields['text'], 'text')
  if (text.length > MOST_TEXT)
    throw new MoaError(
      'invalid_request',
      `text: expected at most ${MOST_TEXT} characters, got ${text.length}.`,
    )
  return {
    name,
    text: text.replace(/\r\n/g, '\n'),
    version: optionalString(fields['version'], 'version'),
  }
}

const accessOf = ({ workspace, write }: UiContext): WriteAccess =>
  writeAccess(workspace().settings.files, write)

function shownAccess(context: UiContext): WriteAccess {
  const { file, ...access } = accessOf(context)
  return { ...access, ...(file !== undefined && { file: shownPaths(context, file) }) }
}

const WHY: Readonly<Record<NonNullable<WriteAccess['reason']>, string>> = {
  'not-asked-for': 'Recipes can only be read here; start the gateway with --write to change them.',
  'no-file': 'There is no configuration file to write to; make one with `moa init`.',
  'not-yaml': 'The configuration is not written in YAML; change it with an editor.',
  'not-writable': 'The configuration file may not be written by this gateway.',
}

/** @throws {@link MoaError} `forbidden` */
function requireAccess(context: UiContext): void {
  const { reason } = accessOf(context)
  if (reason !== undefined) throw new MoaError('forbidden', WHY[reason])
}

function targetOf(context: UiContext, name: string): FileText {
  const file = fileOf(context.workspace().settings.files, name)
  if (file === undefined) throw new MoaError('forbidden', WHY['no-file'])
  return file
}
