/** Made-up judgments and reviews in the published formats, the same every time. */
import type { StyleVector } from '../../src/eval/benches/arena-hard/markdown-counts.js'
import { writeJsonl } from '../../src/eval/jsonl.js'
import { seededRandom } from '../../src/util/random.js'

const random = seededRandom('eval-benches')
export const models = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `model-${index}`)
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

export function mtBenchPairs(count: number): string {
  const names = models(count)
  const winners = ['model_1', 'model_2', 'tie'] as const
  const turns = upTo(160).map((index) => ({ question_id: 81 + (index % 80), turn: index < 80 ? 1 : 2 }))
  const rows = turns.flatMap(({ question_id, turn }) =>
    names.flatMap((model_1, first) =>
      names.slice(first + 1).map((model_2) => ({
        question_id,
        model_1,
        model_2,
        g1_winner: random.pick(winners),
        g2_winner: random.pick(winners),
        judge: ['gpt-4', turn === 1 ? 'pair-v2' : 'pair-v2-multi-turn'],
        g1_user_prompt: 'p',
        g1_judgment: 'j',
        g2_user_prompt: 'p',
        g2_judgment: 'j',
        turn,
        tstamp: 1700000000,
      })),
    ),
  )
  return writeJsonl(rows)
}

export function mtBenchSingle(count: number): string {
  const rows = upTo(160).flatMap((index) =>
    models(count).map((model) => ({
      question_id: 81 + (index % 80),
      model,
      judge: ['gpt-4', 'single-v1'],
      user_prompt: 'p',
      judgment: 'j',
      score: 1 + random.below(10),
      turn: index < 80 ? 1 : 2,
      tstamp: 1700000000,
    })),
  )
  return writeJsonl(rows)
}

const labels = ['A>>B', 'A>B', 'A>B', 'A=B', 'A=B', 'B>A', 'B>A', 'B>>A'] as const
const game = (): { score: string; user_prompt: string; judgment: string } => ({
  score: random.pick(labels),
  user_prompt: 'p',
  judgment: 'j',
})

export function arenaV01(count: number): string {
  return writeJsonl(
    models(count).flatMap((model) =>
      upTo(500).map((index) => ({ question_id: `q${index}`, model, judge: 'j', games: [game(), game()] })),
    ),
  )
}

export function arenaV2(count: number): string {
  return writeJsonl(
    models(count).flatMap((model) =>
      upTo(200).map((index) => ({
        uid: `q${index}`,
        category: 'hard_prompt',
        judge: 'j',
        model,
        baseline: 'base',
        games: [game(), game()],
      })),
    ),
  )
}

export function styles(names: readonly string[]): Map<string, Map<string, StyleVector>> {
  const vector = (): StyleVector => [
    100 + random.below(900),
    random.below(6),
    random.below(20),
    random.below(12),
  ]
  return new Map(names.map((name) => [name, new Map(upTo(500).map((index) => [`q${index}`, vector()]))]))
}

export function flaskReviews(count: number): string {
  const skills = [
    'readability',
    'logical correctness',
    'factuality',
    'comprehension',
    'conciseness',
    'completeness',
  ]
  const domains = ['Humanities', 'Math', 'Coding', 'Health', 'Social Science']
  const difficulty = ['simple lifestyle knowledge', 'major level knowledge', 'expert level knowledge']
  return writeJsonl(
    upTo(count).map((index) => {
      const skill = random.shuffle(skills).slice(0, 3)
      return {
        idx: index + 1,
        skill,
        domain: [random.pick(domains)],
        difficulty: random.pick(difficulty),
        score: Object.fromEntries(skill.map((name) => [name, 1 + random.below(5)])),
      }
    }),
  )
}
