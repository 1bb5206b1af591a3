import { describe, expect, it } from 'vitest'
import { countMarkdown, styleVector, withoutCode } from './markdown-counts.js'

const totals = (text: string) => styleVector({ token_len: 0, ...countMarkdown(text) }).slice(1)

describe('withoutCode', () => {
  it("deletes a block's text everywhere and keeps the fences", () => {
    expect(withoutCode('a ```a``` b')).toBe(' `````` b')
    expect(withoutCode('``````')).toBe('``````')
    expect(withoutCode('```$&``` costs $& and $1')).toBe('``````' + ' costs  and $1')
    expect(withoutCode('```x`y```')).toBe('```x`y```')
  })
})

describe('countMarkdown', () => {
  it('starts lines after line feeds only', () => {
    expect(totals('a\r# no\u2028# no\u2029- no\n# yes\n- yes\n1. yes')).toEqual([1, 2, 0])
  })

  it("takes Python's white space for white space", () => {
    expect(totals('#\x1cA\n#\ufeffB\n##\u0085C')).toEqual([2, 0, 0])
  })

  it('takes digits of any script for list numbers', () => {
    expect(countMarkdown('٣. a\n  12. b\nx 3. c').list_count).toEqual({ ordered: 2, unordered: 0 })
  })

  it('counts nested and spaced items and bold passages', () => {
    expect(totals('- a\n\n\n   * b\n+ c\n-d')).toEqual([0, 3, 0])
    expect(totals('**a** ***b*** **c\nd** __e__ ** f **')).toEqual([0, 0, 4])
  })

  it('counts each header level', () => {
    expect(countMarkdown('# 1\n## 2\n####### 7').header_count).toEqual({
      h1: 1,
      h2: 1,
      h3: 0,
      h4: 0,
      h5: 0,
      h6: 0,
    })
  })
})
