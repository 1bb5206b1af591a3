import { describe, expect, it } from 'vitest'
import { hasShared, readShared, readSharedJson, readSharedJsonl } from '../../../test/shared.js'
import { collect, type ChatRequest } from '../../core/index.js'
import { simModel } from '../model.js'

const signal = new AbortController().signal
const short = 'No idea.'
const long = `Here is why.\n\n${'- **A point** that is made with care and at some length.\n'.repeat(10)}`

async function ask(messages: ChatRequest['messages'], more: Partial<ChatRequest> = {}): Promise<string> {
  return (await collect(simModel('ada').stream({ messages, ...more }, { signal }))).text
}

function fill(template: string, slots: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => slots[name] ?? whole)
}

interface MtBenchPrompt {
  name: string
  type: 'pairwise' | 'single'
  system_prompt: string
  prompt_template: string
}

const mtBench = 'benchmarks/mt_bench/judge_prompts.jsonl'
describe.runIf(hasShared(mtBench))('published judge prompts: MT-Bench', () => {
  const prompts = hasShared(mtBench) ? readSharedJsonl<MtBenchPrompt>(mtBench) : []
  const filled = (prompt: MtBenchPrompt, a: string, b: string) =>
    ask([
      { role: 'system', content: prompt.system_prompt },
      {
        role: 'user',
        content: fill(prompt.prompt_template, {
          question: 'Why?',
          question_1: 'Why?',
          question_2: 'And then?',
          ref_answer_1: 'Because.',
          ref_answer_2: 'So.',
          answer_a: a,
          answer_b: b,
          answer_a_1: a,
          answer_a_2: a,
          answer_b_1: b,
          answer_b_2: b,
          answer: a,
          answer_1: a,
          answer_2: a,
        }),
      },
    ])

  it.each(prompts.map((prompt) => [prompt.name, prompt] as const))('%s', async (_, prompt) => {
    if (prompt.type === 'single') {
      const rating = async (answer: string) =>
        Number(/\[\[(\d+)\]\]$/.exec(await filled(prompt, answer, ''))?.[1])
      expect(await rating(long)).toBeGreaterThan(await rating(short))
      return
    }
    expect(await filled(prompt, long, short)).toMatch(/\[\[A\]\]$/)
    expect(await filled(prompt, short, long)).toMatch(/\[\[B\]\]$/)
  })
})

const arena = 'benchmarks/arena_hard/v0.1/judge_config.json'
describe.runIf(hasShared(arena))('published judge prompts: Arena-Hard', () => {
  it('gives one of its labels', async () => {
    const config = readSharedJson<{ system_prompt: string; prompt_template: string[] }>(arena)
    const verdict = (a: string, b: string) =>
      ask([
        { role: 'system', content: config.system_prompt },
        {
          role: 'user',
          content: fill(config.prompt_template[0]!, { question_1: 'Why?', answer_1: a, answer_2: b }),
        },
      ])
    expect(await verdict(long, short)).toMatch(/\[\[A>>B\]\]$/)
    expect(await verdict(short, long)).toMatch(/\[\[B>>A\]\]$/)
  })
})

const EVALUATORS: readonly (readonly [string, RegExp, RegExp])[] = [
  ['alpaca_eval_clf_gpt4_turbo/alpaca_eval_clf', /^m$/, /^M$/],
  ['gpt4_turbo_clf/basic_clf_prompt', /^A$/, /^B$/],
  ['chatgpt/basic_prompt', /^Output \(a\)$/, /^Output \(b\)$/],
  ['claude/basic_prompt', /^Output \(a\)$/, /^Output \(b\)$/],
  ['text_davinci_003/basic_prompt', /^Output \(a\)$/, /^Output \(b\)$/],
  ['alpaca_farm_greedy_gpt4/chatml_b5_without_inputs', /^(Output \(a\)\n?){5}$/, /^(Output \(b\)\n?){5}$/],
  [
    'alpaca_eval_gpt4/alpaca_eval',
    /^\[\{'model': 'model_1', 'rank': 1\}/,
    /^\[\{'model': 'model_2', 'rank': 1\}/,
  ],
  [
    'claude_ranking/ranking_prompt',
    /^\[\{'model': 'model_1', 'rank': 1\}/,
    /^\[\{'model': 'model_2', 'rank': 1\}/,
  ],
  [
    'aviary_gpt4/aviary_prompt',
    /^\[\{'model': 'model_1', 'rank': 1\}/,
    /^\[\{'model': 'model_2', 'rank': 1\}/,
  ],
  ['lmsys_gpt4/lmsys_prompt', /^([89]|10) [1-7]\n/, /^[1-7] ([89]|10)\n/],
]
describe.runIf(hasShared('benchmarks/alpaca_eval/evaluators'))('published judge prompts: AlpacaEval', () => {
  it.each(EVALUATORS)('%s', async (name, first, second) => {
    const template = readShared(`benchmarks/alpaca_eval/evaluators/${name}.txt`)
    const verdict = (a: string, b: string) =>
      ask([{ role: 'user', content: fill(template, { instruction: 'Why?', output_1: a, output_2: b }) }])
    expect(await verdict(long, short)).toMatch(first)
    expect(await verdict(short, long)).toMatch(second)
  })
})

const flask = 'benchmarks/flask/prompt.jsonl'
describe.runIf(hasShared(flask))('published judge prompts: FLASK', () => {
  it('scores the skills it was given', async () => {
    const [prompt] = readSharedJsonl<{
      system_prompt: string
      prompt_template: string
      defaults: Record<string, string>
    }>(flask)
    const rubric = (name: string) =>
      `\n${name}: Is it so?${[1, 2, 3, 4, 5].map((score) => `\nScore ${score}: x`).join('')}\n\n`
    const skills = rubric('Logical Correctness') + rubric('Readability') + rubric('Conciseness')
    const user = fill(prompt!.prompt_template, {
      ...prompt!.defaults,
      skills,
      question: 'Why?',
      response: long,
    })
    const text = await ask([
      { role: 'system', content: prompt!.system_prompt },
      { role: 'user', content: user },
    ])
    expect(text).toMatch(/\{'Logical Correctness': [1-5], 'Readability': [1-5], 'Conciseness': [1-5]\}$/)
  })
})
