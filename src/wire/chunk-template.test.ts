import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerEvent } from '../core/index.js'
import { ChunkDecoder } from './chunk-decoder.js'
import { ChunkTemplate } from './chunk-template.js'
import type { WireChunk } from './types.js'

const FIELDS = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' }
const chunkOf = (delta: object, more: object = {}): WireChunk => ({
  ...FIELDS,
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
})
const learn = (chunk: WireChunk): ChunkTemplate | undefined => ChunkTemplate.of(JSON.stringify(chunk), chunk)

/** What a decoder makes of chunks, as text or parsed one by one. */
function decoded(chunks: readonly WireChunk[], write?: (chunk: WireChunk) => string): AnswerEvent[] {
  const events: AnswerEvent[] = []
  const decoder = new ChunkDecoder({ upstream: 'lab', model: 'm', emit: (event) => events.push(event) })
  for (const chunk of chunks) {
    if (write) decoder.data(write(chunk))
    else decoder.chunk(chunk)
  }
  decoder.end()
  return events
}

describe('ChunkTemplate', () => {
  it('reads the text of chunks that are like the first', () => {
    const template = learn(chunkOf({ content: 'one' }))
    expect(template?.textOf(JSON.stringify(chunkOf({ content: ' “two” 日本🙂' })))).toBe(' “two” 日本🙂')
  })

  it('leaves to the parser whatever differs in more than the text, or has escapes in it', () => {
    const template = learn(chunkOf({ content: 'one' }))
    for (const chunk of [
      chunkOf({ content: 'a\n' }),
      chunkOf({ content: 'say "a"' }),
      chunkOf({ content: '' }),
      chunkOf({ content: 'a' }, { finish_reason: 'stop' }),
      chunkOf({ content: 'a', reasoning: 'b' }),
      { ...chunkOf({ content: 'a' }), id: 'other' },
    ])
      expect(template?.textOf(JSON.stringify(chunk))).toBeUndefined()
    const tab = JSON.stringify(chunkOf({ content: '#' })).replace('#', '\t')
    expect(template?.textOf(tab)).toBeUndefined()
  })

  it('learns only from chunks that hold nothing but a piece of text', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 1 }
    for (const chunk of [
      chunkOf({ content: '' }),
      chunkOf({ content: 'a', reasoning_content: 'b' }),
      chunkOf({ content: 'a', tool_calls: [] }),
      chunkOf({ content: 'a' }, { finish_reason: 'stop' }),
      chunkOf({ content: 'a' }, { logprobs: { content: [] } }),
      { ...chunkOf({ content: 'a' }), usage },
      { ...FIELDS, choices: [] },
    ])
      expect(learn(chunk)).toBeUndefined()
  })

  it('is not misled by a field of the same name elsewhere', () => {
    const chunk = chunkOf({ content: 'a' })
    const data = `{"note":{"content":"a"},${JSON.stringify(chunk).slice(1)}`
    expect(ChunkTemplate.of(data, JSON.parse(data) as WireChunk)).toBeUndefined()
    const twice = JSON.stringify(chunk).replace('"content":"a"', '"content":"a","content":"a"')
    expect(ChunkTemplate.of(twice, JSON.parse(twice) as WireChunk)).toBeUndefined()
  })

  it('changes nothing in what is read, however servers write their JSON', () => {
    const delta = fc.oneof(
      fc.record({ content: fc.string({ unit: 'grapheme', maxLength: 8 }) }),
      fc.record({ content: fc.constantFrom('a', 'b\n', '"', '\\', '\u2028', 'é', '}') }),
      fc.record({ reasoning_content: fc.string({ maxLength: 4 }) }),
      fc.record({ role: fc.constant('assistant'), content: fc.constantFrom('', 'a') }),
    )
    const writers = [
      (chunk: WireChunk) => JSON.stringify(chunk),
      (chunk: WireChunk) => JSON.stringify(chunk, undefined, 1).replaceAll(/\n */g, ' '),
      (chunk: WireChunk) => JSON.stringify(chunk).replace(/[é“日🙂]/gu, '\\u00e9'),
    ]
    fc.assert(
      fc.property(fc.array(delta, { maxLength: 30 }), fc.constantFrom(...writers), (deltas, write) => {
        const chunks = deltas.map((one) => chunkOf(one))
        chunks.push(chunkOf({}, { finish_reason: 'stop' }))
        const parsed = chunks.map((chunk) => JSON.parse(write(chunk)) as WireChunk)
        expect(decoded(chunks, write)).toEqual(decoded(parsed))
      }),
    )
  })
})
