import type { WireChunk } from './types.js'

/** What can't stand in a JSON string as it is. */
const NEEDS_PARSER = /["\\\u0000-\u001f]/

/**
 * What the chunks of one stream have in common: everything but the piece of text in them. A chunk that differs from an
 * earlier one in its text only needs no JSON parser, which is most of what reading a stream costs.
 */
export class ChunkTemplate {
  readonly #head: string
  readonly #tail: string

  private constructor(head: string, tail: string) {
    this.#head = head
    this.#tail = tail
  }

  /**
   * Learns from a chunk; `undefined` when it holds more than a piece of text.
   *
   * @param data the chunk as it came
   * @param chunk the same, parsed
   */
  static of(data: string, chunk: WireChunk): ChunkTemplate | undefined {
    const text = plainText(chunk)
    if (text === undefined) return undefined
    const key = data.indexOf('"content":')
    const quote = data.indexOf('"', key + '"content":'.length)
    const literal = JSON.stringify(text)
    if (key === -1 || !data.startsWith(literal, quote)) return undefined
    const head = data.slice(0, quote + 1)
    const tail = data.slice(quote + literal.length - 1)
    // The proof: with another text in its place, the chunk says that text and nothing else is different.
    const other = JSON.parse(`${head}${literal.slice(1, -1)}.${tail}`) as WireChunk
    return plainText(other) === `${text}.` ? new ChunkTemplate(head, tail) : undefined
  }

  /**
   * Whether a chunk differs from the one that was learned from in its text at most. Slices are compared in half the time
   * of `startsWith`, which looks at one character after the other.
   */
  fits(data: string): boolean {
    const { length } = this.#head
    const end = data.length - this.#tail.length
    return end >= length && data.slice(0, length) === this.#head && data.slice(end) === this.#tail
  }

  /** The text of a chunk; `undefined` when the parser has to look at it. */
  textOf(data: string): string | undefined {
    if (!this.fits(data)) return undefined
    const text = data.slice(this.#head.length, data.length - this.#tail.length)
    return text === '' || NEEDS_PARSER.test(text) ? undefined : text
  }
}

/** The text of a chunk that says nothing else. */
function plainText(chunk: WireChunk): string | undefined {
  const choice = chunk.choices?.[0]
  const delta = choice?.delta
  if (!choice || !delta || typeof delta.content !== 'string' || delta.content === '') return undefined
  const more =
    (chunk.choices?.length ?? 0) > 1 ||
    (choice.index ?? 0) !== 0 ||
    chunk.object === 'error' ||
    [chunk.error, chunk.usage, choice.usage, choice.logprobs, choice.finish_reason].some(isThere) ||
    [delta.reasoning, delta.reasoning_content, delta.refusal, delta.tool_calls].some(isThere)
  return more ? undefined : delta.content
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null
