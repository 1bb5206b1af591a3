import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCsv, writeCsv } from './csv.js'

const read = (text: string) => readCsv(text, { source: 't.csv' })

describe('CSV', () => {
  it('is read with quotes, line breaks in cells, empty lines and either line end', () => {
    const { columns, rows } = read('\ufeffa,b\r\n\r\n1,"x, ""y"""\r\n"p\nq",\r\nlast,row')
    expect(columns).toEqual(['a', 'b'])
    expect(rows).toEqual([
      { line: 3, cells: ['1', 'x, "y"'] },
      { line: 4, cells: ['p\nq', ''] },
      { line: 6, cells: ['last', 'row'] },
    ])
  })

  it('says where quotes do not match', () => {
    expect(() => read('a\n1\n"x')).toThrow(/^t\.csv line 3: expected CSV, but its quotes do not match\.$/)
    expect(() => read('a\n"x"y\n')).toThrow(/line 2/)
    expect(() => read('a\nx"y"\n')).toThrow(/line 2/)
  })

  it('gives back what was written', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é') })
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(table, (rows) => {
        const text = writeCsv([['h', 'i'], ...rows])
        expect(read(text).rows.map((row) => row.cells)).toEqual(rows)
      }),
    )
  })
})
