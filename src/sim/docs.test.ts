import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PERSONALITIES, SIM_MODIFIERS } from './index.js'

const page = readFileSync(new URL('../../docs/simulator.md', import.meta.url), 'utf8')

describe('docs/simulator.md', () => {
  it.each([...PERSONALITIES.keys()])('introduces %s', (name) => {
    expect(page).toContain(`| \`${name}\``)
  })

  it.each(SIM_MODIFIERS.map(({ name }) => name))('explains the modifier %s', (name) => {
    if (/^\d/.test(name)) expect(page).toMatch(new RegExp(`refuses with that status: .*\\b${name}\\b`))
    else expect(page).toContain(`| \`${name}\``)
  })
})
