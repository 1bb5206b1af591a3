import fc from 'fast-check'
import type {
  AnswerEvent,
  ChatRequest,
  ContentPart,
  Message,
  ResponseFormat,
  TextPart,
  TokenLogprob,
  ToolCall,
  ToolChoice,
  Usage,
} from '../src/core/index.js'

/** Text with quotes, line ends, surrogate pairs and everything else that upsets encoders. */
export const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('"', '\\', '\r\n', '\u2028', 'data: [DONE]\n\n', '🦜', '\u0000', 'é'),
)
const filled = text.filter((value) => value !== '')
const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_-]{0,11}$/)

/** An object whose keys are there or not, never `undefined`. */
function partial<T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> {
  return fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>
}

const textPart: fc.Arbitrary<TextPart> = fc.record({ type: fc.constant('text'), text })
const contentPart: fc.Arbitrary<ContentPart> = fc.oneof(
  textPart,
  fc.record(
    {
      type: fc.constant('image' as const),
      url: fc.constantFrom('https://example.org/a.png', 'data:image/png;base64,AAAA'),
      detail: fc.constantFrom('auto' as const, 'low' as const, 'high' as const),
    },
    { requiredKeys: ['type', 'url'] },
  ),
  fc.record(
    { type: fc.constant('file' as const), data: filled, filename: name },
    { requiredKeys: ['type', 'data'] },
  ),
  fc.record({ type: fc.constant('file' as const), fileId: filled }),
  fc.record({ type: fc.constant('audio' as const), data: text, format: fc.constantFrom('wav', 'mp3') }),
)
const textContent = fc.oneof(text, fc.array(textPart, { minLength: 1, maxLength: 3 }))
export const toolCall: fc.Arbitrary<ToolCall> = fc.record({ id: name, name, arguments: text })

export const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record(
    { role: fc.constantFrom('system' as const, 'developer' as const), content: textContent, name },
    { requiredKeys: ['role', 'content'] },
  ),
  fc.record(
    {
      role: fc.constant('user' as const),
      content: fc.oneof(text, fc.array(contentPart, { minLength: 1, maxLength: 4 })),
      name,
    },
    { requiredKeys: ['role', 'content'] },
  ),
  fc.record(
    {
      role: fc.constant('assistant' as const),
      content: textContent,
      name,
      refusal: text,
      toolCalls: fc.array(toolCall, { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ['role', 'content'] },
  ),
  fc.record({
    role: fc.constant('assistant' as const),
    content: fc.constant(null),
    toolCalls: fc.array(toolCall, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ role: fc.constant('tool' as const), toolCallId: name, content: text }),
)

/** What JSON keeps as it is; -0 is not. */
const json = fc
  .dictionary(name, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
  .map((value) => JSON.parse(JSON.stringify(value)) as typeof value)
const toolChoice: fc.Arbitrary<ToolChoice> = fc.oneof(
  fc.constantFrom('auto' as const, 'none' as const, 'required' as const),
  fc.record({ name }),
)
const responseFormat: fc.Arbitrary<ResponseFormat> = fc.oneof(
  fc.record({ type: fc.constantFrom('text' as const, 'json' as const) }),
  fc.record(
    {
      type: fc.constant('json-schema' as const),
      name,
      schema: json,
      description: text,
      strict: fc.boolean(),
    },
    { requiredKeys: ['type', 'name', 'schema'] },
  ),
)

const inRange = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ min, max, noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value))

/** Requests as far as the wire format can carry them: no metadata, no reasoning, no extra fields. */
export const chatRequest: fc.Arbitrary<ChatRequest> = fc
  .tuple(
    fc.array(message, { minLength: 1, maxLength: 5 }),
    partial<ChatRequest>({
      temperature: inRange(0, 2),
      topP: inRange(0, 1),
      frequencyPenalty: inRange(-2, 2),
      presencePenalty: inRange(-2, 2),
      stop: fc.array(text, { maxLength: 4 }),
      seed: fc.maxSafeInteger(),
      maxTokens: fc.integer({ min: 1, max: 1 << 20 }),
      reasoningEffort: fc.constantFrom('low', 'high'),
      topLogprobs: fc.integer({ min: 0, max: 20 }),
      parallelToolCalls: fc.boolean(),
      toolChoice,
      responseFormat,
      tools: fc.array(
        fc.record(
          { name, description: text, parameters: json, strict: fc.boolean() },
          { requiredKeys: ['name'] },
        ),
        { minLength: 1, maxLength: 3 },
      ),
    } as unknown as { [K in keyof ChatRequest]: fc.Arbitrary<ChatRequest[K]> }),
  )
  .map(([messages, rest]) => ({ messages, ...rest }))

const count = fc.nat({ max: 100_000 })
export const usage: fc.Arbitrary<Usage> = fc
  .tuple(count, count, count, count)
  .map(([inputTokens, outputTokens, cachedInputTokens, reasoningTokens]) => ({
    inputTokens,
    outputTokens,
    cachedInputTokens,
    reasoningTokens,
  }))

const token = fc.record({
  token: text,
  logprob: fc.integer({ min: -5000, max: 0 }).map((value) => value / 100 || 0),
  bytes: fc.oneof(fc.constant(null), fc.array(fc.nat({ max: 255 }), { maxLength: 3 })),
})
const logprobs: fc.Arbitrary<TokenLogprob[]> = fc.array(
  fc
    .tuple(token, fc.array(token, { maxLength: 2 }))
    .map(([chosen, topLogprobs]) => ({ ...chosen, topLogprobs })),
  { minLength: 1, maxLength: 2 },
)

/** Tool calls as a server streams them: each cut into fragments, the fragments of different calls in turn. */
const toolFragments: fc.Arbitrary<AnswerEvent[]> = fc
  .array(fc.tuple(name, fc.array(text, { minLength: 1, maxLength: 3 })), { maxLength: 3 })
  .map((calls) => {
    const events: AnswerEvent[] = []
    for (let round = 0; round < 3; round += 1) {
      for (const [index, [fn, pieces]] of calls.entries()) {
        const piece = pieces[round]
        if (piece === undefined) continue
        events.push({
          type: 'tool-call-delta',
          index,
          ...(round === 0 && { id: `call-${index}`, name: fn }),
          arguments: piece,
        })
      }
    }
    return events
  })

/** The events between `answer-start` and `finish`. */
export const answerDeltas: fc.Arbitrary<AnswerEvent[]> = fc
  .tuple(
    fc.array(
      fc.oneof(
        fc.record({ type: fc.constant('answer-delta' as const), text: filled }),
        fc.record({ type: fc.constant('answer-delta' as const), text, logprobs }),
        fc.record({ type: fc.constant('reasoning-delta' as const), text: filled }),
        fc.record({ type: fc.constant('refusal-delta' as const), text: filled }),
      ),
      { maxLength: 8 },
    ),
    toolFragments,
  )
  .map(([deltas, tools]) => [...deltas, ...tools])
