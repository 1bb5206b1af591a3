import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { memoryStore, openSqliteStore } from './index.js'
import { openDatabase } from './sqlite/driver.js'
import { storeContract } from './store.contract.js'

const folder = mkdtempSync(join(tmpdir(), 'moa-store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const newFile = (): string => join(folder, `nested/${(files += 1)}.db`)

storeContract('memory', (clock) => ({ store: memoryStore({ clock }), close: () => {} }))
storeContract('sqlite', (clock) => {
  const store = openSqliteStore(newFile(), { clock })
  return { store, close: () => store.close() }
})

/** Runs a script that has `store`, opened on a file, until it ends or is killed after its n-th line. */
function child(file: string, script: string, killAfterLines = Infinity): Promise<number> {
  const module = new URL('./index.ts', import.meta.url).href
  const code = `
    import { createJiti } from ${JSON.stringify(import.meta.resolve('jiti'))}
    const { openSqliteStore } = await createJiti(import.meta.url).import(${JSON.stringify(module)})
    const store = openSqliteStore(${JSON.stringify(file)})
    ${script}`
  return new Promise((resolve, reject) => {
    const running = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let lines = 0
    running.stdout.on('data', (chunk: Buffer) => {
      lines += chunk.toString().split('\n').length - 1
      if (lines >= killAfterLines) running.kill('SIGKILL')
    })
    running.once('error', reject)
    running.once('exit', () => resolve(lines))
  })
}

describe('the SQLite store', () => {
  it('has everything a killed process was told was written', async () => {
    const file = newFile()
    const told = await child(
      file,
      `const journal = store.journal('j')
       for (let index = 0; ; index += 1) { journal.append('k' + index, { index }); process.stdout.write('x\\n') }`,
      300,
    )
    const store = openSqliteStore(file)
    const entries = [...store.journal<{ index: number }>('j').scan()]
    expect(entries.length).toBeGreaterThanOrEqual(told)
    expect(entries.map(({ value }) => value.index)).toEqual(entries.map((_, index) => index))
    store.close()
  })

  it('is written to by several processes at once, from its first moment', async () => {
    const file = newFile()
    const script = (name: string): string =>
      `for (let index = 0; index < 200; index += 1) {
         store.journal('shared').append('k' + index, '${name}')
         store.journal('own').append('${name}' + index, index)
       }`
    await Promise.all(['a', 'b', 'c'].map((name) => child(file, script(name))))
    const store = openSqliteStore(file)
    expect([store.journal('shared').size().count, store.journal('own').size().count]).toEqual([200, 600])
    store.close()
  })

  it('refuses what is no store, is newer, or can not be opened, and says what to do', () => {
    const text = join(folder, 'text.db')
    writeFileSync(text, 'not a database, but long enough to be looked at as one. '.repeat(40))
    expect(() => openSqliteStore(text)).toThrow(/text\.db is not a store of moa, or is damaged; move it away/)
    const newer = join(folder, 'newer.db')
    const database = openDatabase(newer)
    database.exec('pragma user_version = 99')
    database.close()
    expect(() => openSqliteStore(newer)).toThrow(/newer version of moa \(format 99.*update moa/)
    expect(() => openSqliteStore(join(text, 'below.db'))).toThrow(/can't be opened \(E[A-Z]+\)/)
  })

  it('finds what was there when opened again', () => {
    const file = newFile()
    const first = openSqliteStore(file)
    first.records('a').set('k', { b: 1 })
    first.close()
    const second = openSqliteStore(file)
    expect(second.records('a').get('k')).toEqual({ b: 1 })
    second.close()
  })
})
