import type { Settings } from '../../config/settings.js'
import type { MoaError } from '../../core/errors.js'
import type { RecipeBook } from '../../engine/book.js'
import { compile, modelsAsked } from '../../engine/plan.js'
import type { RecipeInput } from '../../engine/recipe.js'
import { Recorder, RunLines, lineText, type RecordLine, type RunSource } from '../../record/index.js'
import { systemClock } from '../../util/clock.js'
import { version } from '../version.js'
import { secretsOf } from './secrets.js'

/**
 * Begins a recording that holds none of the secrets this installation knows.
 *
 * @param onFailure told once when the recording has to end early
 * @throws {@link MoaError} `file_unreadable` when the file can't be written
 */
export function startRecording(
  file: string,
  options: { settings: Settings; append: boolean; onFailure: (error: MoaError) => void },
): Recorder {
  const generator = `mixture-of-agents ${version()}`
  const { settings, append, onFailure } = options
  return new Recorder({ file, append, generator, redact: secretsOf(settings), onFailure })
}

/** Tells of runs and calls as lines that hold none of the secrets this installation knows. */
export function runLines(
  onLine: ((line: RecordLine) => void) | undefined,
  settings: Pick<Settings, 'providers'>,
): RunLines {
  const redact = secretsOf(settings)
  return new RunLines({
    clock: systemClock,
    write: (line) => onLine?.(JSON.parse(lineText(line, redact)) as RecordLine),
  })
}

/** What a recipe is made of, with all it needs to be run from the file alone. */
export function sourceOf(
  recipe: RecipeInput,
  { book, renames }: { book: RecipeBook; renames: Readonly<Record<string, string>> },
): RunSource {
  const recipes = new Map<string, RecipeInput>()
  const add = (input: RecipeInput): void => {
    for (const name of modelsAsked(compile(input, 'recipe'))) {
      const address = renames[name] ?? name
      if (!book.has(address) || recipes.has(address)) continue
      recipes.set(address, book.recipe(address))
      add(book.recipe(address))
    }
  }
  add(recipe)
  return {
    definition: recipe,
    ...(recipes.size > 0 && { recipes: Object.fromEntries(recipes) }),
    ...(Object.keys(renames).length > 0 && { renames }),
  }
}
