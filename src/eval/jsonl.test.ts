import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { is, readJsonl, readRecords, writeJsonl } from './jsonl.js'

describe('readJsonl', () => {
  it('reads objects with their line numbers, over empty lines, CR LF and a byte order mark', () => {
    const { data: records, problems } = readJsonl('\ufeff{"a":1}\r\n\n{"a":"\u2028"}')
    expect(records).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 3, value: { a: '\u2028' } },
    ])
    expect(problems).toEqual([])
  })

  it('reports a cut last line as truncated and any other broken line as invalid', () => {
    const { data: records, problems } = readJsonl('{"a":1}\n{"a":\n[2]\n{"a":3}\n{"a', { source: 'x.jsonl' })
    expect(records.map(({ line }) => line)).toEqual([1, 4])
    expect(problems.map(({ code, count, places }) => [code, count, places])).toEqual([
      ['line-invalid', 1, [{ source: 'x.jsonl', line: 2 }]],
      ['line-invalid', 1, [{ source: 'x.jsonl', line: 3 }]],
      ['line-truncated', 1, [{ source: 'x.jsonl', line: 5 }]],
    ])
  })

  it('reads back what writeJsonl wrote', () => {
    const rows = fc.array(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.constant(null))))
    fc.assert(
      fc.property(rows, (values) => {
        const { data: records, problems } = readJsonl(writeJsonl(values))
        expect(records.map(({ value }) => value)).toEqual(JSON.parse(JSON.stringify(values)))
        expect(problems).toEqual([])
      }),
    )
  })

  it('accounts for every line of any text', () => {
    const text = fc
      .array(fc.oneof(fc.string(), fc.json(), fc.constant('{"a":1}')))
      .map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(text, (value) => {
        const { data: records, problems } = readJsonl(value)
        const told = problems.reduce((sum, { count }) => sum + count, 0)
        const lines = value
          .replace(/^\ufeff/, '')
          .split('\n')
          .filter((line) => line.trim() !== '').length
        expect(records.length + told).toBe(lines)
      }),
    )
  })
})

describe('readRecords', () => {
  const options = {
    source: 'scores.jsonl',
    what: 'a score',
    shape: { id: is.id, score: is.number },
    id: 'id',
    convert: (value: Readonly<Record<string, unknown>>) => value['score'] as number,
  }

  it('leaves out records of another shape and says which and why', () => {
    const text =
      '{"id":1,"score":5}\n{"id":2}\n{"id":3,"score":"5"}\n{"question_id":1,"model":"m","games":[]}\n'
    const { data: records, problems } = readRecords(text, options)
    expect(records).toEqual([5])
    expect(problems.map(({ message, places }) => [message, places[0]])).toEqual([
      [
        'Expected a score, but its field "score" is missing; it was left out.',
        { source: 'scores.jsonl', line: 2, id: '2' },
      ],
      [
        'Expected a score, but its field "score" has the wrong type; it was left out.',
        { source: 'scores.jsonl', line: 3, id: '3' },
      ],
      [
        'Expected a score, this looks like an Arena-Hard v0.1 judgment; it was left out.',
        { source: 'scores.jsonl', line: 4 },
      ],
    ])
  })

  it('throws when no line can be used, naming the file, the line and the reason', () => {
    const read = () => readRecords('{"instruction":"x","output":"y"}\n', options)
    expect(read).toThrowError(
      'scores.jsonl, line 1: no line holds a score (Expected a score, this looks like an AlpacaEval output; it was left out.) Give a file of such records.',
    )
    expect(read).toThrowError(expect.objectContaining({ code: 'data_invalid' }))
  })

  it('takes an empty text for no records', () => {
    expect(readRecords('\n\n', options)).toEqual({ data: [], problems: [] })
  })
})
