import { existsSync } from 'node:fs'
import { OWN_RECIPE_NAMES } from '../../../config/recipes.js'
import { MoaError } from '../../../core/errors.js'
import type { Model } from '../../../core/model.js'
import { recordedModel, type Contestant } from '../../../eval/harness/contestant.js'
import type { ProblemLog } from '../../../eval/problems.js'
import { didYouMean } from '../../../util/suggest.js'
import { stem } from '../../eval/data-file.js'
import { fingerprintOf } from '../../workspace/fingerprint.js'
import type { Workspace } from '../../workspace/open.js'
import type { ReadRecorded } from './benches/bench.js'
import { readNamedText } from './bench-data.js'

const FILE = /\.jsonl?(\.gz)?$/

/** `name=target`; a target alone names itself. */
export function splitName(text: string): { readonly name?: string; readonly target: string } {
  const equals = text.indexOf('=')
  const name = text.slice(0, Math.max(0, equals))
  if (name === '' || /[/\\]/.test(name)) return { target: text }
  return { name, target: text.slice(equals + 1) }
}

/** Finds contestants and judges' models behind the words of the command line. */
export class Cast {
  readonly #workspace: Workspace
  readonly #problems: ProblemLog
  readonly #signal: AbortSignal
  /** Whether simulated models take part. */
  simulated = false

  constructor(options: { workspace: Workspace; problems: ProblemLog; signal: AbortSignal }) {
    this.#workspace = options.workspace
    this.#problems = options.problems
    this.#signal = options.signal
  }

  /**
   * A contestant: a file of recorded answers, a recipe, or `provider/model`.
   *
   * @throws MoaError for what does not exist, or a file of another format.
   */
  async contestant(text: string, read: ReadRecorded): Promise<Contestant> {
    const { name, target } = splitName(text)
    if (target === '')
      throw new MoaError('usage', `"${text}" names nobody; expected a recipe, provider/model or a file.`)
    if (FILE.test(target)) return this.#recorded(target, { name, read })
    return {
      name: name ?? target,
      model: await this.model(target),
      recorded: false,
      fingerprint: fingerprintOf(this.#workspace, target),
    }
  }

  /** A recipe or `provider/model`. @throws MoaError `recipe_not_found`, `provider_not_found` and the like */
  async model(target: string): Promise<Model> {
    await this.#workspace.prepare(target, this.#signal)
    this.#checkTarget(target)
    this.simulated ||= this.#workspace.simulated(target)
    return this.#workspace.model(target)
  }

  fingerprint(target: string): string {
    return fingerprintOf(this.#workspace, target)
  }

  isModel(target: string): boolean {
    const { book, settings } = this.#workspace
    return book.has(target) || Object.hasOwn(settings.models, target) || target.includes('/')
  }

  #checkTarget(target: string): void {
    if (this.isModel(target)) return
    const { book } = this.#workspace
    // The book says what such a recipe is waiting for.
    if (OWN_RECIPE_NAMES.includes(target)) book.recipe(target)
    const file = existsSync(target) ? ' A file of recorded answers must end in .json or .jsonl.' : ''
    throw new MoaError(
      'recipe_not_found',
      `There is no recipe "${target}".${didYouMean(target, book.names())} Expected a recipe, provider/model, or a file of recorded answers.${file}`,
    )
  }

  async #recorded(
    path: string,
    { name, read }: { name: string | undefined; read: ReadRecorded },
  ): Promise<Contestant> {
    const { text, sha256 } = await readNamedText(path)
    const { data, problems } = read(text, path)
    this.#problems.merge(problems)
    const known = name ?? data.name ?? stem(path)
    return {
      name: known,
      model: recordedModel(known, data.turns, path),
      recorded: true,
      fingerprint: `sha256:${sha256}`,
    }
  }
}
