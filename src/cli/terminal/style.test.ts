import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitLine, lineWidth, padLine, paint, span, wrap } from './style.js'
import { splitAt, textWidth, truncate, truncateStart } from './width.js'

const text = (lines: ReturnType<typeof wrap>): string[] => lines.map((line) => paint(line, false))

describe('widths', () => {
  it('counts what a terminal shows', () => {
    expect(textWidth('abc')).toBe(3)
    expect(textWidth('漢字')).toBe(4)
    expect(textWidth('👩‍👩‍👧')).toBe(2)
    expect(textWidth('e\u0301')).toBe(1)
  })

  it('cuts between characters as people see them', () => {
    expect(splitAt('漢字', 3)).toEqual(['漢', '字'])
    expect(splitAt('a👩‍👩‍👧b', 2)).toEqual(['a', '👩‍👩‍👧b'])
    expect(truncate('abcdef', 4)).toBe('abc…')
    expect(truncate('漢字漢字', 5)).toBe('漢字…')
    expect(truncate('abc', 0)).toBe('')
    expect(truncateStart('abcdef', 4)).toBe('…def')
    expect(truncateStart('ab漢字', 4)).toBe('…字')
  })
})

describe('wrap', () => {
  it('breaks between words, and inside a word only when it is too long', () => {
    expect(text(wrap([span('one two three')], 8))).toEqual(['one two', 'three'])
    expect(text(wrap([span('abcdefghij kl')], 4))).toEqual(['abcd', 'efgh', 'ij', 'kl'])
  })

  it('breaks between wide characters, but not before their punctuation', () => {
    expect(text(wrap([span('漢字漢字。終')], 8))).toEqual(['漢字漢', '字。終'])
  })

  it('keeps styles over line ends', () => {
    const lines = wrap([span('a '), span('bold text', { bold: true })], 6)
    expect(lines).toEqual([[span('a '), span('bold', { bold: true })], [span('text', { bold: true })]])
    expect(paint(lines[1] ?? [], true)).toBe('\u001b[1mtext\u001b[0m')
  })

  it('never makes a line wider than asked, and loses nothing but white space', () => {
    const words = fc.array(fc.constantFrom('a', 'bc ', '漢字', '👍', ' ', '\n', 'longer-word', '。', '\t'))
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 20 }), (parts, width) => {
        const lines = wrap(
          parts.map((part, index) => span(part, { bold: index % 2 === 0 })),
          width,
        )
        for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(width)
        expect(text(lines).join('').replace(/\s/g, '')).toBe(parts.join('').replace(/\s/g, ''))
      }),
    )
  })
})

describe('lines', () => {
  it('are cut and filled to a width', () => {
    const line = [span('one '), span('two', { dim: true })]
    expect(paint(fitLine(line, 5), false)).toBe('one …')
    expect(fitLine(line, 7)).toBe(line)
    expect(paint(padLine(line, 9), false)).toBe('one two  ')
  })
})
