import Anthropic from '@anthropic-ai/sdk'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { constructLlmApi } from '@continuedev/openai-adapters'
import { tool as langchainTool } from '@langchain/core/tools'
import { ChatOpenAI } from '@langchain/openai'
import {
  Agent,
  run,
  setDefaultOpenAIClient,
  setOpenAIAPI,
  setTracingDisabled,
  tool as agentTool,
} from '@openai/agents'
import { generateText, jsonSchema, stepCountIs, streamText, tool, type LanguageModel } from 'ai'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createKey, memoryKeyStore } from '../../src/gateway/index.js'
import { Lab } from './harness.js'

let lab: Lab
let apiKey: string
let baseURL: string
beforeAll(async () => {
  const keys = memoryKeyStore()
  apiKey = (await createKey(keys, { name: 'clients', now: Date.now() })).key
  lab = await Lab.open({ gateway: { keys } })
  baseURL = `${lab.url}/v1`
})
afterAll(() => lab.close())

const QUESTION = 'What are some fun things to do in SF?'
const ASKS_TOOL = 'Use get_weather to tell me about the weather in Paris.'
const parameters = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const } },
  required: ['city'],
  additionalProperties: false as const,
}
const isAnswer = (text: unknown): void => expect(text).toContain('Merged from 2 proposals')
const showsProgress = (text: unknown): void => expect(text).toMatch(/Layer 1 of 2/)

describe('openai', () => {
  const messages = [{ role: 'user' as const, content: QUESTION }]
  const client = (): OpenAI => new OpenAI({ baseURL, apiKey, maxRetries: 0 })

  it('lists models', async () => {
    const ids: string[] = []
    for await (const { id } of client().models.list()) ids.push(id)
    expect(ids).toContain('pair')
    expect((await client().models.retrieve('lab/ada')).id).toBe('lab/ada')
  })

  it('asks, streaming and not, with usage and progress', async () => {
    const whole = await client().chat.completions.create({ model: 'pair', messages })
    isAnswer(whole.choices[0]?.message.content)
    const stream = await client().chat.completions.create({
      model: 'pair',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    let progress = ''
    let tokens = 0
    for await (const { choices, usage } of stream) {
      text += choices[0]?.delta.content ?? ''
      progress += (choices[0]?.delta as { reasoning_content?: string } | undefined)?.reasoning_content ?? ''
      tokens = usage?.total_tokens ?? tokens
    }
    isAnswer(text)
    showsProgress(progress)
    expect(tokens).toBe(whole.usage?.total_tokens)
  })

  it('collects a stream with its helper, tool calls and parsed JSON included', async () => {
    const tools = [{ type: 'function' as const, function: { name: 'get_weather', parameters } }]
    const final = await client()
      .chat.completions.stream({
        model: 'pair',
        messages: [{ role: 'user', content: ASKS_TOOL }],
        tools,
        tool_choice: 'required',
      })
      .finalChatCompletion()
    const [call] = final.choices[0]?.message.tool_calls ?? []
    expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather' } })
    const parsed = await client().chat.completions.parse({
      model: 'pair',
      messages,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'city', strict: true, schema: parameters },
      },
    })
    expect(parsed.choices[0]?.message.parsed).toHaveProperty('city')
  })

  it('gets typed errors, early and late', async () => {
    await expect(client().chat.completions.create({ model: 'nobody', messages })).rejects.toBeInstanceOf(
      OpenAI.NotFoundError,
    )
    const wrong = new OpenAI({ baseURL, apiKey: 'moa_wrong', maxRetries: 0 })
    await expect(wrong.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
    const late = await client().chat.completions.create({
      model: 'lab/ada+error-mid=3',
      messages,
      stream: true,
    })
    await expect(
      (async () => {
        for await (const _ of late);
      })(),
    ).rejects.toBeInstanceOf(OpenAI.APIError)
  })

  it('repeats no run by itself: one request for a failure that repeating can’t help', async () => {
    lab.sim.clearLog()
    const client = new OpenAI({ baseURL, apiKey })
    await expect(client.chat.completions.create({ model: 'lab/ada+quota', messages })).rejects.toMatchObject({
      status: 402,
    })
    expect(lab.sim.log).toHaveLength(1)
  })

  it('uses responses, streaming and not, with tools and their results', async () => {
    const whole = await client().responses.create({ model: 'pair', input: QUESTION })
    isAnswer(whole.output_text)
    const stream = client().responses.stream({ model: 'pair', input: QUESTION })
    const seen = new Set<string>()
    stream.on('event', ({ type }) => seen.add(type))
    isAnswer((await stream.finalResponse()).output_text)
    expect([...seen].some((type) => type.startsWith('response.reasoning'))).toBe(true)
    const tools = [{ type: 'function' as const, name: 'get_weather', parameters, strict: true }]
    const called = await client().responses.create({
      model: 'pair',
      input: ASKS_TOOL,
      tools,
      tool_choice: 'required',
    })
    const call = called.output.find((item) => item.type === 'function_call')
    expect(call?.name).toBe('get_weather')
    const after = await client().responses.create({
      model: 'lab/ada',
      input: [
        { role: 'user', content: ASKS_TOOL },
        ...(called.output as OpenAI.Responses.ResponseInputItem[]),
        { type: 'function_call_output', call_id: call?.call_id ?? '', output: 'sunny, 21 degrees' },
      ],
      tools,
    })
    expect(after.status).toBe('completed')
    expect(after.output_text).not.toBe('')
  })
})

describe.each([
  [
    '@ai-sdk/openai-compatible',
    (model: string): LanguageModel =>
      createOpenAICompatible({ name: 'moa', baseURL, apiKey, includeUsage: true }).chatModel(model),
  ],
  ['@ai-sdk/openai', (model: string): LanguageModel => createOpenAI({ baseURL, apiKey })(model)],
  ['@ai-sdk/openai chat', (model: string): LanguageModel => createOpenAI({ baseURL, apiKey }).chat(model)],
] as const)('%s', (name, model) => {
  const weather = tool({
    description: 'Tells the weather.',
    inputSchema: jsonSchema<{ city: string }>(parameters),
    execute: ({ city }) => `sunny in ${city}`,
  })

  it('generates text', async () => {
    const { text, usage } = await generateText({ model: model('pair'), prompt: QUESTION, maxRetries: 0 })
    isAnswer(text)
    expect(usage.totalTokens).toBeGreaterThan(0)
  })

  it('streams text, and progress as reasoning where it reads that', async () => {
    const { fullStream } = streamText({ model: model('pair'), prompt: QUESTION, maxRetries: 0 })
    let text = ''
    let reasoning = ''
    for await (const part of fullStream) {
      if (part.type === 'text-delta') text += part.text
      if (part.type === 'reasoning-delta') reasoning += part.text
      if (part.type === 'error') throw part.error
    }
    isAnswer(text)
    if (name !== '@ai-sdk/openai chat') showsProgress(reasoning)
  })

  it('calls tools and goes on with their results', async () => {
    const { steps } = await generateText({
      model: model('pair'),
      prompt: ASKS_TOOL,
      tools: { get_weather: weather },
      stopWhen: stepCountIs(2),
      prepareStep: ({ stepNumber }) =>
        stepNumber === 0 ? { toolChoice: 'required' } : { toolChoice: 'none' },
      maxRetries: 0,
    })
    expect(steps[0]?.toolResults[0]).toMatchObject({ toolName: 'get_weather' })
    expect(steps[1]?.finishReason).toBe('stop')
  })

  it('streams a conversation of several turns, tools and progress included', async () => {
    const asked = { model: model('pair'), maxRetries: 0 }
    const withTools = { ...asked, tools: { get_weather: weather } }
    const first = streamText({ ...withTools, prompt: ASKS_TOOL, stopWhen: stepCountIs(2) })
    await first.consumeStream()
    expect((await first.steps).map(({ finishReason }) => finishReason)).toEqual(['tool-calls', 'stop'])
    const before = [{ role: 'user' as const, content: ASKS_TOOL }, ...(await first.response).messages]
    const second = streamText({ ...asked, messages: [...before, { role: 'user', content: QUESTION }] })
    await second.consumeStream()
    isAnswer(await second.text)
  })

  it('goes on with what tools say while a stream shows its progress', async () => {
    const stream = streamText({
      model: model('pair'),
      prompt: ASKS_TOOL,
      tools: { get_weather: weather },
      stopWhen: stepCountIs(2),
      maxRetries: 0,
    })
    await stream.consumeStream()
    expect((await stream.steps).at(-1)?.finishReason).toBe('stop')
  })

  it('sees a late failure as an error part', async () => {
    const errors: unknown[] = []
    const { fullStream } = streamText({
      model: model('lab/ada+error-mid=3'),
      prompt: QUESTION,
      maxRetries: 0,
      onError: ({ error }) => void errors.push(error),
    })
    for await (const _ of fullStream);
    expect(errors).toHaveLength(1)
  })
})

describe('@langchain/openai', () => {
  const model = (name = 'pair'): ChatOpenAI =>
    new ChatOpenAI({ model: name, apiKey, configuration: { baseURL }, maxRetries: 0 })

  it('invokes and streams, with progress in additional_kwargs', async () => {
    isAnswer((await model().invoke(QUESTION)).content)
    let text = ''
    let progress = ''
    for await (const chunk of await model().stream(QUESTION)) {
      text += chunk.text
      progress += (chunk.additional_kwargs['reasoning_content'] as string | undefined) ?? ''
    }
    isAnswer(text)
    showsProgress(progress)
  })

  it('binds tools', async () => {
    const weather = langchainTool(({ city }: { city: string }) => `sunny in ${city}`, {
      name: 'get_weather',
      description: 'Tells the weather.',
      schema: z.object({ city: z.string() }),
    })
    const bound = model().bindTools([weather], { tool_choice: 'required' })
    expect((await bound.invoke(ASKS_TOOL)).tool_calls?.[0]?.name).toBe('get_weather')
    const names: string[] = []
    for await (const { tool_call_chunks = [] } of await bound.stream(ASKS_TOOL))
      names.push(...tool_call_chunks.flatMap(({ name }) => name ?? []))
    expect(names).toEqual(['get_weather'])
  })
})

describe('@continuedev/openai-adapters', () => {
  it('completes and streams, tools included', async () => {
    const api = constructLlmApi({ provider: 'openai', apiKey, apiBase: `${baseURL}/` })
    if (api === undefined) throw new Error('Continue knows no adapter for openai')
    const messages = [{ role: 'user' as const, content: QUESTION }]
    const { signal } = new AbortController()
    const whole = await api.chatCompletionNonStream({ model: 'pair', messages, stream: false }, signal)
    isAnswer(whole.choices[0]?.message.content)
    let text = ''
    let progress = ''
    for await (const { choices } of api.chatCompletionStream(
      { model: 'pair', messages, stream: true },
      signal,
    )) {
      text += choices[0]?.delta.content ?? ''
      progress += (choices[0]?.delta as { reasoning_content?: string } | undefined)?.reasoning_content ?? ''
    }
    isAnswer(text)
    showsProgress(progress)
    const tools = [{ type: 'function' as const, function: { name: 'get_weather', parameters } }]
    let name = ''
    for await (const { choices } of api.chatCompletionStream(
      { model: 'pair', messages, stream: true, tools, tool_choice: 'required' },
      signal,
    ))
      name += choices[0]?.delta.tool_calls?.[0]?.function?.name ?? ''
    expect(name).toBe('get_weather')
  })
})

describe.each(['chat_completions', 'responses'] as const)('@openai/agents over %s', (api) => {
  beforeAll(() => {
    setDefaultOpenAIClient(new OpenAI({ baseURL, apiKey, maxRetries: 0 }))
    setTracingDisabled(true)
    setOpenAIAPI(api)
  })

  it('runs an agent, streaming and not', async () => {
    const agent = new Agent({ name: 'guide', model: 'pair', instructions: 'Be helpful.' })
    isAnswer((await run(agent, QUESTION)).finalOutput)
    const streamed = await run(agent, QUESTION, { stream: true })
    for await (const _ of streamed);
    await streamed.completed
    isAnswer(streamed.finalOutput)
  })

  it('runs an agent’s tools', async () => {
    const cities: string[] = []
    const weather = agentTool({
      name: 'get_weather',
      description: 'Tells the weather.',
      parameters: z.object({ city: z.string() }),
      execute: ({ city }) => {
        cities.push(city)
        return `sunny in ${city}`
      },
    })
    const agent = new Agent({
      name: 'guide',
      model: 'pair',
      tools: [weather],
      modelSettings: { toolChoice: 'required' },
    })
    const { finalOutput } = await run(agent, ASKS_TOOL, { maxTurns: 3 })
    expect(cities).toHaveLength(1)
    expect(typeof finalOutput).toBe('string')
  })
})

describe('@anthropic-ai/sdk', () => {
  const client = (): Anthropic => new Anthropic({ baseURL: lab.url, apiKey, maxRetries: 0 })
  const messages = [{ role: 'user' as const, content: QUESTION }]

  it('asks, streaming and not, with progress as thinking', async () => {
    const whole = await client().messages.create({ model: 'pair', max_tokens: 1000, messages })
    isAnswer(whole.content.flatMap((block) => (block.type === 'text' ? block.text : [])).join(''))
    const final = await client().messages.stream({ model: 'pair', max_tokens: 1000, messages }).finalMessage()
    isAnswer(final.content.flatMap((block) => (block.type === 'text' ? block.text : [])).join(''))
    showsProgress(
      final.content.flatMap((block) => (block.type === 'thinking' ? block.thinking : [])).join(''),
    )
    expect(final.usage.output_tokens).toBeGreaterThan(0)
    expect(whole._request_id).toMatch(/^req_/)
  })

  it('calls tools and goes on with their results, and counts tokens', async () => {
    const tools = [{ name: 'get_weather', description: 'Tells the weather.', input_schema: parameters }]
    const ask = { model: 'pair', max_tokens: 1000, tools }
    const first = await client()
      .messages.stream({
        ...ask,
        messages: [{ role: 'user', content: ASKS_TOOL }],
        tool_choice: { type: 'any' },
      })
      .finalMessage()
    const use = first.content.find((block) => block.type === 'tool_use')
    expect([first.stop_reason, use?.name]).toEqual(['tool_use', 'get_weather'])
    const second = await client().messages.create({
      ...ask,
      messages: [
        { role: 'user', content: ASKS_TOOL },
        { role: 'assistant', content: first.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: use?.id ?? '', content: 'sunny' }] },
      ],
    })
    expect(second.stop_reason).toBe('end_turn')
    const { input_tokens } = await client().messages.countTokens({ model: 'pair', messages })
    expect(input_tokens).toBeGreaterThan(5)
  })

  it('gets typed errors', async () => {
    await expect(
      client().messages.create({ model: 'nobody', max_tokens: 5, messages }),
    ).rejects.toBeInstanceOf(Anthropic.NotFoundError)
    await expect(
      client().messages.create({ model: 'nobody', max_tokens: 5, messages }),
    ).rejects.toMatchObject({ requestID: expect.stringMatching(/^req_/) as string })
    await expect(
      client().messages.stream({ model: 'lab/ada+error-mid=3', max_tokens: 900, messages }).finalMessage(),
    ).rejects.toBeInstanceOf(Anthropic.APIError)
  })
})
