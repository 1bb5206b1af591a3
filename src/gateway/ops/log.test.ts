import { describe, expect, it } from 'vitest'
import { LineBuffer } from './log.js'

function held(size: number): { lines: LineBuffer; written: string[] } {
  const written: string[] = []
  return { lines: new LineBuffer({ write: (text) => written.push(text) }, size), written }
}

describe('LineBuffer', () => {
  it('joins lines until there is no room for another', () => {
    const { lines, written } = held(30)
    for (const line of ['“a”\n', 'b🙂\n', 'ccccc\n']) lines.write(line)
    expect(written).toEqual(['“a”\nb🙂\n'])
    lines.flush()
    lines.flush()
    expect(written).toEqual(['“a”\nb🙂\n', 'ccccc\n'])
  })

  it('hands on a line that is too long for it, after those before it', () => {
    const { lines, written } = held(10)
    lines.write('a\n')
    lines.write('b'.repeat(100))
    expect(written).toEqual(['a\n', 'b'.repeat(100)])
  })
})
