import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '../util/clock.js'
import type { Store } from './store.js'

/** What every {@link Store} promises. */
export function storeContract(name: string, open: (clock: Clock) => { store: Store; close(): void }): void {
  describe(`${name} keeps the contract of a store`, () => {
    let now = 1_000_000
    const clock: Clock = { now: () => now, after: () => () => {} }
    let opened: ReturnType<typeof open>
    let store: Store
    beforeEach(() => {
      now = 1_000_000
      opened = open(clock)
      store = opened.store
    })
    afterEach(() => opened.close())

    const keysOf = (entries: Iterable<{ readonly key: string }>): string[] =>
      [...entries].map(({ key }) => key)

    it('gives back what was put in, as plain data', () => {
      const records = store.records<unknown>('a')
      for (const value of [1, null, 'x\u0000é😀', [1, { b: [] }], { a: undefined, b: 1.5e-7 }, '']) {
        records.set('k', value)
        expect(records.get('k')).toEqual(JSON.parse(JSON.stringify(value)))
      }
      expect(records.get('absent')).toBeUndefined()
    })

    it('replaces, deletes and keeps namespaces apart', () => {
      const [a, b] = [store.records<number>('a'), store.records<number>('b')]
      a.set('k', 1)
      a.set('k', 2)
      b.set('k', 3)
      expect([a.get('k'), b.get('k'), a.size().count]).toEqual([2, 3, 1])
      expect([a.delete('k'), a.delete('k')]).toEqual([true, false])
      expect([a.get('k'), b.get('k')]).toEqual([undefined, 3])
    })

    it('scans ranges in the order of code points, either way, across pages', () => {
      const records = store.records<number>('a')
      const keys = Array.from({ length: 450 }, (_, index) => `k${String(index).padStart(4, '0')}`)
      for (const key of [...keys].reverse()) records.set(key, 1)
      expect(keysOf(records.scan())).toEqual(keys)
      expect(keysOf(records.scan({ reverse: true }))).toEqual([...keys].reverse())
      expect(keysOf(records.scan({ from: 'k0200', before: 'k0203' }))).toEqual(['k0200', 'k0201', 'k0202'])
      expect(keysOf(records.scan({ before: 'k0300', limit: 2, reverse: true }))).toEqual(['k0299', 'k0298'])
      expect(keysOf(records.scan({ from: 'k02000', limit: 1 }))).toEqual(['k0201'])
      expect(keysOf(records.scan({ limit: 0 }))).toEqual([])
      expect(keysOf(records.scan({ from: 'b', before: 'a' }))).toEqual([])
      const odd = store.records<number>('odd')
      for (const key of ['😀', '\uff41', 'b', 'a', 'ab', '']) odd.set(key, 1)
      expect(keysOf(odd.scan())).toEqual(['', 'a', 'ab', 'b', '\uff41', '😀'])
    })

    it('lets the scanner write', () => {
      const records = store.records<number>('a')
      for (let index = 0; index < 500; index += 1) records.set(`k${index}`, index)
      for (const { key, value } of records.scan()) {
        if (value % 2 === 0) records.delete(key)
        else records.set(key, -value)
      }
      expect(records.size().count).toBe(250)
      expect([...records.scan()].every(({ value }) => value < 0)).toBe(true)
    })

    it('counts bytes of keys and values, and knows when records were written and used', () => {
      const records = store.records<string>('a')
      records.set('é', 'ab')
      now += 10
      records.set('b', 'ü')
      now += 10
      records.touch('é')
      expect(records.size()).toEqual({ count: 2, bytes: 2 + 4 + 1 + 4 })
      expect([...records.scan()]).toEqual([
        { key: 'b', value: 'ü', writtenAt: 1_000_010, usedAt: 1_000_010 },
        { key: 'é', value: 'ab', writtenAt: 1_000_000, usedAt: 1_000_020 },
      ])
      expect(store.records('other').size()).toEqual({ count: 0, bytes: 0 })
    })

    it('prunes what is too old, then what was used longest ago', () => {
      const records = store.records<string>('a')
      const fill = (): void => {
        for (const key of ['a', 'b', 'c', 'd']) {
          now += 1000
          records.set(key, 'xxxxxxxx')
        }
        now += 1
        records.touch('a')
      }
      fill()
      expect(records.prune({})).toBe(0)
      expect(records.prune({ maxBytes: 33 })).toBe(1)
      expect(keysOf(records.scan())).toEqual(['a', 'c', 'd'])
      fill()
      expect(records.prune({ maxCount: 2 })).toBe(2)
      expect(keysOf(records.scan())).toEqual(['a', 'd'])
      fill()
      expect(records.prune({ maxAgeMs: 2500 })).toBe(1)
      expect(keysOf(records.scan())).toEqual(['b', 'c', 'd'])
      expect(records.prune({ maxBytes: 0 })).toBe(3)
    })

    it('appends to a journal once per key, in order', () => {
      const journal = store.journal<number>('a')
      const other = store.journal<number>('b')
      expect([journal.append('x', 1), other.append('x', 2), journal.append('x', 3)]).toEqual([
        true,
        true,
        false,
      ])
      now += 5
      journal.append('a', 4)
      expect([journal.get('x'), journal.has('a'), journal.has('q'), journal.get('q')]).toEqual([
        1,
        true,
        false,
        undefined,
      ])
      const entries = [...journal.scan()]
      expect(entries.map(({ key, value, writtenAt }) => [key, value, writtenAt])).toEqual([
        ['x', 1, 1_000_000],
        ['a', 4, 1_000_005],
      ])
      expect(keysOf(journal.scan({ after: entries[0]!.sequence }))).toEqual(['a'])
      expect(journal.size()).toEqual({ count: 2, bytes: 4 })
    })

    it('scans a journal by prefix, and while it grows', () => {
      const journal = store.journal<number>('a')
      for (let index = 0; index < 450; index += 1) journal.append(`${index % 3}/${index}`, index)
      const seen: number[] = []
      for (const { value } of journal.scan({ prefix: '1/' })) {
        seen.push(value)
        if (value === 448) journal.append('1/last', 1)
      }
      expect(seen.slice(0, 150)).toEqual(Array.from({ length: 150 }, (_, index) => 1 + 3 * index))
      expect(keysOf(journal.scan({ prefix: '1/%' }))).toEqual([])
      journal.clear()
      expect([...journal.scan()]).toEqual([])
      expect(journal.append('0/0', 1)).toBe(true)
    })

    it('does all of a transaction or nothing', () => {
      const [records, journal] = [store.records<number>('a'), store.journal<number>('a')]
      records.set('k', 1)
      expect(() =>
        store.transaction(() => {
          records.set('k', 2)
          journal.append('x', 1)
          throw new RangeError('no')
        }),
      ).toThrow(RangeError)
      expect([records.get('k'), journal.has('x')]).toEqual([1, false])
      expect(
        store.transaction(() => {
          records.set('k', 3)
          return journal.append('x', 1)
        }),
      ).toBe(true)
      expect([records.get('k'), journal.has('x')]).toEqual([3, true])
    })

    it('keeps books like a plain map does', () => {
      const key = fc.constantFrom('', 'a', 'b', 'a/b', 'é')
      const action = fc.oneof(
        fc.tuple(fc.constant('set' as const), key, fc.jsonValue()),
        fc.tuple(fc.constant('delete' as const), key, fc.constant(null)),
      )
      let round = 0
      fc.assert(
        fc.property(fc.array(action), (actions) => {
          const records = store.records<unknown>(`map${(round += 1)}`)
          const map = new Map<string, unknown>()
          for (const [kind, name, value] of actions) {
            if (kind === 'set') {
              records.set(name, value)
              map.set(name, JSON.parse(JSON.stringify(value)))
            } else expect(records.delete(name)).toBe(map.delete(name))
          }
          expect(new Map([...records.scan()].map(({ key: name, value }) => [name, value]))).toEqual(map)
        }),
        { numRuns: 50 },
      )
    })
  })
}
