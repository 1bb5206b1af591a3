import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonAnswer, sseDelta } from '../../test/raw-server.js'
import type { AnswerEvent } from '../core/index.js'
import { AnswerReader } from './answer-reader.js'

function read(bytes: Buffer, cuts: readonly number[] = []): AnswerEvent[] {
  const events: AnswerEvent[] = []
  const reader = new AnswerReader({
    upstream: 'lab',
    model: 'm',
    contentType: 'text/event-stream',
    emit: (event) => events.push(event),
  })
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    reader.feed(bytes.subarray(from, cut))
    from = cut
  }
  reader.end()
  return events
}

const textOf = (events: AnswerEvent[]): string =>
  events.map((event) => (event.type === 'answer-delta' ? event.text : '')).join('')

describe('AnswerReader', () => {
  it('reads the same events however the bytes are cut, inside characters too', () => {
    const piece = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(
        fc.array(piece),
        fc.array(fc.nat(), { maxLength: 10 }),
        fc.boolean(),
        (texts, places, crlf) => {
          let wire = `: hi\n\n${texts.map((content) => sseDelta({ content })).join('')}${sseDelta({}, 'stop')}`
          if (crlf) wire = wire.replaceAll('\n', '\r\n')
          const bytes = Buffer.from(wire)
          const whole = read(bytes)
          expect(textOf(whole)).toBe(texts.join(''))
          const cuts = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b)
          expect(read(bytes, cuts)).toEqual(whole)
        },
      ),
    )
  })

  it('reads a stream byte by byte', () => {
    const bytes = Buffer.from(`\ufeff${sseDelta({ content: 'naïve 🦜 日本' })}${sseDelta({}, 'stop')}`)
    expect(
      textOf(
        read(
          bytes,
          Array.from(bytes, (_, index) => index),
        ),
      ),
    ).toBe('naïve 🦜 日本')
  })

  it.each(['\n \r\n\t', '\ufeff', ' \ufeff\n'])(
    'reads JSON in any pieces, after %j in any pieces',
    (before) => {
      const bytes = Buffer.from(`${before}${jsonAnswer('日本')}`)
      for (let cut = 0; cut <= bytes.length; cut += 1) expect(textOf(read(bytes, [cut]))).toBe('日本')
    },
  )

  it('refuses JSON of endless length', () => {
    const reader = new AnswerReader({ upstream: 'lab', model: 'm', contentType: undefined, emit: () => {} })
    reader.feed(Buffer.from('{'))
    const piece = Buffer.alloc(8 * 1024 * 1024, ' ')
    expect(() => {
      for (let count = 0; count < 10; count += 1) reader.feed(piece)
    }).toThrow(expect.objectContaining({ code: 'invalid_response' }))
  })
})
