import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isRunning, ownMark } from './process-mark.js'

describe('process marks', () => {
  it('know this process', () => {
    expect(isRunning(ownMark())).toBe(true)
    expect(isRunning({ pid: process.pid })).toBe(true)
  })

  it('know one that has ended', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    expect(isRunning({ pid: child.pid as number })).toBe(false)
  })

  it.skipIf(!existsSync('/proc/self/stat'))('tell another process that got the same number', () => {
    const mark = ownMark()
    expect(mark.startedAt).toMatch(/^\d+$/)
    expect(isRunning({ ...mark, startedAt: '1' })).toBe(false)
  })
})
