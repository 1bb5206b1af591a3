/**
 * How fast `moa eval` scores files, as whole processes, beside the recorded wall times of the published Python scripts
 * and the time `moa --version` takes. Processor time counts too: a busy machine disturbs it less. Build first; run with `npx jiti bench/eval-commands.ts [repetitions]`.
 *
 * MT-Bench's and Arena-Hard's scripts were timed on 5 models (MT-Bench inside a process with pandas loaded) and are
 * scaled in proportion to the rows, which favours them.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasShared, readSharedJson, sharedPath } from '../test/shared.js'
import { arenaV01, mtBenchPairs } from './eval-benches/data.js'
import { main, measureCli, type Measured } from './measured-cli.js'

const repetitions = Number(process.argv[2] ?? 5)
const folder = 'benchmarks/alpaca_eval'

interface Recorded {
  readonly length_controlled: Readonly<
    Record<'shared29' | 'one', { readonly process_wall: { readonly median: number } }>
  >
  readonly evaluator_analysis_seconds: Readonly<Record<string, number>>
}

/** Medians of a command. */
function timed(args: readonly string[]): Seconds {
  const runs = Array.from({ length: repetitions }, () => measureCli(args))
  const median = (of: (run: Measured) => number): number =>
    runs.map(of).sort((a, b) => a - b)[runs.length >> 1] ?? NaN
  return { wall: median((run) => run.wall), processor: median((run) => run.processor) }
}

interface Seconds {
  readonly wall: number
  readonly processor: number
}

function print(
  name: string,
  ours: Seconds,
  { python, wanted }: { readonly python?: number; readonly wanted?: number } = {},
): void {
  const shown = (seconds: number): string => {
    const ratio = python === undefined ? '' : ` ${(python / seconds).toFixed(1).padStart(6)}x`
    return `${seconds.toFixed(3)} s${ratio}`
  }
  const script = python === undefined ? '' : `   script ${python.toFixed(2)} s (wanted ${wanted ?? 1}x)`
  console.log(`${name.padEnd(42)} wall ${shown(ours.wall)}   processor ${shown(ours.processor)}${script}`)
}

function alpacaEval(): void {
  const recorded = readSharedJson<Recorded>(`${folder}/goldens/timing_python.json`)
  const path = (name: string): string => sharedPath(`${folder}/${name}`)
  const inside = (name: string): string[] => readdirSync(path(name)).map((file) => path(`${name}/${file}`))
  const score = (sets: readonly string[]): Seconds =>
    timed([
      'eval',
      'score',
      'alpaca-eval',
      '--json',
      '--annotations',
      ...sets,
      '--calibration',
      path('reconstructed'),
    ])
  const { shared29, one } = recorded.length_controlled
  print('AlpacaEval, 29 sets with length control', score(inside('annotation_sets')), {
    python: shared29.process_wall.median,
    wanted: 3,
  })
  print('AlpacaEval, one set', score([path('annotation_sets/phi-2-sft.json')]), {
    python: one.process_wall.median,
    wanted: 4,
  })
  const judges = inside('goldens/evaluator_analysis').filter((file) => file.includes('sim_'))
  const gold = path('cross_annotations/alpaca_farm_human_crossannotations.json.gz')
  print(
    'Judges, 8 with humans and longest',
    timed(['eval', 'judges', '--json', '--gold', gold, '--annotations', ...judges]),
    {
      python: Object.values(recorded.evaluator_analysis_seconds).reduce((sum, value) => sum + value, 0),
      wanted: 20,
    },
  )
}

if (!existsSync(main)) {
  console.log('skipped: no dist/; run `npm run build` first')
} else {
  const scratch = mkdtempSync(join(tmpdir(), 'moa-bench-'))
  try {
    print('moa --version', timed(['--version']))
    if (hasShared(`${folder}/goldens/timing_python.json`)) alpacaEval()
    const file = (name: string, text: string): string => {
      writeFileSync(join(scratch, name), text)
      return join(scratch, name)
    }
    const pairs = file('pairs.jsonl', mtBenchPairs(31))
    print(
      'MT-Bench pairwise-all, 31 models',
      timed(['eval', 'score', 'mt-bench', '--mode', 'pairwise-all', '--json', '--judgments', pairs]),
      {
        python: (0.1267 * 465) / 10,
        wanted: 20,
      },
    )
    const arena = file('arena.jsonl', arenaV01(20))
    print(
      'Arena-Hard v0.1, 20 models, 100 resamples',
      timed(['eval', 'score', 'arena-hard', '--json', '--judgments', arena]),
      {
        python: 5.342 * 4,
        wanted: 20,
      },
    )
  } finally {
    rmSync(scratch, { recursive: true })
  }
}
