import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lineWidth, paint, type Line } from '../terminal/style.js'
import { MarkdownStream, renderMarkdown } from './render.js'

const text = (lines: readonly Line[]): string => lines.map((line) => paint(line, false)).join('\n')
const render = (markdown: string, width = 60): string => text(renderMarkdown(markdown, width))

const SAMPLE = `# Things to *do*

A **bold** word, \`code\`, a [link](https://example.com) and 漢字がたくさん並んでいる文章、改行できますか。

- one
- two
  - nested with a line that is long enough to be broken somewhere in its middle
  - [x] done

1. first

   second paragraph
2. next

| Name | Value |
|:--|--:|
| a | 1 |
| b | 22 |

> quoted
> text

\`\`\`js
const x = 1
\tindented()
\`\`\`

---

last words`

describe('renderMarkdown', () => {
  it('renders headings, emphasis, links and code', () => {
    expect(render('# A *b*')).toBe('# A b')
    expect(render('a **b** `c` ~~d~~')).toBe('a b c d')
    expect(render('[text](https://x.y) and https://x.y')).toBe('text (https://x.y) and https://x.y')
    expect(render('![chart](a.png)')).toBe('[image: chart] (a.png)')
    expect(paint(renderMarkdown('**b** *i*', 20)[0] ?? [], true)).toBe(
      '\u001b[1mb\u001b[0m \u001b[3mi\u001b[0m',
    )
  })

  it('renders styles inside list items and table cells', () => {
    expect(renderMarkdown('- **b**', 20)[0]).toContainEqual({ text: 'b', style: { bold: true } })
    expect(text(renderMarkdown('- `c` and **b**', 20))).toBe('• c and b')
    expect(render('| **h** |\n|-|\n| `c` |')).toBe('h\n─\nc')
  })

  it('renders lists with hanging indents, numbers and boxes', () => {
    expect(render('- one two three\n- four', 10)).toBe('• one two\n  three\n• four')
    expect(render('9. a\n10. b')).toBe('9. a\n10. b')
    expect(render('- [x] a\n- [ ] b')).toBe('• ☑ a\n• ☐ b')
    expect(render('1. a\n\n   b\n2. c')).toBe('1. a\n\n   b\n2. c')
  })

  it('aligns tables, and makes lists of those that do not fit', () => {
    expect(render('| a | b |\n|:-|-:|\n| x | 1 |\n| yy | 22 |')).toBe('a  │  b\n───┼───\nx  │  1\nyy │ 22')
    const wide = '| one | two | three |\n|-|-|-|\n| some words | more words | yet more words |'
    expect(render(wide, 14)).toContain('one: some')
  })

  it('keeps the lines of code, and the characters of everything in it', () => {
    expect(render('```\na  b\n\tc\n**d**\n```')).toBe('  a  b\n      c\n  **d**')
    expect(render(`\`\`\`\n${'x'.repeat(25)}\n\`\`\``, 22)).toBe(`  ${'x'.repeat(20)}\n  ${'x'.repeat(5)}`)
  })

  it('shows HTML as text, except line breaks, and decodes character references', () => {
    expect(render('a<br>b <b>c</b> &amp; &#233; &#x1b;[31m &unknown;')).toBe('a\nb <b>c</b> & é  &unknown;')
  })

  it('fits any width', () => {
    for (const width of [20, 40, 80, 200])
      for (const line of renderMarkdown(SAMPLE, width)) expect(lineWidth(line)).toBeLessThanOrEqual(width)
  })
})

describe('MarkdownStream', () => {
  /** Everything a stream hands out when the text comes in pieces. */
  const streamed = (pieces: readonly string[], width: number): Line[] => {
    const stream = new MarkdownStream(() => width)
    return [...pieces.flatMap((piece) => stream.push(piece)), ...stream.end()]
  }

  it('prints the same as rendering the whole, however the text is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 })), fc.constantFrom(30, 80), (cuts, width) => {
        const pieces: string[] = []
        let start = 0
        for (const cut of cuts) {
          pieces.push(SAMPLE.slice(start, start + cut))
          start += cut
        }
        expect(text(streamed([...pieces, SAMPLE.slice(start)], width))).toBe(
          text(renderMarkdown(SAMPLE, width)),
        )
      }),
      { numRuns: 50 },
    )
  })

  it('hands a block out as soon as the next one begins, and shows the open one meanwhile', () => {
    const stream = new MarkdownStream(() => 40)
    expect(stream.push('first **par')).toEqual([])
    expect(text(stream.live())).toBe('first **par')
    expect(stream.push('agraph**\n\n')).toEqual([])
    expect(text(stream.live())).toBe('first paragraph')
    expect(text(stream.push('second\n'))).toBe('first paragraph')
    expect(text(stream.live())).toBe('\nsecond')
  })

  it('does not change what it showed of a list when the list goes on', () => {
    const stream = new MarkdownStream(() => 40)
    const list = Array.from(
      { length: 12 },
      (_, index) => `${index + 1}. item ${index + 1}\n${index % 3 === 2 ? '\n' : ''}`,
    )
    let shown: string[] = []
    for (const item of list) {
      stream.push(item)
      const now = stream.live().map((line) => paint(line, false))
      expect(now.slice(0, shown.length)).toEqual(shown)
      shown = now
    }
  })
})
