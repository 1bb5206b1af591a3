import { describe, expect, it } from 'vitest'
import { parseJsonFile, parsePythonJson } from './json.js'

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
