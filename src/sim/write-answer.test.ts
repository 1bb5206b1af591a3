import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collect, type ChatRequest, type Message, type Tool } from '../core/index.js'
import { estimateTokens } from '../util/index.js'
import { simModel } from './model.js'
import { PERSONALITIES } from './personalities/index.js'
import { proposalFingerprint } from './prompt/proposals.js'

const signal = new AbortController().signal
const run = (name: string, request: ChatRequest) => collect(simModel(name).stream(request, { signal }))
const ask = (content: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: 'user', content }],
  ...more,
})

describe('answers', () => {
  it('are about the question', async () => {
    for (const name of PERSONALITIES.keys()) {
      const { text } = await run(name, ask('How do I prune an apple tree in winter?'))
      expect(text.toLowerCase()).toMatch(/apple|tree|prune|winter/)
    }
  })

  it('come soon and stay short when a prompt is one enormous word', async () => {
    const from = performance.now()
    for (const name of PERSONALITIES.keys())
      expect((await run(`${name}+pace=0`, ask('x'.repeat(100_000)))).text.length).toBeLessThan(20_000)
    expect(performance.now() - from).toBeLessThan(10_000)
  })

  it('work sums out', async () => {
    for (const name of PERSONALITIES.keys())
      expect((await run(name, ask('What is 17 * 23?'))).text).toContain('391')
  })

  it('list as many things as were asked for', async () => {
    for (const name of ['ada', 'alan', 'linus']) {
      const { text } = await run(name, ask('List 7 ideas for a garden.'))
      expect(text.match(/^(\d+\)|[*+-]) /gm)).toHaveLength(7)
    }
  })

  it('compare what was named in a table', async () => {
    const { text } = await run('linus', ask('Compare Rust and Go for servers.'))
    expect(text).toContain('| | Rust | Go |')
  })

  it('hold code where code was asked for', async () => {
    expect((await run('ada', ask('Write a function in TypeScript that filters names.'))).text).toContain(
      '```typescript',
    )
  })

  it('speak Chinese to a Chinese question', async () => {
    const questions = [
      '如何学习编程\uff1f',
      '比较苹果和橙子\uff0c哪个好\uff1f',
      '你好\uff01',
      '列出3个城市',
      '今天天气好吗\uff1f',
    ]
    for (const question of questions)
      expect((await run('ada', ask(question))).text).toMatch(/\p{Script=Han}/u)
    const { text } = await run('donald', ask('如何学习编程\uff1f'))
    expect(text.match(/\p{Script=Han}/gu)!.length).toBeGreaterThan(text.length / 2)
  })

  it('never start a line with a number and a dot, so that lists of proposals can be told apart', async () => {
    for (const name of PERSONALITIES.keys())
      for (const content of ['How do I wrap a present?', 'List 5 cats', 'Why?', 'Compare a and b'])
        expect((await run(name, ask(content))).text).not.toMatch(/^\d+\. /m)
  })

  it('say how many images and files they saw', async () => {
    const messages: Message[] = [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image', url: 'data:image/png;base64,AA==' },
          { type: 'image', url: 'https://example.com/b.png' },
          { type: 'file', fileId: 'f1' },
        ],
      },
    ]
    expect((await run('ada', { messages })).text).toContain('2 images and 1 file')
  })

  it('stay within the token limit and say so', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom('ada', 'kurt'),
        async (maxTokens, name) => {
          const result = await run(name, ask('Why is the sky blue?', { maxTokens }))
          expect(result.usage.outputTokens).toBeLessThanOrEqual(maxTokens)
          expect(result.usage.outputTokens).toBeGreaterThanOrEqual(maxTokens - 1)
          expect(result.finishReason).toBe('length')
        },
      ),
      { numRuns: 40 },
    )
  })

  it('end before the first stop sequence', async () => {
    const whole = (await run('ada', ask('Why is the sky blue?'))).text
    const word = whole.split(' ')[6]!
    const { text, finishReason } = await run('ada', ask('Why is the sky blue?', { stop: ['\u0000', word] }))
    expect(text).toBe(whole.slice(0, whole.indexOf(word)))
    expect(finishReason).toBe('stop')
  })

  it.each([1, 7, 100, 1500])('are %d tokens long when asked to be', async (tokens) => {
    const result = await run(`grace+tokens=${tokens}`, ask('Why is the sky blue?'))
    expect(result.usage.outputTokens).toBe(tokens)
    expect(result.finishReason).toBe('stop')
  })

  it('carry a log-probability for every piece when asked', async () => {
    const result = await run('ada', ask('Why is the sky blue?', { topLogprobs: 3 }))
    expect(result.logprobs.map(({ token }) => token).join('')).toBe(result.text)
    for (const { logprob, token, topLogprobs } of result.logprobs) {
      expect(logprob).toBeLessThanOrEqual(0)
      expect(topLogprobs).toHaveLength(3)
      expect(topLogprobs.some((top) => top.token === token)).toBe(true)
      expect(topLogprobs.map((top) => top.logprob)).toEqual(
        topLogprobs.map((top) => top.logprob).sort((a, b) => b - a),
      )
      expect(topLogprobs.reduce((sum, top) => sum + Math.exp(top.logprob), 0)).toBeLessThanOrEqual(1.000001)
    }
    expect((await run('ada', ask('Why is the sky blue?'))).logprobs).toEqual([])
  })

  it('think longer with more effort', async () => {
    const low = await run('kurt', ask('Why?', { reasoningEffort: 'low' }))
    const high = await run('kurt', ask('Why?', { reasoningEffort: 'high' }))
    expect(high.usage.reasoningTokens).toBeGreaterThan(low.usage.reasoningTokens)
    expect(low.usage.reasoningTokens).toBeGreaterThan(0)
  })

  it('go on from a trailing assistant message', async () => {
    const user: Message = { role: 'user', content: 'Why is the sky blue?' }
    const whole = (await run('ada', { messages: [user], temperature: 0 })).text
    const begun = whole.slice(0, 40)
    const rest = await run('ada', { messages: [user, { role: 'assistant', content: begun }], temperature: 0 })
    expect(rest.text.length).toBeGreaterThan(0)
    expect(begun + rest.text).not.toContain(begun + begun)
  })
})

const weather: Tool = {
  name: 'get_weather',
  parameters: {
    type: 'object',
    properties: {
      city: { type: 'string' },
      unit: { enum: ['celsius', 'fahrenheit'] },
      days: { type: 'integer', minimum: 1, maximum: 5 },
    },
    required: ['city', 'unit'],
  },
}

describe('tools', () => {
  it.each([
    ['required', ask('Sunny?', { tools: [weather], toolChoice: 'required' })],
    ['named', ask('Sunny?', { tools: [weather], toolChoice: { name: 'get_weather' } })],
    ['mentioned', ask('Please get weather for Paris.', { tools: [weather] })],
  ])('are called when %s', async (_, request) => {
    const { toolCalls, finishReason, text, usage } = await run('ada', request)
    expect(finishReason).toBe('tool-calls')
    expect(text).toBe('')
    expect(toolCalls).toHaveLength(1)
    expect(toolCalls[0]).toMatchObject({ name: 'get_weather' })
    expect(toolCalls[0]!.id).toMatch(/^call_\w+$/)
    const parsed = JSON.parse(toolCalls[0]!.arguments) as Record<string, unknown>
    expect(parsed['city']).toBeTypeOf('string')
    expect(['celsius', 'fahrenheit']).toContain(parsed['unit'])
    expect(usage.outputTokens).toBe(estimateTokens(toolCalls[0]!.arguments))
    if (request.toolChoice === undefined) expect(parsed['city']).toBe('Paris')
  })

  it('are left alone otherwise', async () => {
    expect((await run('ada', ask('Hello', { tools: [weather] }))).toolCalls).toEqual([])
    expect(
      (await run('ada', ask('get_weather!', { tools: [weather], toolChoice: 'none' }))).toolCalls,
    ).toEqual([])
  })

  it('may be called together', async () => {
    const other: Tool = { name: 'get_time' }
    const request = ask('Use get_weather and get_time.', { tools: [weather, other] })
    expect((await run('ada', request)).toolCalls.map(({ name }) => name)).toEqual(['get_weather', 'get_time'])
    expect((await run('ada', { ...request, parallelToolCalls: false })).toolCalls).toHaveLength(1)
  })

  it('are answered: the result appears in the reply', async () => {
    const messages: Message[] = [
      { role: 'user', content: 'Use get_weather for Oslo.' },
      { role: 'assistant', content: null, toolCalls: [{ id: 'c', name: 'get_weather', arguments: '{}' }] },
      { role: 'tool', toolCallId: 'c', content: '{"sky":"clear"}' },
    ]
    const { text, toolCalls } = await run('ada', { messages, tools: [weather], toolChoice: 'required' })
    expect(toolCalls).toEqual([])
    expect(text).toContain('{"sky":"clear"}')
  })
})

describe('aggregators', () => {
  const proposals = [
    'First take. It is short.',
    'Second take & <b>bold</b> claim.',
    '# Third\n\n1. one\n2. two',
  ]

  it.each([
    [
      'a numbered list',
      [
        {
          role: 'system',
          content: `Weigh these.\n\nAnswers:${proposals.map((text, index) => `\n${index + 1}. ${text}`).join('')}`,
        },
        { role: 'user', content: 'Which?' },
      ],
    ],
    [
      'blocks',
      [
        {
          role: 'user',
          content: `Which?\n\nMaterial follows.\n\n${proposals.map((text, index) => `<proposal ${index} k>\n${text.replace(/</g, '&lt;')}\n</proposal ${index} k>`).join('\n\n')}\n\nNow write.`,
        },
      ],
    ],
  ] as [string, Message[]][])('name every proposal they were given in %s', async (_, messages) => {
    const { text } = await run('barbara', { messages })
    expect(text).toContain('Merged from 3 proposals')
    for (const proposal of proposals) expect(text).toContain(proposalFingerprint(proposal))
    expect(text).toContain('It is short.')
  })
})
