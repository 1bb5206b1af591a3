import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasShared, readSharedJson } from '../../../test/shared.js'
import { shuffledOrder, textChoice, textSeeded, weightedTextChoice } from './python-random.js'

const folder = 'benchmarks/alpaca_eval'

interface Coins {
  coins_by_seed: Record<string, string>
  label_noise_p025_seed0_first60: (number | null)[]
  annotator_pool_abcde_seed0_first60: string[]
  batch_shuffle: Record<string, number[]>
}

describe('random numbers as Python draws them', () => {
  it('starts from a text like random.Random', () => {
    // random.Random('hello').random(), random.Random('').random(), random.Random('é🙂').random()
    expect(textSeeded('hello').uniform()).toBe(0.3537754404730722)
    expect(textSeeded('').uniform()).toBe(0.9602256525641875)
    expect(textSeeded('é🙂').uniform()).toBe(0.7921397372739379)
  })

  it('shuffles like NumPy', () => {
    expect(shuffledOrder(5, 0)).toEqual([2, 0, 1, 3, 4])
    expect(shuffledOrder(0, 1)).toEqual([])
  })

  it('never picks an option of weight 0, and refuses no options', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const options = [
          { option: 'never', weight: 0 },
          { option: 'always', weight: 1 },
        ]
        expect(weightedTextChoice(seed, options)).toBe('always')
        expect(['a', 'b']).toContain(textChoice(seed, ['a', 'b']))
      }),
    )
    expect(() => textChoice('x', [])).toThrow(RangeError)
    expect(() => weightedTextChoice('x', [])).toThrow(RangeError)
  })

  it.skipIf(!hasShared(`${folder}/goldens/protocol/coins.json`))('agrees with every recorded draw', () => {
    const coins = readSharedJson<Coins>(`${folder}/goldens/protocol/coins.json`)
    const texts = readSharedJson<{ instruction: string }[]>(`${folder}/instructions.json`).map(
      (row) => row.instruction,
    )
    for (const [seed, expected] of Object.entries(coins.coins_by_seed)) {
      const drawn = texts.map((text) => textChoice(`is_switched_outputs${text}${seed}`, [0, 1]))
      expect(drawn.join('')).toBe(expected)
    }
    const noise = [
      { option: null, weight: 0.5 },
      { option: 1, weight: 0.25 },
      { option: 2, weight: 0.25 },
    ]
    expect(texts.slice(0, 60).map((text) => weightedTextChoice(`noisy_preference${text}0`, noise))).toEqual(
      coins.label_noise_p025_seed0_first60,
    )
    expect(texts.slice(0, 60).map((text) => textChoice(`annotator${text}0`, [...'abcde']))).toEqual(
      coins.annotator_pool_abcde_seed0_first60,
    )
    for (const [name, expected] of Object.entries(coins.batch_shuffle)) {
      const [rows, seed] = name.split('/').map(Number)
      expect(shuffledOrder(rows!, seed!)).toEqual(expected)
    }
  })
})
