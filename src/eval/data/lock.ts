import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { MoaError } from '../../core/errors.js'
import { diskError } from './content.js'

/**
 * Keeps other processes away from a file while the work goes on. The lock of a process that has died counts for nothing.
 *
 * @param doing what whoever has the lock does, for messages.
 * @throws MoaError `usage` when another process has the lock.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  doing = 'is downloading this file',
): Promise<T> {
  take(path, doing)
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

function take(path: string, doing: string): void {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw diskError(error, path)
    }
    const owner = ownerOf(path)
    if (owner !== undefined && isAlive(owner)) throw taken(path, { owner, doing })
    rmSync(path, { force: true })
  }
  throw taken(path, { owner: ownerOf(path), doing })
}

function ownerOf(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8')) || undefined
  } catch {
    return undefined // Just released.
  }
}

function taken(
  path: string,
  { owner, doing }: { readonly owner: number | undefined; readonly doing: string },
): MoaError {
  return new MoaError(
    'usage',
    `Another process${owner === undefined ? '' : ` (${owner})`} ${doing}; wait for it, or remove ${path} if it is no moa.`,
  )
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
