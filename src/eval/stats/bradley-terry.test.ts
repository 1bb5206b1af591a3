import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eloOfShare, fitBradleyTerry, type Games, shareOfElo, winShare } from './bradley-terry.js'

const games = (
  first: string,
  second: string,
  [wins, losses, ties]: readonly [number, number, number],
): Games => ({
  first,
  second,
  wins,
  losses,
  ties,
})

describe('Elo and shares', () => {
  it('are inverse to each other', () => {
    expect(eloOfShare(10 / 11)).toBeCloseTo(400, 10)
    expect(shareOfElo(400)).toBeCloseTo(10 / 11, 12)
    expect([eloOfShare(0), eloOfShare(1), shareOfElo(Infinity), shareOfElo(-Infinity)]).toEqual([
      -Infinity,
      Infinity,
      1,
      0,
    ])
    expect(winShare({ wins: 3, losses: 1, ties: 4 })).toBe(0.625)
  })
})

describe('fitBradleyTerry', () => {
  it('is exact in closed form when everybody plays the anchor only', () => {
    const { elo, converged } = fitBradleyTerry(
      [games('a', 'base', [3, 1, 2]), games('base', 'a', [0, 2, 0]), games('b', 'base', [1, 1, 0])],
      'base',
    )
    expect(converged).toBe(true)
    expect(elo.get('base')).toBe(0)
    expect(elo.get('a')).toBeCloseTo(eloOfShare(6 / 8), 12)
    expect(elo.get('b')).toBe(0)
  })

  it('agrees with the closed form where one more pair adds nothing new', () => {
    const count = fc.integer({ min: 1, max: 30 })
    fc.assert(
      fc.property(count, count, count, count, (w, l, w2, l2) => {
        const star = [games('a', 'base', [w, l, 1]), games('b', 'base', [w2, l2, 1])]
        const closed = fitBradleyTerry(star, 'base').elo
        const share = shareOfElo((closed.get('a') as number) - (closed.get('b') as number))
        const searched = fitBradleyTerry(
          [...star, games('a', 'b', [100 * share, 100 * (1 - share), 0])],
          'base',
        )
        expect(searched.converged).toBe(true)
        for (const name of ['a', 'b'])
          expect(searched.elo.get(name)).toBeCloseTo(closed.get(name) as number, 6)
      }),
    )
  })

  it('says so when somebody won everything', () => {
    const { elo, converged } = fitBradleyTerry([games('a', 'base', [3, 0, 0])], 'base')
    expect([elo.get('a'), converged]).toEqual([Infinity, false])
    expect(
      fitBradleyTerry([games('a', 'b', [3, 0, 0]), games('b', 'base', [1, 1, 0])], 'base').converged,
    ).toBe(false)
  })
})
