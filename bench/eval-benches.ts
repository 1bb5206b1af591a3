/**
 * How fast the benchmarks' aggregations are beside the published Python scripts. Run: `npx jiti bench/eval-benches.ts`
 *
 * The scripts' seconds are wall times recorded on data of the first size given (Python 3.11, pandas 1.5.3,
 * scikit-learn 1.2.1, torch 1.13.1): MT-Bench inside a process with pandas loaded, the others process start included.
 * For larger sizes they are scaled in proportion to the rows, which favours the scripts. Ours read the JSON Lines
 * text, score it as published and corrected, and check it. `first` is the first run after the data were made, before
 * the code is warm, `best` the fastest of nine more, `processor` the least processor time of those (all threads),
 * which a busy machine disturbs less.
 */
import { performance } from 'node:perf_hooks'
import { readV01Judgments, readV2Judgments, scoreArenaHard } from '../src/eval/benches/arena-hard/index.js'
import type { StyleVector } from '../src/eval/benches/arena-hard/markdown-counts.js'
import { readFlaskReviews, scoreFlask } from '../src/eval/benches/flask/index.js'
import { readPairJudgments, readSingleJudgments, scoreMtBench } from '../src/eval/benches/mt-bench/index.js'
import { writeJsonl } from '../src/eval/jsonl.js'
import { seededRandom } from '../src/util/random.js'

const random = seededRandom('eval-benches')
const models = (count: number): string[] => Array.from({ length: count }, (_, index) => `model-${index}`)
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

function mtBenchPairs(count: number): string {
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

function mtBenchSingle(count: number): string {
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

function arenaV01(count: number): string {
  return writeJsonl(
    models(count).flatMap((model) =>
      upTo(500).map((index) => ({ question_id: `q${index}`, model, judge: 'j', games: [game(), game()] })),
    ),
  )
}

function arenaV2(count: number): string {
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

function styles(names: readonly string[]): Map<string, Map<string, StyleVector>> {
  const vector = (): StyleVector => [
    100 + random.below(900),
    random.below(6),
    random.below(20),
    random.below(12),
  ]
  return new Map(names.map((name) => [name, new Map(upTo(500).map((index) => [`q${index}`, vector()]))]))
}

function flaskReviews(count: number): string {
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

function measure(name: string, seconds: number, run: () => unknown): void {
  const runs = upTo(10).map(() => {
    const start = performance.now()
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    return { wall: performance.now() - start, processor: (user + system) / 1000 }
  })
  const shown = (milliseconds: number): string =>
    `${milliseconds.toFixed(1)} ms`.padStart(9) +
    ` ${((seconds * 1000) / milliseconds).toFixed(0)}x`.padStart(6)
  const later = runs.slice(1)
  const columns = [
    `script ${seconds.toFixed(2).padStart(6)} s`,
    `first ${shown(runs[0]?.wall ?? NaN)}`,
    `best ${shown(Math.min(...later.map(({ wall }) => wall)))}`,
    `processor ${shown(Math.min(...later.map(({ processor }) => processor)))}`,
  ]
  console.log(`${name.padEnd(44)} ${columns.join('   ')}`)
}

for (const [count, seconds] of [
  [5, 0.1267],
  [31, (0.1267 * 465) / 10],
] as const) {
  const text = mtBenchPairs(count)
  measure(`MT-Bench pairwise-all, ${count} models`, seconds, () =>
    scoreMtBench({ mode: 'pairwise-all', judgments: readPairJudgments(text).data }),
  )
}
for (const [count, seconds] of [
  [5, 0.0276],
  [31, (0.0276 * 31) / 5],
] as const) {
  const text = mtBenchSingle(count)
  measure(`MT-Bench single, ${count} models`, seconds, () =>
    scoreMtBench({ mode: 'single', judgments: readSingleJudgments(text).data }),
  )
}
for (const count of [5, 20]) {
  const text = arenaV01(count)
  const style = styles([...models(count), 'gpt-4-0314'])
  measure(`Arena-Hard v0.1, ${count} models, 100 resamples`, (5.342 * count) / 5, () =>
    scoreArenaHard({ version: 'v0.1', judgments: readV01Judgments(text).data }),
  )
  measure(`Arena-Hard v0.1, ${count} models, style control`, (3.676 * count) / 5, () =>
    scoreArenaHard({ version: 'v0.1', judgments: readV01Judgments(text).data, style, styleControl: 'style' }),
  )
}
{
  const text = arenaV2(3)
  const style = styles([...models(3), 'base'])
  measure('Arena-Hard v2.0, 3 models, 100 resamples', 2.984, () =>
    scoreArenaHard({ version: 'v2.0', judgments: readV2Judgments(text).data }),
  )
  measure('Arena-Hard v2.0, 3 models, style control', 6.57, () =>
    scoreArenaHard({ version: 'v2.0', judgments: readV2Judgments(text).data, style, styleControl: 'style' }),
  )
}
{
  const text = flaskReviews(1740)
  measure('FLASK, 1740 reviews, three tables', 0.0969 + 0.0851 + 0.1044, () =>
    scoreFlask({ reviews: readFlaskReviews(text).data }),
  )
}
