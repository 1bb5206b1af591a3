import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pythonToJson, readPythonLiteral } from './literal.js'

function read(text: string): unknown {
  const literal = readPythonLiteral(text)
  return literal.ok ? pythonToJson(literal.value) : `refused: ${literal.reason}`
}

describe('readPythonLiteral', () => {
  it.each([
    ['{\'a\': 1, "b": 2.5}', { a: 1, b: 2.5 }],
    ["{'a': 4., 'b': .5, 'c': 1e0, 'd': 0x1F, 'e': 1_000}", { a: 4, b: 0.5, c: 1, d: 31, e: 1000 }],
    ["{'a': (4), 'b': [3], 'c': +5, 'd': -(2), 'e': (1,)}", { a: 4, b: [3], c: 5, d: -2, e: [1] }],
    ["{'a': 1, 'a': 2,}", { a: 2 }],
    ["{'a': 1, 1: 2, 1.0: 3, True: 4}", { a: 1, '1': 4 }],
    ['{}', {}],
    ['[]', []],
    ['()', []],
    ['1, 2', [1, 2]],
    ['1,', [1]],
    ['set( )', []],
    ["{1, 2, 1, 'a'}", [1, 2, 'a']],
    ['[None, True, False]', [null, true, false]],
    ["'a' \"b\" '''c\nd'''", 'abc\nd'],
    ["'\\x41\\u00e9\\101\\n\\q\\'\\U0001F600'", 'Aé' + "A\n\\q'😀"],
    ["r'\\n'", '\\n'],
    ['[1, # one\r\n 2]', [1, 2]],
    ['  7', 7],
    ['\n7 # seven\n', 7],
    ['00', 0],
    ['007.5', 7.5],
  ])('reads %j', (text, value) => {
    expect(read(text)).toEqual(value)
  })

  it.each([
    '',
    'N/A',
    'true',
    '4/5',
    '1 + 2',
    '04',
    '--5',
    '-(-5)',
    '-True',
    '{a: 1}',
    '{“a”: 1}',
    "{'a': 1",
    "{'a': 1 'b': 2}",
    "{'a': 1, 'b'}",
    "{'a', 'b': 1}",
    '{[1]: 2}',
    '{(1, [2]): 3}',
    '[1,,2]',
    '[,]',
    '(,)',
    '1 2',
    "'a\nb'",
    "'a",
    "b'a'",
    '3j',
    '1__0',
    '1_',
    '0x',
    '5apples',
    "'\\x4'",
    "'\\N{BULLET}'",
    '\n 7',
    '٣',
    'a\0',
    'dict(a=1)',
    'set(1)',
    '[1]; [2]',
    '['.repeat(100_000),
  ])('refuses %j', (text) => {
    expect(readPythonLiteral(text)).toMatchObject({ ok: false })
  })

  it('says where and why', () => {
    expect(readPythonLiteral("{'a': N/A}")).toEqual({ ok: false, reason: 'a name', at: 6 })
  })

  it('keeps a key named __proto__ as data', () => {
    expect(Object.keys(read("{'__proto__': 1}") as object)).toEqual(['__proto__'])
  })

  it('reads back everything JSON writes, numbers and names aside', () => {
    const { json } = fc.letrec<{ json: unknown }>((tie) => ({
      json: fc.oneof(
        { depthSize: 'small' },
        fc.integer(),
        fc.string(),
        fc.array(tie('json')),
        fc.dictionary(fc.string(), tie('json')),
      ),
    }))
    fc.assert(
      fc.property(json, (value) => {
        expect(read(JSON.stringify(value))).toEqual(value)
      }),
    )
  })

  it('never throws', () => {
    const alphabet = fc.constantFrom(...'{}[]()\'"\\,:# \n\r\t-+.0179eExuNrb_aT/')
    fc.assert(
      fc.property(fc.string({ unit: alphabet }), (text) => typeof readPythonLiteral(text).ok === 'boolean'),
    )
  })
})
