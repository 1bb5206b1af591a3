import { describe, expect, it } from 'vitest'
import { hasShared, readShared, readSharedJson } from '../../test/shared.js'
import { scriptedModel } from '../../test/scripted-model.js'
import { MoaError, collect, textOf } from '../core/index.js'
import type { ChatRequest, Message } from '../core/index.js'
import { createMixture } from './mixture.js'
import { compile } from './plan.js'
import { SHIPPED_RECIPES } from './shipped.js'

/** Calls of the reference scripts, recorded with a fake backend. */
interface Flow {
  readonly cases: readonly {
    readonly name: string
    readonly input: {
      model: string
      refs: string[]
      rounds: number
      choices?: number
      question: { turns: string[] }
    }
    readonly calls: readonly GoldenCall[]
  }[]
}
interface GoldenCall {
  readonly model: string
  readonly temperature: number
  readonly max_tokens: number
  readonly messages: readonly { role: string; content: string }[]
  readonly reply: string | null
}

const FLOW = 'benchmarks/mt_bench/goldens/moa_answer_flow.json'
const TEMPLATE = 'benchmarks/moa/synthesis-template.txt'
const available = hasShared(FLOW) && hasShared(TEMPLATE)

const wire = (messages: readonly Message[]): GoldenCall['messages'] =>
  messages.map(({ role, content }) => ({ role, content: textOf(content) }))

describe.skipIf(!available)('mode "together"', () => {
  const template = available ? readShared(TEMPLATE) : ''
  const cases = available
    ? readSharedJson<Flow>(FLOW).cases.filter(({ calls }) => calls.every(({ reply }) => reply !== undefined))
    : []

  it('has recorded flows to follow', () => {
    expect(cases.length).toBeGreaterThan(2)
  })

  it.each(cases.map((golden) => [golden.name, golden] as const))(
    'sends what the reference scripts send: %s',
    async (_, golden) => {
      const sent: Omit<GoldenCall, 'reply'>[] = []
      const left = [...golden.calls]
      const resolve = (name: string) =>
        scriptedModel(name, (request: ChatRequest) => {
          const messages = wire(request.messages)
          const index = left.findIndex(
            (call) => call.model === name && JSON.stringify(call.messages) === JSON.stringify(messages),
          )
          if (index === -1) throw new MoaError('internal', `not in the golden: ${JSON.stringify(messages)}`)
          const [call] = left.splice(index, 1)
          sent.push({
            model: name,
            messages,
            temperature: request.temperature ?? -1,
            max_tokens: request.maxTokens ?? -1,
          })
          const reply = call?.reply
          if (reply === null || reply === undefined)
            return { error: new MoaError('upstream_error', 'the backend gave None') }
          return reply
        })
      const { input } = golden
      const turns = Array.from({ length: input.choices ?? 1 }, () => input.question.turns).flat()
      let history: Message[] = []
      for (const [index, turn] of turns.entries()) {
        if (index % input.question.turns.length === 0) history = []
        history.push({ role: 'user', content: turn })
        const { temperature, max_tokens: maxTokens } = golden.calls[0] as GoldenCall
        const request: ChatRequest = { messages: [...history], temperature, maxTokens }
        const model =
          input.refs.length === 0
            ? resolve(input.model)
            : createMixture(
                compile(
                  {
                    mode: 'together',
                    template,
                    proposers: input.refs,
                    aggregator: input.model,
                    rounds: input.rounds,
                    inherit: ['temperature', 'maxTokens'],
                  },
                  'golden',
                ),
                { resolve },
              )
        const { text } = await collect(model.stream(request, { signal: new AbortController().signal }))
        history.push({ role: 'assistant', content: text.trim() })
      }
      expect(left).toEqual([])
      const key = (call: Omit<GoldenCall, 'reply'>): string =>
        JSON.stringify([call.model, call.messages, call.temperature, call.max_tokens])
      expect(sent.map(key).sort()).toEqual(golden.calls.map(key).sort())
    },
  )

  it('injects 0, 1 and 6 references as published: plain, with a system message, in a history', async () => {
    const references = ['one', 'two', 'three', 'four', 'five', 'six']
    const block = (count: number): string =>
      template +
      references
        .slice(0, count)
        .map((text, index) => `\n${index + 1}. ${text}`)
        .join('')
    const histories: Message[][] = [
      [{ role: 'user', content: 'q' }],
      [
        { role: 'system', content: 'S' },
        { role: 'user', content: 'q' },
      ],
      [
        { role: 'user', content: '1' },
        { role: 'assistant', content: '2' },
        { role: 'user', content: '3' },
        { role: 'assistant', content: '4' },
        { role: 'user', content: '5' },
      ],
    ]
    for (const messages of histories) {
      for (const count of [0, 1, 6]) {
        const proposers = references.map((_, index) => `t/p${index}`)
        const aggregator = scriptedModel('t/z', () => 'Z')
        const mixture = createMixture(
          compile({ mode: 'together', template, proposers, aggregator: 't/z' }, 'golden'),
          {
            resolve: (name) =>
              name === 't/z'
                ? aggregator
                : scriptedModel(name, () => {
                    const index = proposers.indexOf(name)
                    return index < count ? ` ${references[index]}\n` : { text: '' }
                  }),
          },
        )
        await collect(mixture.stream({ messages }, { signal: new AbortController().signal }))
        const seen = wire(aggregator.requests[0]?.messages ?? [])
        const plain = wire(messages)
        if (count === 0) expect(seen).toEqual(plain)
        else if (plain[0]?.role === 'system')
          expect(seen).toEqual([{ role: 'system', content: `S\n\n${block(count)}` }, ...plain.slice(1)])
        else expect(seen).toEqual([{ role: 'system', content: block(count) }, ...plain])
      }
    }
  })

  it('renumbers references after a failed proposer, so numbers carry no identity', async () => {
    const aggregator = scriptedModel('t/z', () => 'Z')
    const mixture = createMixture(
      compile({ mode: 'together', template, proposers: ['t/a', 't/b', 't/c'], aggregator: 't/z' }, 'golden'),
      {
        resolve: (name) =>
          name === 't/z'
            ? aggregator
            : scriptedModel(name, () =>
                name === 't/b' ? { error: new MoaError('timeout', 'late') } : `answer ${name}`,
              ),
      },
    )
    await collect(
      mixture.stream(
        { messages: [{ role: 'user', content: 'q' }] },
        { signal: new AbortController().signal },
      ),
    )
    expect(textOf(aggregator.requests[0]?.messages[0]?.content ?? '')).toBe(
      `${template}\n1. answer t/a\n2. answer t/c`,
    )
  })
})

describe('mode "together" without its template', () => {
  it('says what is missing and where to put it', () => {
    const plan = compile(SHIPPED_RECIPES['paper-moa'], 'paper-moa')
    expect(() => createMixture(plan, { resolve: (name) => scriptedModel(name, () => '') })).toThrow(
      /needs the reference template/,
    )
  })
})
