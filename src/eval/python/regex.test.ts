import { describe, expect, it } from 'vitest'
import { pythonRegExp } from './regex.js'

describe('Python patterns', () => {
  it('match as re.search does', () => {
    const cases: [string, string, boolean][] = [
      [String.raw`(?:^|\n) ?Output \(a\)`, 'x\n Output (a)', true],
      [String.raw`a$`, 'a\n', true],
      [String.raw`a\Z`, 'a\n', false],
      [String.raw`a.b`, 'a\rb', true],
      [String.raw`a.b`, 'a\nb', false],
      [String.raw`(?s)a.b`, 'a\nb', true],
      [String.raw`(?m)^b`, 'a\rb', false],
      [String.raw`(?m)^b$`, 'a\nb\nc', true],
      [String.raw`(?i)OUTPUT`, 'output', true],
      [String.raw`\s`, '\ufeff', false],
      [String.raw`\s`, '\x1c', true],
      [String.raw`^\w$`, 'é', true],
      [String.raw`^\w$`, '\u0301', false],
      [String.raw`^\d$`, '٣', true],
      [String.raw`[^\W\d]`, '5', false],
      [String.raw`[\S\n]`, '\n', true],
      [String.raw`[]a]`, ']', true],
      [String.raw`[a\-z]`, '-', true],
      [String.raw`[a-]`, '-', true],
      [String.raw`x{,2}y`, 'xxy', true],
      [String.raw`^{a}$`, '{a}', true],
      [String.raw`(?P<q>['"]).(?P=q)`, `'a'`, true],
      [String.raw`(a)\1`, 'aa', true],
      [String.raw`\bé`, 'aé', false],
      [String.raw`a(?#note)b`, 'ab', true],
      [String.raw`\x41\-\#`, 'A-#', true],
    ]
    for (const [pattern, text, found] of cases) {
      expect(pythonRegExp(pattern, 'judge.yaml').test(text), pattern).toBe(found)
    }
  })

  it('refuse what cannot be matched faithfully, naming the source', () => {
    for (const pattern of ['(', '[a', 'a**', String.raw`\y`, '(?x) a', '(?P<n>a)(?(n)b)', 'a\\']) {
      expect(() => pythonRegExp(pattern, 'judge.yaml'), pattern).toThrow(/^judge\.yaml: the pattern/)
    }
  })
})
