import { describe, expect, it } from 'vitest'
import { changed, readText, swapped } from '../../web/src/pages/recipes/text.js'

const TEXT = `# best first
proposers: [lab/ada, lab/grace] # two
aggregator: lab/edsger # writes well
policy:
  graceMs: 500
`

describe('a recipe’s text under a form', () => {
  it('keeps comments and everything that is not changed', () => {
    expect(changed(TEXT, ['aggregator'], 'lab/kurt')).toBe(TEXT.replace('lab/edsger', 'lab/kurt'))
    expect(changed(TEXT, ['proposers', 1], 'lab/alan')).toBe(TEXT.replace('lab/grace', 'lab/alan'))
    expect(changed(TEXT, ['layers'], 3)).toBe(`${TEXT}layers: 3\n`)
  })

  it('takes out a key with what is empty without it', () => {
    expect(changed(TEXT, ['policy', 'graceMs'], undefined)).toBe(
      TEXT.replace('policy:\n  graceMs: 500\n', ''),
    )
    expect(changed('layers: 2\n', ['layers'], undefined)).toBe('')
  })

  it('begins with nothing', () => {
    expect(changed('', ['proposers'], ['lab/ada'])).toBe('proposers:\n  - lab/ada\n')
    expect(readText('')).toEqual({ value: {} })
  })

  it('makes settings out of a name, and swaps neighbours', () => {
    const text = changed(TEXT, ['proposers', 0], { model: 'lab/ada', samples: 2 })
    expect(readText(text)).toMatchObject({
      value: { proposers: [{ model: 'lab/ada', samples: 2 }, 'lab/grace'] },
    })
    expect(readText(swapped(TEXT, ['proposers'], 1))).toMatchObject({
      value: { proposers: ['lab/grace', 'lab/ada'] },
    })
  })

  it('says what it can’t read', () => {
    expect(readText('a: [')).toHaveProperty('problem')
    expect(readText('- a')).toEqual({ problem: 'expected keys and values.' })
    expect(readText('a: *nowhere')).toHaveProperty('problem')
  })
})
