import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../sim/virtual-clock.js'
import { memoryStore } from '../../store/index.js'
import type { Turn } from './conversation.js'
import { Conversations } from './conversations.js'
import { emptyRunView } from './run-view.js'

function setUp() {
  const clock = virtualClock()
  const conversations = new Conversations(memoryStore(), clock)
  const begin = (owner: string, title: string) => {
    const conversation = conversations.create(title)
    conversations.put(owner, conversation)
    return conversation
  }
  const turn = (conversation: string, text: string): Turn => ({
    id: conversations.newTurnId(),
    conversation,
    parent: null,
    at: clock.now(),
    model: 'pair',
    question: { text, attachments: [] },
    state: 'running',
    view: { ...emptyRunView(), text },
  })
  return { clock, conversations, begin, turn }
}

describe('conversations', () => {
  it('are listed for their owner alone, the one last changed first', async () => {
    const { clock, conversations, begin, turn } = setUp()
    const first = begin('anna', 'First')
    await clock.advance(10)
    begin('anna', 'Second')
    begin('ben', 'Another')
    await clock.advance(10)
    conversations.putTurn('anna', turn(first.id, 'Again'))
    expect(conversations.list('anna').map(({ title }) => title)).toEqual(['First', 'Second'])
    expect(() => conversations.get('ben', first.id)).toThrow(/no such conversation/)
  })

  it('keep turns in the order of their time, with how far they have come', async () => {
    const { clock, conversations, begin, turn } = setUp()
    const { id } = begin('anna', 'Talk')
    const one = turn(id, 'One')
    conversations.putTurn('anna', one)
    await clock.advance(5)
    conversations.putTurn('anna', turn(id, 'Two'))
    conversations.putView('anna', { ...one, view: { ...one.view, text: 'further' } })
    const { turns } = conversations.withTurns('anna', id)
    expect(turns.map(({ question, view }) => [question.text, view.text])).toEqual([
      ['One', 'further'],
      ['Two', 'Two'],
    ])
  })

  it('are gone with all their turns when deleted, and late words do not bring them back', () => {
    const { conversations, begin, turn } = setUp()
    const { id } = begin('anna', 'Secret')
    const late = turn(id, 'Late')
    conversations.putTurn('anna', late)
    expect(conversations.delete('anna', id)).toBe(true)
    conversations.putView('anna', late)
    conversations.putTurn('anna', late)
    expect(conversations.list('anna')).toEqual([])
    expect(conversations.turn('anna', id, late.id)).toBeUndefined()
    expect(conversations.delete('anna', id)).toBe(false)
  })

  it('are found by the runs of their answers, by their owner and until they are deleted', () => {
    const { conversations, begin, turn } = setUp()
    const { id } = begin('anna', 'Run')
    const one = turn(id, 'One')
    conversations.putTurn('anna', { ...one, view: { ...one.view, runId: 'run_1' } })
    expect(conversations.ofRun('anna', 'run_1')?.id).toBe(id)
    expect(conversations.ofRun('ben', 'run_1')).toBeUndefined()
    conversations.delete('anna', id)
    expect(conversations.ofRun('anna', 'run_1')).toBeUndefined()
  })

  it('can be deleted all at once, those of others stay', () => {
    const { conversations, begin } = setUp()
    begin('anna', 'One')
    begin('anna', 'Two')
    begin('ben', 'Three')
    expect(conversations.clear('anna')).toBe(2)
    expect(conversations.list('ben')).toHaveLength(1)
  })
})
