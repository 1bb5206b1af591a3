import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasShared, readSharedJson } from '../../../../../test/shared.js'
import { createParser } from './create-parser.js'
import { parseReply, replyReader } from '../../parse-reply.js'
import { readReply } from './read-reply.js'
import { ALPACA_REPLY_KINDS, type AlpacaReplyKind } from './reply-kinds.js'
import { regexParser } from './regex-parser.js'

interface Case {
  parser: string
  kwargs: Record<string, unknown>
  completion: unknown
  result?: unknown[]
  error?: string
}

const goldens = 'benchmarks/alpaca_eval/goldens/protocol/parsers.json'
const values = (kind: AlpacaReplyKind, reply: unknown, settings = {}): unknown => {
  const parsed = replyReader(kind, settings)(reply)
  return parsed.ok ? parsed.values : parsed.reason
}
const choice = (...top: [string, number][]): unknown => ({
  logprobs: {
    content: [{ top_logprobs: top.map(([token, logprob]) => ({ token, logprob })) }],
  },
})

/** Equal, numbers to the last few bits. */
function expectSame(actual: unknown, expected: unknown, label: string): void {
  if (typeof expected === 'number' && typeof actual === 'number') {
    expect(Math.abs(actual - expected), label).toBeLessThanOrEqual(4e-16 * Math.abs(expected))
  } else if (Array.isArray(expected)) {
    expect((actual as unknown[]).length, label).toBe(expected.length)
    expected.forEach((item, index) => expectSame((actual as unknown[])[index], item, label))
  } else expect(actual, label).toEqual(expected)
}

describe("judges' replies", () => {
  it.skipIf(!hasShared(goldens))('are read like the original reads them, in every recorded case', () => {
    readSharedJson<Case[]>(goldens).forEach((item, index) => {
      const parsed = readReply(createParser(item.parser, item.kwargs), item.completion)
      const label = `${index} ${item.parser}`
      expect(parsed.ok, label).toBe(item.result !== undefined)
      if (parsed.ok) expectSame(parsed.values, item.result, label)
    })
  })

  it('finds AlpacaFarm verdicts, one behind the other', () => {
    expect(values('alpaca-regex', 'Output (a)Output (b)\n\nOutput (a)')).toEqual([1, 2, 1])
    expect(values('alpaca-regex', 'neither')).toEqual([])
    expect(values('alpaca-regex', '')).toMatch(/expected a text, got an empty one/)
  })

  it('keeps the order of patterns given as a Map, for matches at the same place', () => {
    const pattern = (entries: [number, string][]): unknown =>
      values('alpaca-regex', 'xa', { outputs_to_match: new Map(entries) })
    expect(
      pattern([
        [2, 'x'],
        [1, 'xa'],
      ]),
    ).toEqual([2])
    expect(
      pattern([
        [1, 'xa'],
        [2, 'x'],
      ]),
    ).toEqual([1])
  })

  it('refuses patterns that match nothing', () => {
    expect(() => regexParser([{ verdict: 1, pattern: 'a*' }])).toThrow(/would never end/)
    expect(readReply(regexParser([{ verdict: 1, pattern: '(?=b)' }]), 'aab')).toEqual({
      ok: true,
      values: [1],
    })
  })

  it('reads rankings by name, from literals and from lists', () => {
    expect(values('alpaca-ranking', "{'model': 'model_1', 'rank': 2}, {'model': 'x', 'rank': 1}")).toEqual([
      2,
    ])
    expect(values('alpaca-ranking', [{ model: 'model_1', rank: 1 }])).toEqual([1])
    expect(values('alpaca-ranking', "[{'model': 'model_1', 'rank': 1}, {'name': 'y'}]")).toEqual([null])
    expect(values('alpaca-ranking', "{'model': 'model_1', 'rank': 1}")).toEqual([null])
    expect(values('alpaca-ranking', { model: 'model_1' })).toEqual([null])
  })

  it('reads pairs of scores', () => {
    expect(values('alpaca-lmsys', '8 7\r\nwhy')).toEqual([1])
    expect(values('alpaca-lmsys', '8, 7')).toEqual([null])
    expect(values('alpaca-lmsys', '7\u00a08')).toEqual([null])
  })

  it('reads functions, fenced and with NaN', () => {
    const call = {
      ordered_models: [
        { model: 'M', rank: 1 },
        { model: 'm', rank: 2 },
      ],
    }
    expect(values('alpaca-fn', JSON.stringify(call))).toEqual([2])
    expect(values('alpaca-fn', `Here: \`\`\`json\n${JSON.stringify(call)}\n\`\`\``)).toEqual([2])
    expect(values('alpaca-fn', '{"ordered_models": [{"model": "m", "rank": NaN}]}')).toEqual([null])
    expect(values('alpaca-json', '```json {"a": 1}')).toMatch(/closing/)
    expect(values('alpaca-json', '""', { annotation_key: 'x' })).toEqual([])
    expect(values('alpaca-json', '{"__proto__": 1}', { annotation_key: 'constructor' })).toMatch(/field/)
  })

  it('takes a name that is missing from the top tokens as probability 0, not as missing', () => {
    expect(values('alpaca-weighted', choice(['m', -5]))).toEqual([1])
    expect(values('alpaca-weighted', choice(['M', -5], ['x', -0.1]))).toEqual([2])
    expect(values('alpaca-weighted', choice(['x', -0.1]))).toEqual([null])
    expect(values('alpaca-clf', choice(['m', -1], ['M', -1]))).toEqual([2])
    expect(values('alpaca-weighted', choice(['m', -1]), { log_prob_index: 3 })).toMatch(/token 3/)
  })

  it('says what to do about a judge without log probabilities', () => {
    expect(values('alpaca-clf', 'm')).toMatch(/ask a judge whose provider returns them/)
    expect(values('alpaca-clf', { logprobs: { content: null } })).toMatch(/log probabilities/)
    expect(values('alpaca-clf', { logprobs: { content: [{}] } })).toMatch(/top_logprobs/)
  })

  it('refuses unknown parsers and settings with a suggestion', () => {
    expect(() => createParser('rank_parser')).toThrow(/expected one of regex_parser/)
    expect(() => createParser('ranking_parser', { model1: 'm' })).toThrow(/unknown setting "model1"/)
    expect(() => createParser('logprob_parser', { denominator_tokens: 'm' })).toThrow(/list of texts/)
    expect(() => createParser('logprob_parser', { is_binarize: 'yes' })).toThrow(/true or false/)
    expect(() => createParser('logprob_parser', { log_prob_index: 0.5 })).toThrow(/whole number/)
    expect(() => createParser('json_parser')).toThrow(/text or null/)
    expect(() => createParser('regex_parser', { outputs_to_match: ['a'] })).toThrow(/map from verdicts/)
    expect(() => createParser('pipeline_meta_parser', { parsers_to_kwargs: {} })).toThrow(/map from parsers/)
  })

  it('never throws on a reply and never quotes it', () => {
    const secret = fc.oneof(fc.string({ minLength: 12 }), fc.json({ maxDepth: 3 }), fc.jsonValue())
    fc.assert(
      fc.property(fc.constantFrom(...ALPACA_REPLY_KINDS), secret, (kind, reply) => {
        const parsed = parseReply(kind, reply)
        if (parsed.ok) JSON.stringify(parsed.values)
        else if (typeof reply === 'string' && reply.trim().length > 11)
          expect(parsed.reason).not.toContain(reply)
      }),
      { numRuns: 1000 },
    )
  })

  it('gives preferences between 1 and 2 from any log probabilities', () => {
    const logprob = fc.double({ min: -200, max: 0, noNaN: true })
    fc.assert(
      fc.property(logprob, logprob, (m, M) => {
        const [weighted] = values('alpaca-weighted', choice(['m', m], ['M', M])) as [number]
        const [binary] = values('alpaca-clf', choice(['m', m], ['M', M])) as [number]
        expect(weighted).toBeGreaterThanOrEqual(1 - 1e-12)
        expect(weighted).toBeLessThanOrEqual(2)
        if (m !== M) expect(binary).toBe(m > M ? 1 : 2)
        const [other] = values('alpaca-weighted', choice(['m', M], ['M', m])) as [number]
        expect(weighted + other).toBeCloseTo(3, 10)
      }),
    )
  })
})
