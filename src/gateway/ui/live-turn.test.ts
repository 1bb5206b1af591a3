import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ModelEvent, SlotRef } from '../../core/index.js'
import { virtualClock, type VirtualClock } from '../../sim/virtual-clock.js'
import type { Turn, TurnMessage } from './conversation.js'
import { LiveTurn } from './live-turn.js'
import { addToView, emptyRunView } from './run-view.js'
import type { EventWriter } from './services.js'

const slot = (index: number): SlotRef => ({ stage: 0, index, name: `p${index}`, model: `lab/p${index}` })
const RUN: ModelEvent = {
  type: 'run-start',
  runId: 'run_1',
  recipe: 'pair',
  recipeHash: 'x',
  stages: [
    { kind: 'propose', slots: [slot(0), slot(1)] },
    { kind: 'synthesize', slots: [{ ...slot(0), stage: 1 }] },
  ],
}
const piece = (index: number, text: string): ModelEvent => ({
  type: 'proposal-delta',
  slot: slot(index),
  text,
})

function newTurn(): Turn {
  return {
    id: 't',
    conversation: 'c',
    parent: null,
    at: 0,
    model: 'pair',
    question: { text: 'Why?', attachments: [] },
    state: 'running',
    view: emptyRunView(),
  }
}

/** A page that keeps what it is told; it can be slow. */
class Reader implements EventWriter {
  readonly messages: TurnMessage[] = []
  ended = false
  slow = false
  catchUp: () => void = () => {}
  leave: () => void = () => {}
  send(json: string): Promise<void> | undefined {
    this.messages.push(JSON.parse(json) as TurnMessage)
    return this.slow ? new Promise((resolve) => (this.catchUp = resolve)) : undefined
  }
  end(): void {
    this.ended = true
  }
  onGone(callback: () => void): void {
    this.leave = callback
  }
  /** The view as a page would have it now. */
  get view(): unknown {
    let view = emptyRunView()
    for (const message of this.messages) {
      if (message.type === 'snapshot') view = structuredClone(message.turn.view)
      if (message.type === 'events') for (const [at, event] of message.events) addToView(view, event, at)
    }
    return view
  }
}

function setUp(): { clock: VirtualClock; live: LiveTurn; reader: Reader } {
  const clock = virtualClock(0)
  return { clock, live: new LiveTurn(newTurn(), clock), reader: new Reader() }
}

describe('a turn under way', () => {
  it('joins pieces of one source into one event for each interval', async () => {
    const { clock, live, reader } = setUp()
    live.add(RUN)
    live.watch(reader)
    for (const text of ['a', 'b', 'c']) {
      live.add(piece(0, text))
      live.add(piece(1, text.toUpperCase()))
    }
    await clock.advance(100)
    expect(reader.messages[1]).toEqual({
      type: 'events',
      events: [
        [0, piece(0, 'abc')],
        [0, piece(1, 'ABC')],
      ],
    })
  })

  it('tells every page the same as the gateway knows, whenever it comes', async () => {
    const events = fc.array(
      fc.oneof(
        fc
          .tuple(fc.integer({ min: 0, max: 1 }), fc.string({ maxLength: 4 }))
          .map(([index, text]) => piece(index, text)),
        fc.string({ maxLength: 4 }).map((text): ModelEvent => ({ type: 'answer-delta', text })),
        fc.constant<ModelEvent>({ type: 'stage-start', stage: 1, kind: 'synthesize' }),
        fc.integer({ min: 0, max: 1 }).map((index): ModelEvent => ({
          type: 'proposal-dropped',
          slot: slot(index),
          reason: 'late',
          durationMs: 5,
        })),
        fc.constant('wait' as const),
      ),
      { maxLength: 40 },
    )
    await fc.assert(
      fc.asyncProperty(events, fc.nat(40), async (list, joinAt) => {
        const { clock, live, reader } = setUp()
        live.add(RUN)
        for (const [index, event] of list.entries()) {
          if (index === joinAt) live.watch(reader)
          if (event === 'wait') await clock.advance(50)
          else live.add(event)
        }
        if (joinAt >= list.length) live.watch(reader)
        live.end('done', undefined)
        expect(reader.ended).toBe(true)
        expect(reader.messages.at(-1)).toEqual({ type: 'end', state: 'done' })
        expect(reader.view).toMatchObject({ text: live.turn.view.text, stages: live.turn.view.stages })
      }),
      { numRuns: 50 },
    )
  })

  it('sends a slow page nothing until it has caught up, and then everything anew', async () => {
    const { clock, live, reader } = setUp()
    live.add(RUN)
    live.watch(reader)
    reader.slow = true
    live.add(piece(0, 'first'))
    await clock.advance(100)
    const told = reader.messages.length
    for (let index = 0; index < 100; index += 1) {
      live.add(piece(0, 'x'))
      await clock.advance(50)
    }
    expect(reader.messages.length).toBe(told)
    reader.slow = false
    reader.catchUp()
    await clock.advance(50)
    expect(reader.messages.at(-1)).toMatchObject({ type: 'snapshot' })
    expect(reader.view).toMatchObject({ stages: live.turn.view.stages })
  })

  it('forgets a page that has left', async () => {
    const { clock, live, reader } = setUp()
    live.add(RUN)
    live.watch(reader)
    reader.leave()
    live.add(piece(0, 'x'))
    live.end('stopped', undefined)
    await clock.advance(50)
    expect(reader.messages).toHaveLength(1)
  })
})
