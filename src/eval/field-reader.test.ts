import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FieldReader } from './field-reader.js'

const bytes = (text: string): Uint8Array => Buffer.from(text)

function taught(fields: readonly string[], line: string): FieldReader {
  const reader = new FieldReader(fields)
  reader.learn(bytes(line), JSON.parse(line) as Record<string, unknown>)
  return reader
}

describe('FieldReader', () => {
  it('reads the wanted fields of lines like the first', () => {
    const reader = taught(['id', 'judge'], '{"id": 1, "text": "a", "judge": ["j", "p"], "n": null}')
    expect(
      reader.read(bytes('{"id": -2.5e3, "text": "\\"}, {\\\\", "judge": ["k]", "p"], "n": {"a": ["}"]}}')),
    ).toEqual([-2500, ['k]', 'p']])
    const long = 'x\\"'.repeat(500)
    expect(reader.read(bytes(`{"id": 3, "text": "${long}", "judge": ["j", "p"], "n": true }\r`))).toEqual([
      3,
      ['j', 'p'],
    ])
  })

  it('leaves every other line to the real parser', () => {
    const reader = taught(['a'], '{"a":1,"b":"x"}')
    for (const line of [
      '{"a":1,"b":"x"',
      '{"a":1,"b":"x',
      '{"b":"x","a":1}',
      '{"a":1}',
      '{"a":1,"b":"x","c":2}',
      '{"a":1,"b":"x"} {}',
      '{"a":01,"b":"x"}',
      '{"a":,"b":"x"}',
      '[1]',
      '',
    ])
      expect(reader.read(bytes(line)), line).toBeUndefined()
  })

  it('gives what JSON.parse gives, for any two lines with the same members', () => {
    const value = fc.jsonValue({ maxDepth: 3 })
    const rows = fc
      .uniqueArray(fc.string({ maxLength: 6 }), { minLength: 1, maxLength: 6 })
      .chain((names) =>
        fc.tuple(
          fc.constant(names),
          fc.tuple(...names.map(() => value)),
          fc.tuple(...names.map(() => value)),
          fc.subarray(names),
        ),
      )
    fc.assert(
      fc.property(rows, ([names, first, second, wanted]) => {
        const line = (values: readonly unknown[]): string =>
          `{${names.map((name, index) => `${JSON.stringify(name)}: ${JSON.stringify(values[index])}`).join(', ')}}`
        const read = taught(wanted, line(first)).read(bytes(line(second)))
        if (read === undefined) return
        const whole = JSON.parse(line(second)) as Record<string, unknown>
        expect(read).toEqual(wanted.map((name) => whole[name]))
      }),
      { numRuns: 500 },
    )
  })
})
