import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Scope,
  abortable,
  canonicalJson,
  closest,
  deepFreeze,
  editDistance,
  linkedController,
  onAbort,
} from './index.js'
import { seededRandom, sha256Hex, sleep } from './index.js'

describe('sleep', () => {
  it('rejects at once with the reason when aborted', async () => {
    const controller = new AbortController()
    const started = performance.now()
    setTimeout(() => controller.abort(new Error('stop')), 5)
    await expect(sleep(10_000, controller.signal)).rejects.toThrow('stop')
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('abortable', () => {
  it('settles like its promise when nobody aborts', async () => {
    const { signal } = new AbortController()
    await expect(abortable(Promise.resolve(1), signal)).resolves.toBe(1)
    await expect(abortable(Promise.reject(new Error('x')), signal)).rejects.toThrow('x')
  })

  it('rejects with the reason when aborted first', async () => {
    const controller = new AbortController()
    const never = abortable(new Promise(() => {}), controller.signal)
    controller.abort(new Error('stop'))
    await expect(never).rejects.toThrow('stop')
  })
})

describe('onAbort', () => {
  it('puts one listener on a signal however many follow it, and calls each once', () => {
    const controller = new AbortController()
    const called: number[] = []
    const forgets = Array.from({ length: 300 }, (_, index) =>
      onAbort(controller.signal, () => called.push(index)),
    )
    const links = Array.from({ length: 300 }, () => linkedController(controller.signal))
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1)
    forgets[7]?.()
    const reason = new Error('enough')
    controller.abort(reason)
    controller.abort(new Error('again'))
    expect(called).toHaveLength(299)
    expect(called).not.toContain(7)
    expect(links.every(({ signal }) => signal.reason === reason)).toBe(true)
  })

  it('calls at once when the signal has aborted already', () => {
    let called = 0
    onAbort(AbortSignal.abort(new Error('before')), () => (called += 1))
    expect(called).toBe(1)
  })
})

describe('Scope', () => {
  it('tells all who follow it, however many, but those who took it back', () => {
    const scope = new Scope()
    const told: number[] = []
    const callbacks = [0, 1, 2, 3, 4].map((index) => () => void told.push(index))
    for (const callback of callbacks) scope.onAbort(callback)
    for (const index of [0, 3]) scope.forget(callbacks[index] as () => void)
    scope.abort(new Error('enough'))
    expect(told.sort()).toEqual([1, 2, 4])
  })

  it('follows work that is no scope of its own kind, and lets go of it', () => {
    const followers = new Set<() => void>()
    const reason = new Error('enough')
    const work = {
      aborted: false,
      reason,
      onAbort: (callback: () => void) => void followers.add(callback),
      forget: (callback: () => void) => void followers.delete(callback),
    }
    const released = new Scope(work)
    released.release()
    expect(followers.size).toBe(0)
    const scope = new Scope(work)
    for (const follower of followers) follower()
    expect([scope.aborted, scope.reason]).toEqual([true, reason])
  })
})

describe('linkedController', () => {
  it('aborts with its parent, with the same reason', () => {
    const parent = new AbortController()
    const link = linkedController(parent.signal)
    parent.abort('why')
    expect(link.signal.reason).toBe('why')
  })

  it('does not abort its parent, and lets go when released', () => {
    const parent = new AbortController()
    const link = linkedController(parent.signal)
    link.release()
    parent.abort()
    expect(link.signal.aborted).toBe(false)
  })
})

describe('canonicalJson', () => {
  it('is the same for equal values and different for different ones', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const shuffled: unknown = JSON.parse(JSON.stringify(value), (_, field: unknown) =>
          typeof field === 'object' && field !== null && !Array.isArray(field)
            ? Object.fromEntries(Object.entries(field).reverse())
            : field,
        )
        expect(canonicalJson(shuffled)).toBe(canonicalJson(JSON.parse(JSON.stringify(value))))
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('refuses what JSON would bend', () => {
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(RangeError)
    expect(() => canonicalJson(() => 1)).toThrow(TypeError)
  })
})

describe('sha256Hex', () => {
  it('gives the digest of FIPS 180-2’s example', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})

describe('deepFreeze', () => {
  it('freezes nested data', () => {
    const value = deepFreeze({ list: [{ x: 1 }] })
    expect(() => ((value.list[0] as { x: number }).x = 2)).toThrow(TypeError)
  })
})

describe('seededRandom', () => {
  it('repeats itself for the same seed and not for another', () => {
    const draw = (seed: string): number[] => {
      const random = seededRandom(seed)
      return Array.from({ length: 5 }, () => random.next())
    }
    expect(draw('a')).toEqual(draw('a'))
    expect(draw('a')).not.toEqual(draw('b'))
  })

  it('is about uniform and about normal', () => {
    const random = seededRandom(1)
    const draws = 20_000
    let sum = 0
    let normal = 0
    let squares = 0
    for (let draw = 0; draw < draws; draw += 1) {
      sum += random.next()
      const value = random.normal()
      normal += value
      squares += value * value
    }
    expect(sum / draws).toBeCloseTo(0.5, 1)
    expect(normal / draws).toBeCloseTo(0, 1)
    expect(squares / draws).toBeCloseTo(1, 1)
  })

  it('shuffles without losing or repeating anything', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.string(), (items, seed) => {
        expect(seededRandom(seed).shuffle(items).sort()).toEqual([...items].sort())
      }),
    )
  })
})

describe('suggestions', () => {
  it('counts insertions, deletions, replacements and swaps', () => {
    expect([editDistance('', 'abc'), editDistance('kitten', 'sitting'), editDistance('ab', 'ba')]).toEqual([
      3, 3, 1,
    ])
  })

  it('suggests what could be meant and nothing far-fetched', () => {
    expect(closest('temprature', ['temperature', 'topP'])).toBe('temperature')
    expect(closest('zzz', ['temperature', 'topP'])).toBeUndefined()
  })
})
