import { describe, expect, it } from 'vitest'
import type { ChatRequest } from '../../core/index.js'
import { findProposals, outerMarks, proposalFingerprint } from './proposals.js'

const withSystem = (content: string): ChatRequest => ({
  messages: [
    { role: 'system', content },
    { role: 'user', content: 'Which one?' },
  ],
})

describe('findProposals', () => {
  it('reads the numbered list a system message ends with', () => {
    const request = withSystem(
      'Combine these.\n\nAnswers so far:\n1. First one.\n2. Second\n\nin two parts.\n3. Third.',
    )
    expect(findProposals(request)).toEqual(['First one.', 'Second\n\nin two parts.', 'Third.'])
  })

  it('keeps lists inside of an item apart from the outer one', () => {
    const request = withSystem('Answers:\n1. Intro\n1. a\n2. b\n3. c\n2. Other\n1. x\n2. y\n3. Last')
    expect(findProposals(request)).toEqual(['Intro\n1. a\n2. b\n3. c', 'Other\n1. x\n2. y', 'Last'])
  })

  it('finds no list where none follows a colon', () => {
    expect(findProposals(withSystem('Be brief.\n1. No lists.\n2. No code.'))).toEqual([])
    expect(findProposals(withSystem('You are helpful.'))).toEqual([])
  })

  it('reads delimited blocks in any message, unescaped', () => {
    const request: ChatRequest = {
      messages: [
        { role: 'user', content: 'Q' },
        {
          role: 'user',
          content:
            'Material:\n<proposal id="1" from="A">\nUse &lt;b&gt; &amp; go\n</proposal>\n<proposal n="2">Two</proposal>',
        },
      ],
    }
    expect(findProposals(request)).toEqual(['Use <b> & go', 'Two'])
  })
})

describe('outerMarks', () => {
  it.each([
    [
      [1, 2, 3],
      [0, 1, 2],
    ],
    [
      [1, 1, 2, 2],
      [0, 3],
    ],
    [
      [1, 2, 1, 2, 3, 3],
      [0, 1, 5],
    ],
    [[1], [0]],
    [[2, 3], []],
  ])('%j -> %j', (numbers, expected) => {
    expect(outerMarks(numbers)).toEqual(expected)
  })
})

describe('proposalFingerprint', () => {
  it('differs between texts with the same beginning', () => {
    const start = 'The same first five words and then'
    expect(proposalFingerprint(`${start} one`)).not.toBe(proposalFingerprint(`${start} two`))
  })

  it('does not depend on white space or escapes', () => {
    expect(proposalFingerprint('a <b>\n\nc')).toBe(proposalFingerprint(' a &lt;b&gt; c '))
  })
})
