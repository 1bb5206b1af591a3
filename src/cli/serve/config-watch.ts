import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findConfigFiles } from '../../config/find.js'
import { systemHost } from '../../config/host.js'
import { errorInfo } from '../../core/errors.js'

const LOOK_MS = 1_000

/**
 * Calls back when configuration files change, come or go. Looks at them once a second: that sees editors which replace
 * files, mounted volumes and links alike.
 *
 * @param file configuration file in place of the one found upward from here
 * @param asRead how the files were when they were read last, so that no change is missed and none is told twice
 * @returns stops watching
 */
export function watchConfig(
  file: string | undefined,
  { asRead, changed }: { readonly asRead: () => string; readonly changed: () => void },
): () => void {
  const timer = setInterval(() => {
    if (configSignature(file) !== asRead()) changed()
  }, LOOK_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** Which files there are, how long and how old; differs whenever a look at them might find something else. */
export function configSignature(file: string | undefined): string {
  try {
    const { user, project } = findConfigFiles(systemHost(), file)
    const files = [user, project].filter((path) => path !== undefined)
    return files
      .flatMap((path) => [path, join(dirname(path), '.env')])
      .map(stamp)
      .join('\n')
  } catch (error) {
    return errorInfo(error).message
  }
}

function stamp(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? `${path} -` : `${path} ${stat.mtimeMs} ${stat.size} ${stat.ino}`
}
