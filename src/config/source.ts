import { MoaError } from '../core/errors.js'

/** A place in a text, both counted from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** The content of one configuration file, and where in its text each value stands. */
export interface Source {
  readonly file: string
  readonly value: unknown
  /**
   * The place of a value, or of its key; the nearest known parent's when that value isn't there. Absent for
   * files that are programs.
   */
  place(path: readonly PropertyKey[], part?: 'key' | 'value'): Place | undefined
}

export type Path = readonly PropertyKey[]

/** One mistake in a configuration file. */
export interface Problem {
  readonly file: string
  readonly place?: Place | undefined
  /** Keys that lead to the value, for files without places. */
  readonly path?: Path
  readonly message: string
}

/** `file:line:column: message`, which editors and terminals turn into a link. */
export function problemLine({ file, place, path = [], message }: Problem): string {
  const where = place === undefined ? file : `${file}:${place.line}:${place.column}`
  return `${where}: ${withTrail(path, message)}`
}

/** A message behind the keys that lead to what it is about. */
export function withTrail(path: Path, message: string): string {
  return path.length === 0 ? message : `${path.map(String).join(' › ')}: ${message}`
}

/** All mistakes of a configuration, one line each. */
export class ConfigError extends MoaError {
  override readonly name = 'ConfigError'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super('config_invalid', problems.map(problemLine).join('\n'))
    this.problems = problems
  }
}

/** All mistakes of a configuration as one error, one line each. */
export function configError(problems: readonly Problem[]): ConfigError {
  return new ConfigError(problems)
}
