import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJsonFile, parsePythonJson } from './json.js'
import { parsePythonLiteral, PythonTuple } from './literal.js'
import { pythonRegExp } from './regex.js'
import { codePointLength, floatRepr, pythonFloat, pythonStrip } from './text.js'

describe('text as Python sees it', () => {
  it('counts code points, a lone surrogate as one', () => {
    expect(codePointLength('a🙂b')).toBe(3)
    expect(codePointLength('\ud83d')).toBe(1)
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(codePointLength(text)).toBe([...text].length)
      }),
    )
  })

  it('strips Unicode white space, but not the byte order mark', () => {
    expect(pythonStrip('\x1c \u3000\x85a b\u2028\n')).toBe('a b')
    expect(pythonStrip('\ufeffa')).toBe('\ufeffa')
    expect(pythonStrip(' \t')).toBe('')
  })

  it('reads floats', () => {
    for (const [text, value] of [
      [' 8 ', 8],
      ['8.5', 8.5],
      ['.5', 0.5],
      ['5.', 5],
      ['1_000', 1000],
      ['-1e3', -1000],
      ['Infinity', Infinity],
      ['-inf', -Infinity],
      ['nan', NaN],
    ] as const) {
      expect(pythonFloat(text), text).toBe(value)
    }
    for (const text of ['', 'a', '1__0', '0x10', '1 2', '_1', '1e', '.']) {
      expect(pythonFloat(text), text).toBeUndefined()
    }
  })

  it('writes floats as repr does', () => {
    for (const [value, text] of [
      [50, '50.0'],
      [0.0001, '0.0001'],
      [0.00001, '1e-05'],
      [1.5e-7, '1.5e-07'],
      [1e16, '1e+16'],
      [123456789012345680, '1.2345678901234568e+17'],
      [1e15, '1000000000000000.0'],
      [-0, '-0.0'],
      [0.1, '0.1'],
      [NaN, 'nan'],
      [-Infinity, '-inf'],
    ] as const) {
      expect(floatRepr(value)).toBe(text)
    }
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(floatRepr(value))).toBe(value)
      }),
    )
  })
})

describe('JSON with Python extensions', () => {
  it('turns NaN and infinities into null, outside strings only', () => {
    expect(parsePythonJson('{"a": NaN, "b": [-Infinity, "NaN \\" Infinity"]}')).toEqual({
      a: null,
      b: [null, 'NaN " Infinity'],
    })
  })

  it('names the file when it is not JSON', () => {
    expect(() => parseJsonFile('', 'x.json')).toThrow(/x\.json: expected JSON, but the file is empty/)
    expect(() => parseJsonFile('[1,\n2,\n3', 'x.json')).toThrow(/does not parse/)
    expect(() => parseJsonFile('[1,\n2 3]', 'x.json')).toThrow(/line 2/)
    expect(parseJsonFile('\ufeff[]', 'x.json')).toEqual([])
  })
})

describe('Python literals', () => {
  it('reads what literal_eval reads', () => {
    for (const [text, value] of [
      ['  [{\'a\': 1}, "b"]', [new Map([['a', 1]]), 'b']],
      ['[1, 2,]', [1, 2]],
      ['( 1 )', 1],
      ["u'x' r'\\n' 'y'", 'x\\ny'],
      ["'''a\nb'''", 'a\nb'],
      ["'\\x41\\u00e9\\U0001F642\\101\\q'", 'Aé🙂A\\q'],
      ['[\n  1, # one\n  -2.5e1,\n]', [1, -25]],
      ['{1, 2}', new Set([1, 2])],
      ['{}', new Map()],
      ['[True, False, None]', [true, false, null]],
      ['0x1F', 31],
      ['1_000', 1000],
      ['\n# a comment\n1\n\n', 1],
    ] as const) {
      expect(parsePythonLiteral(text), text).toEqual(value)
    }
    expect(parsePythonLiteral("(True, 1, 'False')")).toEqual(new PythonTuple([true, 1, 'False']))
    expect(parsePythonLiteral('1, 2')).toEqual(new PythonTuple([1, 2]))
    expect(parsePythonLiteral('(1,)')).toEqual(new PythonTuple([1]))
  })

  it('refuses what literal_eval refuses', () => {
    for (const text of [
      '',
      'text',
      '1 +',
      '1 + 2',
      '[1 2]',
      '[1,,2]',
      "'a\nb'",
      "'a",
      'true',
      '01',
      '--1',
      '1\n2',
      '\n  1',
      '{1: 2, 3}',
      '1j',
      "b'a'",
      "'\\xZ'",
      '[1',
      'f(1)',
      '['.repeat(100_000),
    ]) {
      expect(() => parsePythonLiteral(text), JSON.stringify(text).slice(0, 40)).toThrow(SyntaxError)
    }
  })

  it('reads back any JSON of strings, numbers and lists', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.array(tie('value'), { maxLength: 4 }),
      ),
    }))
    fc.assert(
      fc.property(value, (json) => {
        const text = JSON.stringify(json)
        expect(parsePythonLiteral(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('throws nothing but a SyntaxError on nonsense', () => {
    const noise = fc.string({ unit: fc.constantFrom(...'[](){},:\'"\\ \n0123e.-_rTn#ax') })
    fc.assert(
      fc.property(noise, (text) => {
        try {
          parsePythonLiteral(text)
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

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
