import { randomBytes } from 'node:crypto'

/** Tells processes apart; 96 random bits. */
const PROCESS = randomBytes(12).toString('hex')
let count = 0

/** A new id: unique among all processes, not a secret. */
export function newId(prefix: string): string {
  count += 1
  return prefix + PROCESS + count.toString(36).padStart(8, '0')
}
