import { describe, expect, it } from 'vitest'
import type { ChatRequest } from '../../core/index.js'
import { collect } from '../../core/index.js'
import { simModel } from '../model.js'
import { shownAnswers } from './answers.js'

const signal = new AbortController().signal
const short = 'No.'
const long = `## Answer\n\n${'- **A point** that is made with care and at some length.\n'.repeat(12)}`

async function ask(content: string, more: Partial<ChatRequest> = {}) {
  return collect(simModel('grace').stream({ messages: [{ role: 'user', content }], ...more }, { signal }))
}

const assistants = (a: string, b: string): string =>
  `[The Start of Assistant A's Answer]\n${a}\n[The End of Assistant A's Answer]\n\n[The Start of Assistant B's Answer]\n${b}\n[The End of Assistant B's Answer]`
const identified = (a: string, b: string): string =>
  `{\n {\n  "model": "m",\n  "output": """${a}"""\n },\n {\n  "model": "M",\n  "output": """${b}"""\n }\n}`

describe('a simulated judge', () => {
  it('prefers the longer, more structured answer: [[A]] or [[B]]', async () => {
    const prompt = (a: string, b: string) =>
      `Say "[[A]]" if A is better, "[[B]]" if B is, "[[C]]" for a tie.\n\n${assistants(a, b)}`
    expect((await ask(prompt(long, short))).text).toMatch(/\[\[A\]\]$/)
    expect((await ask(prompt(short, long))).text).toMatch(/\[\[B\]\]$/)
  })

  it('gives one of five labels', async () => {
    const prompt = (a: string, b: string) =>
      `Choose: [[A>>B]] [[A>B]] [[A=B]] [[B>A]] [[B>>A]]\n${assistants(a, b)}`
    expect((await ask(prompt(long, short))).text).toMatch(/\[\[A>>B\]\]$/)
    expect((await ask(prompt(short, long))).text).toMatch(/\[\[B>>A\]\]$/)
  })

  it('rates a single answer on the scale it was given', async () => {
    const prompt = (answer: string) =>
      `Rate it on a scale of 1 to 10 as "[[rating]]".\n[The Start of Assistant's Answer]\n${answer}\n[The End of Assistant's Answer]`
    const rating = async (answer: string) =>
      Number(/Rating: \[\[(\d+)\]\]$/.exec((await ask(prompt(answer))).text)?.[1])
    expect(await rating(long)).toBeGreaterThan(await rating(short))
    expect(await rating(long)).toBeLessThanOrEqual(10)
  })

  it('prefers with one token, and gives the probability of both', async () => {
    const prompt = `${identified(short, long)}\nYour output only contains one of these identifiers and nothing else: m or M.`
    const { text, logprobs, usage } = await ask(prompt, { maxTokens: 1, topLogprobs: 5 })
    expect(text).toBe('M')
    expect(usage.outputTokens).toBe(1)
    expect(logprobs).toHaveLength(1)
    const tops = new Map(logprobs[0]!.topLogprobs.map(({ token, logprob }) => [token, logprob]))
    expect(tops.size).toBe(5)
    expect(tops.get('M')).toBeGreaterThan(tops.get('m')!)
    expect(Math.exp(tops.get('M')!) + Math.exp(tops.get('m')!)).toBeCloseTo(1, 2)
  })

  it('says Output (a) or Output (b), also for a batch', async () => {
    const one = `# Example\n## Output (a):\nx\n## Output (b):\ny\n# Task\n## Output (a):\n${short}\n\n## Output (b):\n${long}\n\n## Which is best, Output (a) or Output (b)?`
    expect((await ask(one)).text).toBe('Output (b)')
    const example = (n: number, a: string, b: string) =>
      `### Output (a) for example ${n}:\n${a}\n\n### Output (b) for example ${n}:\n${b}\n\n`
    const batch = `${example(1, 'x', 'y')}${example(2, long, short)}${example(3, short, long)}## Preferred Output for example 2-3:`
    expect((await ask(batch)).text).toBe('Output (a)\nOutput (b)')
  })

  it('ranks as a list of dictionaries, as a numbered list and by a tool', async () => {
    const list = `${identified(short, long)}\nProduce:\n[\n{'model': <model-name>, 'rank': <model-rank>}\n]`
    expect((await ask(list)).text).toBe("[{'model': 'M', 'rank': 1}, {'model': 'm', 'rank': 2}]")
    const council = `Response A:\n${short}\n\nResponse B:\n${long}\n\nEnd with "FINAL RANKING:" and a numbered list.`
    expect((await ask(council)).text).toMatch(/FINAL RANKING:\n1\. Response B\n2\. Response A$/)
    const line = `Q\n\n<proposal 1 k>\n${short}\n</proposal 1 k>\n\n<proposal 2 k>\n${long}\n</proposal 2 k>\n\nEnd like this: RANKING: 2 > 1 > 3`
    expect((await ask(line)).text).toMatch(/RANKING: 2 > 1$/)
    const parameters = {
      type: 'object',
      properties: {
        ordered_models: {
          type: 'array',
          items: { type: 'object', properties: { model: { type: 'string' }, rank: { type: 'number' } } },
        },
      },
      required: ['ordered_models'],
    }
    const { toolCalls, finishReason } = await ask(identified(short, long), {
      tools: [{ name: 'rank_models', parameters }],
      toolChoice: { name: 'rank_models' },
    })
    expect(finishReason).toBe('tool-calls')
    expect(JSON.parse(toolCalls[0]!.arguments)).toEqual({
      ordered_models: [
        { model: 'M', rank: 1 },
        { model: 'm', rank: 2 },
      ],
    })
  })

  it('scores by skill as a dictionary', async () => {
    const skills = ['Readability', 'Logical Correctness'].map(
      (skill) => `${skill}: is it good?\nScore 1: no\nScore 2: hardly\nScore 5: yes`,
    )
    const prompt = `Score each on a scale of 1 to 5.\n${skills.join('\n\n')}\n\n[Assistant's Response]\n${long}\n[The End of Assistant's Response]\nLastly, return a Python dictionary object that has names as keys and the corresponding scores as values.`
    expect((await ask(prompt)).text).toMatch(/\{'Readability': [1-5], 'Logical Correctness': [1-5]\}$/)
  })

  it('gives two scores on the first line', async () => {
    const prompt = `First output a single line containing only two values.\n${assistants(short, long)}`
    const [a, b] = (await ask(prompt)).text.split('\n')[0]!.split(' ').map(Number)
    expect(b).toBeGreaterThan(a!)
  })

  it('answers questions that only mention judging like any other', async () => {
    expect((await ask('Who judges a baking contest?')).text.length).toBeGreaterThan(60)
  })

  it('merges proposals although tools are offered, when it calls none', async () => {
    const proposals = `Q\n\n<proposal 1 k>\n${short}\n</proposal 1 k>\n\n<proposal 2 k>\n${long}\n</proposal 2 k>`
    const { text } = await ask(proposals, { tools: [{ name: 'read_file' }] })
    expect(text).toContain('Merged from 2 proposals')
  })
})

describe('shownAnswers', () => {
  it('finds nothing in an ordinary prompt', () => {
    expect(shownAnswers('Tell me about answers.')).toEqual([])
  })
})
