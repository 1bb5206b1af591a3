import { statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { MoaError } from '../core/errors.js'
import { userConfigFolder, type Host } from './host.js'

/** Names a configuration file can have, in every folder. */
export const CONFIG_NAMES = [
  'moa.config.yaml',
  'moa.config.yml',
  'moa.config.json',
  'moa.config.ts',
  'moa.config.mts',
  'moa.config.js',
  'moa.config.mjs',
] as const

export interface FoundFiles {
  /** The user's own file. */
  readonly user?: string
  /** The project's file; wins over the user's, key by key. */
  readonly project?: string
  /** One line for each file that was found and not used. */
  readonly warnings: readonly string[]
}

/**
 * Finds the configuration files: the user's, and the nearest one from the working directory upward, or the one
 * named explicitly instead of that.
 *
 * @throws {@link MoaError} `file_unreadable` when the named file is not there; `config_invalid` when a folder
 * holds two
 */
export function findConfigFiles(host: Host, explicit?: string): FoundFiles {
  const warnings: string[] = []
  const user = configIn(userConfigFolder(host))
  const project = explicit === undefined ? searchUpward(host, warnings) : named(host, explicit)
  return {
    ...(user !== undefined && user !== project && { user }),
    ...(project !== undefined && { project }),
    warnings,
  }
}

function named({ cwd }: Host, path: string): string {
  const file = resolve(cwd, path)
  if (!isFile(file))
    throw new MoaError('file_unreadable', `There is no configuration file ${file}; check the path.`)
  return file
}

/** The nearest configuration file; stops above the home folder when the search began inside it. */
function searchUpward({ cwd, home }: Host, warnings: string[]): string | undefined {
  let folder = resolve(cwd)
  for (;;) {
    const file = configIn(folder)
    if (file !== undefined) {
      if (folder === resolve(cwd) || isOurs(file)) return file
      warnings.push(
        `${file} belongs to another user and is not used; name it with --config if you trust it, or copy it.`,
      )
    }
    const parent = dirname(folder)
    if (folder === home || parent === folder) return undefined
    folder = parent
  }
}

/** Whether a file belongs to this user or to root: anybody may put a file into a shared parent folder. */
function isOurs(file: string): boolean {
  const me = process.getuid?.()
  if (me === undefined) return true
  const { uid } = statSync(file)
  return uid === me || uid === 0
}

function configIn(folder: string): string | undefined {
  const [first, second] = CONFIG_NAMES.map((name) => join(folder, name)).filter(isFile)
  if (first !== undefined && second !== undefined)
    throw new MoaError(
      'config_invalid',
      `${folder} holds two configuration files, ${basename(first)} and ${basename(second)}; keep one.`,
    )
  return first
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true
  } catch {
    return false // A folder we may not look into holds no configuration for us.
  }
}
