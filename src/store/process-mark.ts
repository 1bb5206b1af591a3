import { readFileSync } from 'node:fs'

/** Tells one process from all others of this machine, later ones of the same number included. */
export interface ProcessMark {
  readonly pid: number
  /** When it was started, where the system tells. */
  readonly startedAt?: string
}

/** The mark of this process. */
export function ownMark(): ProcessMark {
  return markOf(process.pid)
}

/** Whether the process that left a mark still runs. Numbers are used again, above all in containers. */
export function isRunning({ pid, startedAt }: ProcessMark): boolean {
  if (!answers(pid)) return false
  const now = markOf(pid).startedAt
  return startedAt === undefined || now === undefined || startedAt === now
}

function markOf(pid: number): ProcessMark {
  try {
    // The name of the program, in brackets, may hold anything; the start is the twentieth field behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    const startedAt = fields[19]
    return startedAt === undefined ? { pid } : { pid, startedAt }
  } catch {
    return { pid }
  }
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
