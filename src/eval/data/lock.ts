import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { MoaError } from '../../core/errors.js'
import { isRunning, ownMark, type ProcessMark } from '../../store/process-mark.js'
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
      writeFileSync(path, textOf(ownMark()), { flag: 'wx' })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw diskError(error, path)
    }
    const owner = ownerOf(path)
    if (owner !== undefined && isRunning(owner)) throw taken(path, { owner, doing })
    rmSync(path, { force: true })
  }
  throw taken(path, { owner: ownerOf(path), doing })
}

const textOf = ({ pid, startedAt = '' }: ProcessMark): string => `${pid} ${startedAt}`.trim()

function ownerOf(path: string): ProcessMark | undefined {
  try {
    const [pid, startedAt] = readFileSync(path, 'utf8').split(' ')
    return Number(pid) > 0 ? { pid: Number(pid), ...(startedAt !== undefined && { startedAt }) } : undefined
  } catch {
    return undefined // Just released.
  }
}

function taken(
  path: string,
  { owner, doing }: { readonly owner: ProcessMark | undefined; readonly doing: string },
): MoaError {
  return new MoaError(
    'usage',
    `Another process${owner === undefined ? '' : ` (${owner.pid})`} ${doing}; wait for it, or remove ${path} if it is no moa.`,
  )
}
