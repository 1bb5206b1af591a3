import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clean } from './clean.js'
import { GrowingMarkdown, lex } from './lexer.js'
import { decode, nodesOf } from './markup.js'
import { safeUrl } from './url.js'

const TEXT = [
  '# Title\n\nA paragraph with **bold** text.\n\n',
  '- one\n- two\n\n  more of two\n- three\n\n',
  '```js\nconst x = 1\n\n# not a title\n```\n\n',
  '| a | b |\n|---|---|\n| 1 | 2 |\n\n',
  '> quoted\n> more\n\n$$x^2$$\n\nThe end\n===\n',
]

describe('Markdown that grows', () => {
  it('comes to the same blocks however it is cut into pieces', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(TEXT, { minLength: 1 }),
        fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 1, maxLength: 40 }),
        (parts, steps) => {
          const text = parts.join('')
          const growing = new GrowingMarkdown()
          let end = 0
          for (let turn = 0; end < text.length; turn += 1) {
            end += steps[turn % steps.length] as number
            growing.update(text.slice(0, end), true)
          }
          const raws = growing.update(text, true).map(({ token }) => token.raw.trim())
          const whole = lex(text).filter(({ type }) => type !== 'space')
          expect(raws).toEqual(whole.map(({ raw }) => raw.trim()))
        },
      ),
    )
  })

  it('keeps finished blocks as the same objects, so that they are drawn once', () => {
    const growing = new GrowingMarkdown()
    const [first] = growing.update('One.\n\nTwo', true)
    const [again, second] = growing.update('One.\n\nTwo goes on', true)
    expect(again).toBe(first)
    expect(second).toMatchObject({ done: false })
  })

  it('begins anew when the text is another one', () => {
    const growing = new GrowingMarkdown()
    growing.update('One.\n\nTwo', true)
    expect(growing.update('Other', true).map(({ token }) => token.raw)).toEqual(['Other'])
  })
})

describe('text of a model', () => {
  it('loses control characters and shows those that turn direction', () => {
    expect(clean('a\u0000b\u001b[0m\r\n\u202ec\u2066')).toBe('ab[0m\n‹U+202E›c‹U+2066›')
    expect(decode('&#x202e;&amp;&lt;&nonsense;&#9999999;')).toBe('‹U+202E›&<&nonsense;&#9999999;')
  })

  it('links only to absolute addresses that run nothing', () => {
    for (const bad of [
      'javascript:alert(1)',
      'JAVA\tSCRIPT:x',
      ' data:text/html,x',
      'vbscript:x',
      '/v1',
      '#x',
      'file:///etc',
    ])
      expect(safeUrl(bad)).toBeUndefined()
    expect(safeUrl('https://example.com/a b')).toBe('https://example.com/ab')
    expect(safeUrl('mailto:a@example.com')).toBe('mailto:a@example.com')
  })

  it('takes only known elements and attributes out of markup', () => {
    const nodes = nodesOf('<span class="k" onclick="x">a &lt; b</span><script>x</script>', {
      span: ['class'],
    })
    expect(nodes).toMatchObject([{ type: 'span', props: { class: 'k', children: ['a < b'] } }, 'x'])
    expect(JSON.stringify(nodes)).not.toContain('onclick')
  })
})
