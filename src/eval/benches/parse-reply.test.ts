import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseReply, REPLY_KINDS } from './parse-reply.js'

describe('parseReply', () => {
  it('reads each kind by its own rules', () => {
    const reply = "[[B]] [[7]] {'Readability': 4}"
    expect(parseReply('mt-bench-single', reply)).toEqual({ score: 7 })
    expect(parseReply('mt-bench-pair', reply)).toEqual({ winner: 'B' })
    expect(parseReply('mt-bench-two-scores', '[[7,6]]')).toEqual({ winner: 'A' })
    expect(parseReply('flask', reply)).toEqual({ score: { readability: 4 } })
    expect(parseReply('arena-v0.1', '[[a>b]]')).toEqual({ score: null, tryAgain: true })
    expect(parseReply('arena-v2', '[[a>b]]')).toEqual({ score: 'A>B', aggregatable: true })
  })

  it('gives any text an object with score or winner', () => {
    const alphabet = fc.constantFrom(...'[]{}()AB=<>\'":,0127./ -na\n')
    fc.assert(
      fc.property(fc.constantFrom(...REPLY_KINDS), fc.string({ unit: alphabet }), (kind, text) => {
        const verdict = parseReply(kind, text)
        expect('score' in verdict || 'winner' in verdict).toBe(true)
        expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict)
      }),
    )
  })
})
