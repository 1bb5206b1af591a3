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
import { readFlaskReviews, scoreFlask } from '../src/eval/benches/flask/index.js'
import { readPairJudgments, readSingleJudgments, scoreMtBench } from '../src/eval/benches/mt-bench/index.js'
import {
  arenaV01,
  arenaV2,
  flaskReviews,
  models,
  mtBenchPairs,
  mtBenchSingle,
  styles,
  upTo,
} from './eval-benches/data.js'

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
