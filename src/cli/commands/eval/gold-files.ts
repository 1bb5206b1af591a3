import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** The published companion of a file of cross-annotations, where it stands beside it. */
export function modelsBeside(file: string): string | undefined {
  const name = basename(file)
  const companion = join(dirname(file), name.replace('crossannotations', 'annotations'))
  return name.includes('crossannotations') && existsSync(companion) ? companion : undefined
}
