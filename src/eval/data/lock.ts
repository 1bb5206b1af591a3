import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { MoaError } from '../../core/errors.js'
import { diskError } from './content.js'

/**
 * Keeps other processes away from a file while the work goes on. The lock of a process that has died counts for nothing.
 *
 * @throws MoaError `usage` when another process has the lock.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  take(path)
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

function take(path: string): void {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw diskError(error, path)
    }
    const owner = ownerOf(path)
    if (owner !== undefined && isAlive(owner)) throw taken(path, owner)
    rmSync(path, { force: true })
  }
  throw taken(path, ownerOf(path))
}

function ownerOf(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8')) || undefined
  } catch {
    return undefined // Just released.
  }
}

function taken(path: string, owner: number | undefined): MoaError {
  return new MoaError(
    'usage',
    `Another process${owner === undefined ? '' : ` (${owner})`} is downloading this file; wait for it, or remove ${path} if it is no moa.`,
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
