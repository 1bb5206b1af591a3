import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MoaError } from '../core/index.js'
import { SseParser } from './sse.js'

interface Seen {
  events: [data: string, event: string][]
  comments: number
}

/** Parses bytes cut at the given places, decoding UTF-8 across the cuts as a client does. */
function parse(bytes: Uint8Array, cuts: readonly number[] = []): Seen {
  const seen: Seen = { events: [], comments: 0 }
  const parser = new SseParser(
    (data, event) => seen.events.push([data, event]),
    () => (seen.comments += 1),
  )
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    parser.feed(decoder.decode(bytes.subarray(from, cut), { stream: true }))
    from = cut
  }
  parser.feed(decoder.decode())
  parser.end()
  return seen
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const data = (text: string): string[] => parse(utf8(text)).events.map(([value]) => value)

describe('SseParser', () => {
  it.each([
    ['LF', 'data: a\n\ndata: b\n\n', ['a', 'b']],
    ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']],
    ['CR', 'data: a\r\rdata: b\r\r', ['a', 'b']],
    ['mixed line ends', 'data: a\r\n\ndata: b\n\rdata: c\r\r\n', ['a', 'b', 'c']],
    ['no space after the colon', 'data:a\n\n', ['a']],
    ['only the first space is dropped', 'data:  a\n\n', [' a']],
    ['several data lines', 'data: a\ndata: b\ndata\ndata: c\n\n', ['a\nb\n\nc']],
    ['comments between and inside events', ': hi\n\ndata: a\n: there\ndata: b\n\n:\n\n', ['a\nb']],
    ['a byte order mark', '\ufeffdata: a\n\n', ['a']],
    ['other fields', 'id: 1\nretry: 5\nfoo: bar\nwhat\ndata: a\n\n', ['a']],
    ['fields that only begin like data', 'dataset: x\ndata: a\n\n', ['a']],
    ['a missing final blank line', 'data: a\n\ndata: b\n', ['a', 'b']],
    ['a missing final line end', 'data: a\n\ndata: b', ['a', 'b']],
    ['stray blank lines', '\n\n\ndata: a\n\n\n\ndata: b\n\n\n', ['a', 'b']],
    ['data without content', 'data:\n\ndata: \n\ndata\n\ndata: a\n\n', ['a']],
    ['nothing at all', '', []],
  ])('reads %s', (_name, text, expected) => {
    expect(data(text)).toEqual(expected)
  })

  it('hands over the name of an event, for that event only', () => {
    expect(parse(utf8('event: error\ndata: a\n\ndata: b\n\nevent:ping\n\n')).events).toEqual([
      ['a', 'error'],
      ['b', ''],
    ])
  })

  it('tells of comments and empty events as signs of life', () => {
    expect(parse(utf8(': a\n\n:b\ndata:\n\nevent: ping\n\n')).comments).toBe(4)
  })

  it('gives the same events however the bytes are cut', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((value) => value.replace(/[\r\n]/g, '€'))
    const line = fc.oneof(
      { weight: 5, arbitrary: text.map((value) => `data: ${value}`) },
      { weight: 2, arbitrary: fc.constantFrom('', '') },
      fc.constantFrom(':', ': ping', 'data', 'data:', 'event: x', 'id: 7', 'data: [DONE]'),
      text,
    )
    const stream = fc
      .tuple(
        fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 24 }),
        fc.boolean(),
        fc.constantFrom('', '\n', '\n\n', '\r\n\r\n', '\r\r'),
      )
      .map(([lines, mark, end]) => (mark ? '\ufeff' : '') + lines.map((pair) => pair.join('')).join('') + end)
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 12 }), (wire, places) => {
        const bytes = utf8(wire)
        const whole = parse(bytes)
        const cuts = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b)
        expect(parse(bytes, cuts)).toEqual(whole)
        expect(
          parse(
            bytes,
            Array.from(bytes, (_, index) => index),
          ),
        ).toEqual(whole)
      }),
      { numRuns: 400 },
    )
  })

  it('survives every single cut of a stream full of traps', () => {
    const bytes = utf8(
      '\ufeff: hello\r\n\r\ndata: {"t":"naïve 🦜 日本"}\r\n\r\ndata: a\rdata: b\r\revent: x\ndata: 🧪\n\ndata: [DONE]',
    )
    const whole = parse(bytes)
    expect(whole.events.map(([value]) => value)).toEqual(['{"t":"naïve 🦜 日本"}', 'a\nb', '🧪', '[DONE]'])
    for (let first = 0; first <= bytes.length; first += 1) {
      for (let second = first; second <= bytes.length; second += 7)
        expect(parse(bytes, [first, second])).toEqual(whole)
    }
  })

  it('gives back what a writer wrote', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 })), (texts) => {
        const wire = texts.map((text) => `data: ${JSON.stringify(text)}\n\n`).join('')
        expect(data(wire).map((value) => JSON.parse(value) as string)).toEqual(texts)
      }),
    )
  })

  it.each([
    ['one endless line', () => 'x'.repeat(1 << 20)],
    ['endless data lines', () => `data: ${'x'.repeat(1 << 20)}\n`],
  ])('refuses %s instead of filling the memory', (_name, piece) => {
    const parser = new SseParser(() => {})
    expect(() => {
      for (let count = 0; count < 64; count += 1) parser.feed(piece())
    }).toThrow(expect.objectContaining({ code: 'invalid_response' }) as MoaError)
  })

  it('reads a long event in many pieces in linear time', () => {
    const piece = 'x'.repeat(1000)
    let length = 0
    const parser = new SseParser((value) => (length = value.length))
    parser.feed('data: ')
    for (let count = 0; count < 20_000; count += 1) parser.feed(piece)
    parser.feed('\n\n')
    expect(length).toBe(20_000_000)
  })
})
