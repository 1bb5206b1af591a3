import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ALPACA_REPLY_KINDS } from './alpaca-eval/parse/reply-kinds.js'
import { parseReply, REPLY_KINDS, replyReader, type ReplyKind } from './parse-reply.js'

const textKinds = REPLY_KINDS.filter((kind) => !(ALPACA_REPLY_KINDS as readonly string[]).includes(kind))

describe('parseReply', () => {
  it('reads each kind by its own rules', () => {
    const reply = "[[B]] [[7]] {'Readability': 4}"
    expect(parseReply('mt-bench-single', reply)).toEqual({ score: 7 })
    expect(parseReply('mt-bench-pair', reply)).toEqual({ winner: 'B' })
    expect(parseReply('mt-bench-two-scores', '[[7,6]]')).toEqual({ winner: 'A' })
    expect(parseReply('flask', reply)).toEqual({ score: { readability: 4 } })
    expect(parseReply('arena-v0.1', '[[a>b]]')).toEqual({ score: null, tryAgain: true })
    expect(parseReply('arena-v2', '[[a>b]]')).toEqual({ score: 'A>B', aggregatable: true })
    expect(parseReply('alpaca-regex', 'Output (a)')).toEqual({ ok: true, values: [1] })
    expect(parseReply('alpaca-eval', "{'a': (1, {2}), 'b': -1e999}")).toEqual({
      ok: true,
      values: [{ a: [1, [2]], b: null }],
    })
  })

  it('takes settings where there are any', () => {
    const read = replyReader('alpaca-ranking', { model_1_name: 'm' })
    expect(read("[{'model': 'm', 'rank': 2}]")).toEqual({ ok: true, values: [2] })
    expect(() => replyReader('flask', { a: 1 })).toThrow(/without settings/)
    expect(() => replyReader('alpaca-rankin' as ReplyKind)).toThrow(/Did you mean "alpaca-ranking"/)
  })

  it('gives any text an object with score or winner', () => {
    const alphabet = fc.constantFrom(...'[]{}()AB=<>\'":,0127./ -na\n')
    fc.assert(
      fc.property(fc.constantFrom(...textKinds), fc.string({ unit: alphabet }), (kind, text) => {
        const verdict = parseReply(kind, text)
        expect('score' in verdict || 'winner' in verdict).toBe(true)
        expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict)
      }),
    )
  })
})
