import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePairVerdict, parseSingleVerdict, parseTwoScoreVerdict } from './parse.js'

describe('parseSingleVerdict', () => {
  it.each([
    ['Rating: [[7.5]]', 7.5],
    ['[8] first, [[3]] second', 3],
    ['see [3], rating 9', 3],
    ['[[00]]', 0],
    ['[[07.5]]', 7.5],
    ['[[11]] is not checked', 11],
    ['[[8]] then [[9]]', 8],
    ['[[8', -1],
    ['[[ 8 ]]', -1],
    ['[[8/10]]', -1],
    ['[[-3]]', -1],
    ['$ERROR$', -1],
  ])('reads %j as %d', (reply, score) => {
    expect(parseSingleVerdict(reply).score).toBe(score)
  })

  it.each([
    ['no number', 'no-rating'],
    ['[[07]]', 'leading-zero'],
    ['[[٧]]', 'foreign-digits'],
    [`[[${'9'.repeat(400)}]]`, 'too-large'],
  ])('has no score for %j because of %s', (reply, reason) => {
    expect(parseSingleVerdict(reply)).toEqual({ score: -1, reason })
  })

  it('answers at once however many digits or brackets a reply has', () => {
    expect(parseSingleVerdict(`[[${'1'.repeat(200_000)}`)).toEqual({ score: -1, reason: 'no-rating' })
    expect(parseSingleVerdict('['.repeat(200_000))).toEqual({ score: -1, reason: 'no-rating' })
  })

  it('finds the rating in any text around it that has no brackets', () => {
    const plain = fc.string().filter((text) => !/[[\]]/.test(text))
    fc.assert(
      fc.property(plain, fc.integer({ min: 0, max: 10 }), plain, (before, score, after) => {
        expect(parseSingleVerdict(`${before}[[${score}]]${after}`)).toEqual({ score })
      }),
    )
  })
})

describe('parsePairVerdict', () => {
  it.each([
    ['[[C]] then [[B]]', 'B'],
    ['if A won: [[A]]; but [[C]]', 'A'],
    ['[[C]]', 'tie'],
    ['[[a]]', 'error'],
    ['[A]', 'error'],
    ['', 'error'],
  ])('reads %j as %s', (reply, winner) => {
    expect(parsePairVerdict(reply)).toEqual({ winner })
  })
})

describe('parseTwoScoreVerdict', () => {
  it.each([
    ['[[8,6]]', 'A'],
    ['[[8,\x1f6]]', 'A'],
    ['[[8,\u00856]]', 'A'],
    ['[[8,\ufeff6]]', 'error'],
    ['[[8,  6]]', 'error'],
    ['[8.5, 8.4]', 'tie'],
    ['[[1.1, 1.0]]', 'A'],
    ['[[7, 7.11]]', 'B'],
    ['[[07, 6]]', 'error'],
  ])('reads %j as %s', (reply, winner) => {
    expect(parseTwoScoreVerdict(reply)).toEqual({ winner })
  })
})
