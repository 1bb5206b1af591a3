import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Sanitizer, oneLine, sanitize } from './sanitize.js'

describe('sanitize', () => {
  it.each([
    ['colours', 'a\u001b[31mred\u001b[0mb', 'aredb'],
    ['cursor movement', 'a\u001b[2J\u001b[10;5Hb', 'ab'],
    ['window titles', 'a\u001b]0;owned\u0007b', 'ab'],
    ['hyperlinks and the clipboard', 'a\u001b]52;c;aGk=\u001b\\b', 'ab'],
    ['device control strings', 'a\u001bPq#0\u001b\\b', 'ab'],
    ['character sets', 'a\u001b(0b', 'ab'],
    ['single escapes', 'a\u001bcb\u001b7c', 'abc'],
    ['8-bit controls', 'a\u009b31mb\u009d0;x\u009cc', 'abc'],
    ['bells and backspaces', 'a\u0007\bb\u0000', 'ab'],
    ['carriage returns', 'over\rwritten\r\n', 'overwritten\n'],
    ['an escape that never ends', 'a\u001b[31', 'a'],
    ['a string that never ends', 'a\u001b]0;title\nthe rest', 'a\nthe rest'],
    ['an escape inside an escape', 'a\u001b\u001b[31mb', 'ab'],
  ])('takes out %s', (_, text, clean) => {
    expect(sanitize(text)).toBe(clean)
  })

  it('leaves text, tabs, newlines, emoji and right-to-left marks', () => {
    const text = 'naïve\t漢字\n👩‍👩‍👧 \u200fעברית [31m'
    expect(sanitize(text)).toBe(text)
  })

  it('gives the same however the text is cut', () => {
    const pieces = [
      '\u001b',
      '[',
      '3',
      'm',
      ']',
      ';',
      '\u0007',
      '\\',
      '\n',
      'x',
      '漢',
      '\u009b',
      'P',
      '\u009c',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces)), fc.array(fc.nat(20)), (characters, cuts) => {
        const text = characters.join('')
        const sanitizer = new Sanitizer()
        let [clean, start] = ['', 0]
        for (const cut of cuts) {
          clean += sanitizer.push(text.slice(start, start + cut))
          start += cut
        }
        expect(clean + sanitizer.push(text.slice(start))).toBe(sanitize(text))
      }),
    )
  })

  it('lets no control character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(sanitize(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
      }),
    )
  })

  it('makes one line of several', () => {
    expect(oneLine(' a\n\u001b[31m b\t c ')).toBe('a b c')
  })
})
