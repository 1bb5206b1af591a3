import type { LanguageModelV3StreamPart } from '@ai-sdk/provider'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import {
  generateObject,
  generateText,
  jsonSchema,
  stepCountIs,
  streamText,
  tool,
  type LanguageModel,
} from 'ai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fromLanguageModel, moa, toLanguageModel, type AnyLanguageModel } from '../src/ai-sdk.js'
import { collect, type CallRecord } from '../src/core/index.js'
import { simModel, startSimServer, type SimServer } from '../src/sim/index.js'

let sim: SimServer
beforeAll(async () => {
  sim = await startSimServer({ seed: 7 })
})
afterAll(() => sim.close())
beforeEach(() => sim.clearLog())

const PROMPT = 'What are some fun things to do in SF?'
/** A model of the AI SDK's own provider, over HTTP. */
const foreign = (name: string): AnyLanguageModel =>
  createOpenAICompatible({
    name: 'lab',
    baseURL: sim.url,
    includeUsage: true,
    supportsStructuredOutputs: true,
  }).chatModel(name)

const council = (): ReturnType<typeof moa> =>
  moa({
    proposers: [foreign('ada'), foreign('grace')],
    aggregator: { model: foreign('edsger'), temperature: 0 },
  })

describe('a recipe as a language model', () => {
  it('answers generateText, with usage of the whole run and what it came to', async () => {
    const { text, usage, providerMetadata } = await generateText({ model: council(), prompt: PROMPT })
    expect(text).toContain('Merged from 2 proposals')
    expect(sim.log).toHaveLength(3)
    expect(usage.outputTokens).toBe(sim.log.reduce((sum, call) => sum + call.completionTokensServed, 0))
    expect(providerMetadata?.['moa']).toMatchObject({
      degraded: [],
      proposals: [{ name: 'lab.chat/ada' }, { name: 'lab.chat/grace' }],
    })
  })

  it('streams, with its progress as reasoning', async () => {
    const { fullStream } = streamText({ model: council(), prompt: PROMPT })
    let text = ''
    let reasoning = ''
    for await (const part of fullStream) {
      if (part.type === 'text-delta') text += part.text
      if (part.type === 'reasoning-delta') reasoning += part.text
      if (part.type === 'error') throw part.error
    }
    expect(text).toContain('Merged from 2 proposals')
    expect(reasoning).toMatch(/Layer 1 of 2: asking lab.chat\/ada and lab.chat\/grace/)
    const quiet = moa({ proposers: [foreign('ada')], aggregator: foreign('edsger') }, { progress: false })
    expect(await streamText({ model: quiet, prompt: PROMPT }).reasoningText).toBeUndefined()
  })

  it('calls tools and goes on with their results', async () => {
    const schema = {
      type: 'object' as const,
      properties: { city: { type: 'string' as const } },
      required: ['city'],
    }
    const get_weather = tool({
      description: 'Tells the weather.',
      inputSchema: jsonSchema<{ city: string }>(schema),
      execute: ({ city }) => `sunny in ${city}`,
    })
    const ask = {
      model: council(),
      prompt: 'Use get_weather for Paris.',
      tools: { get_weather },
      stopWhen: stepCountIs(2),
      prepareStep: ({ stepNumber }: { stepNumber: number }) =>
        stepNumber === 0 ? { toolChoice: 'required' as const } : { toolChoice: 'none' as const },
    }
    const { steps } = await generateText(ask)
    expect(steps[0]?.toolResults[0]).toMatchObject({ toolName: 'get_weather' })
    expect(steps[1]?.finishReason).toBe('stop')
    const streamed = await streamText(ask).steps
    expect(streamed[0]?.toolCalls[0]).toMatchObject({ toolName: 'get_weather' })
  })

  it('gives objects of a schema', async () => {
    const schema = jsonSchema<{ city: string }>({
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    })
    const { object } = await generateObject({ model: council(), schema, prompt: PROMPT })
    expect(typeof object.city).toBe('string')
  })

  it('closes every call when it is aborted', async () => {
    const model = moa({
      proposers: [foreign('ada+first=60000'), foreign('grace+first=60000')],
      aggregator: foreign('edsger'),
    })
    const controller = new AbortController()
    const asked = generateText({ model, prompt: PROMPT, abortSignal: controller.signal })
    while (sim.inFlight < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    controller.abort()
    await expect(asked).rejects.toThrow()
    await sim.idle()
    expect(sim.log.map(({ outcome }) => outcome)).toEqual(['client-left', 'client-left'])
  })

  it('goes on when a slot fails, and says so; tells when all do', async () => {
    const model = moa({ proposers: [foreign('ada'), foreign('grace+400')], aggregator: foreign('edsger') })
    const { providerMetadata } = await generateText({ model, prompt: PROMPT })
    expect(providerMetadata?.['moa']).toMatchObject({ degraded: [{ code: 'proposer-failed' }] })
    const hopeless = moa({ proposers: [foreign('ada+401')], aggregator: foreign('edsger+401') })
    await expect(generateText({ model: hopeless, prompt: PROMPT })).rejects.toMatchObject({
      code: 'all_failed',
    })
    const errors: unknown[] = []
    const { fullStream } = streamText({
      model: hopeless,
      prompt: PROMPT,
      onError: ({ error }) => void errors.push(error),
    })
    for await (const _ of fullStream);
    expect(errors).toHaveLength(1)
  })

  it('keeps apart two models of one name with other settings', async () => {
    const model = moa({ proposers: [foreign('ada'), foreign('ada')], aggregator: foreign('edsger') })
    await generateText({ model, prompt: PROMPT })
    expect(sim.log.map(({ model }) => model)).toEqual(['ada', 'ada', 'edsger'])
  })

  it('is a model of the SDK itself, so it can be a slot of another', async () => {
    const model = moa({ proposers: [council(), foreign('grace')], aggregator: foreign('edsger') })
    await generateText({ model, prompt: PROMPT })
    expect(sim.log).toHaveLength(5)
  })
})

/** Models as versions 2 and 4 of the specification have them. */
function handMade(version: 'v2' | 'v4'): { model: AnyLanguageModel; prompts: unknown[] } {
  const prompts: unknown[] = []
  const usage =
    version === 'v2'
      ? { inputTokens: 11, outputTokens: 7, totalTokens: 18, reasoningTokens: 2, cachedInputTokens: 3 }
      : { inputTokens: { total: 11, cacheRead: 3 }, outputTokens: { total: 7, reasoning: 2 } }
  const finishReason = version === 'v2' ? 'stop' : { unified: 'stop', raw: 'end' }
  const note = ({ prompt }: { prompt: unknown }): void => void prompts.push(prompt)
  const model: AnyLanguageModel = {
    specificationVersion: version,
    provider: 'hand',
    modelId: 'made',
    doGenerate: (options: never) => {
      note(options)
      return Promise.resolve({
        content: [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: 'Hello there.' },
        ],
        finishReason,
        usage,
      })
    },
    doStream: (options: never) => {
      note(options)
      const parts = [
        { type: 'stream-start', warnings: [] },
        { type: 'response-metadata', id: 'r1', modelId: 'made-2' },
        { type: 'text-start', id: '0' },
        { type: 'text-delta', id: '0', delta: 'Hello ' },
        { type: 'text-delta', id: '0', delta: 'there.' },
        { type: 'text-end', id: '0' },
        { type: 'finish', usage, finishReason },
      ]
      return Promise.resolve({ stream: new ReadableStream({ start: (sink) => (parts.forEach((part) => sink.enqueue(part)), sink.close()) }) }) // prettier-ignore
    },
  }
  return { model, prompts }
}

describe.each(['v2', 'v4'] as const)('a model of specification %s as a slot', (version) => {
  it.each(['stream', 'whole'] as const)(
    'gives its text, usage and one line of the ledger (%s)',
    async (delivery) => {
      const { model } = handMade(version)
      const calls: CallRecord[] = []
      const { signal } = new AbortController()
      const result = await collect(
        fromLanguageModel(model).stream(
          { messages: [{ role: 'user', content: 'Hi' }] },
          { signal, delivery, onCall: (call) => calls.push(call) },
        ),
      )
      const usage = { inputTokens: 11, outputTokens: 7, cachedInputTokens: 3, reasoningTokens: 2 }
      expect(result).toMatchObject({ text: 'Hello there.', finishReason: 'stop', usage })
      expect(calls).toMatchObject([{ provider: 'hand', model: 'made', outcome: 'completed', usage }])
    },
  )

  it('gets images and tool results in its own form', async () => {
    const { model, prompts } = handMade(version)
    const { signal } = new AbortController()
    const image = 'data:image/png;base64,aGVsbG8='
    await collect(
      fromLanguageModel(model).stream(
        {
          messages: [
            {
              role: 'user',
              content: [
                { type: 'text', text: 'See' },
                { type: 'image', url: image },
              ],
            },
            {
              role: 'assistant',
              content: null,
              toolCalls: [{ id: 'c1', name: 'look', arguments: '{"at":1}' }],
            },
            { role: 'tool', toolCallId: 'c1', content: 'a cat' },
          ],
        },
        { signal },
      ),
    )
    const data = version === 'v2' ? 'aGVsbG8=' : { type: 'data', data: 'aGVsbG8=' }
    expect(prompts).toEqual([
      [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'file', mediaType: 'image/png', data },
          ],
        },
        {
          role: 'assistant',
          content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: { at: 1 } }],
        },
        {
          role: 'tool',
          content: [
            {
              type: 'tool-result',
              toolCallId: 'c1',
              toolName: 'look',
              output: { type: 'text', value: 'a cat' },
            },
          ],
        },
      ],
    ])
  })
})

describe('parts of a stream', () => {
  it('open and close in order, whatever the model sends', async () => {
    const model: LanguageModel = toLanguageModel(simModel('kurt', { seed: 1 }))
    const { stream } = await model.doStream({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'Why is the sky blue?' }] }],
    })
    const parts: LanguageModelV3StreamPart[] = []
    for await (const part of stream) parts.push(part)
    const open: string[] = []
    for (const part of parts) {
      if (part.type.endsWith('-start') && 'id' in part) open.push(part.id)
      if (part.type.endsWith('-end') && 'id' in part) expect(open.pop()).toBe(part.id)
      if (part.type.endsWith('-delta') && 'id' in part) expect(open).toEqual([part.id])
    }
    expect(open).toEqual([])
    expect(parts[0]?.type).toBe('stream-start')
    expect(parts.map(({ type }) => type)).toEqual(expect.arrayContaining(['reasoning-delta', 'text-delta']))
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified: 'stop' } })
  })
})
