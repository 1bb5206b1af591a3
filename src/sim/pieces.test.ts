import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estimateTokens } from '../util/index.js'
import { cutToTokens, splitPieces, TokenCounter } from './pieces.js'

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  // Any UTF-16 at all, lone surrogates included.
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc
    .array(
      fc.constantFrom(
        'word ',
        'Long',
        'identifier',
        '你好',
        '。',
        ',',
        '、',
        '(',
        'ユ',
        '\n\n',
        '  ',
        '👩‍👩‍👧',
        '123456',
        '. ',
        '.',
        '\t',
        'é',
        '(x',
        '—',
      ),
    )
    .map((parts) => parts.join('')),
)

describe('splitPieces', () => {
  it('joins losslessly for any text', () => {
    fc.assert(fc.property(anyText, (text) => splitPieces(text).join('') === text))
  })

  it('keeps every piece whole as UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const bytes = Buffer.concat(splitPieces(text).map((piece) => Buffer.from(piece, 'utf8')))
        expect(bytes.equals(Buffer.from(text, 'utf8'))).toBe(true)
      }),
    )
  })

  it('gives about one token a piece', () => {
    const text = 'The panel waits for a quorum, then gives stragglers two seconds more.\n\n- 12345 tokens'
    expect(Math.abs(splitPieces(text).length - estimateTokens(text))).toBeLessThanOrEqual(2)
  })
})

describe('TokenCounter', () => {
  it('equals the estimate of the whole text after every piece', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const counter = new TokenCounter()
        let sum = ''
        for (const piece of splitPieces(text)) {
          sum += piece
          expect(counter.add(piece)).toBe(estimateTokens(sum))
        }
      }),
    )
  })
})

describe('cutToTokens', () => {
  it('stays within the limit, and keeps at least one piece', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, limit) => {
        const cut = cutToTokens(splitPieces(text), limit)
        if (text !== '') expect(cut.length).toBeGreaterThan(0)
        if (cut.length > 1) expect(estimateTokens(cut.join(''))).toBeLessThanOrEqual(limit)
        expect(text.startsWith(cut.join(''))).toBe(true)
      }),
    )
  })
})
