/**
 * How fast `moa eval` scores files, as whole processes, beside the recorded wall times of the published Python scripts
 * and the time `moa --version` takes. Build first; run with `npx jiti bench/eval-commands.ts [repetitions]`.
 *
 * MT-Bench's and Arena-Hard's scripts were timed on 5 models (MT-Bench inside a process with pandas loaded) and are
 * scaled in proportion to the rows, which favours them.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hasShared, readSharedJson, sharedPath } from '../test/shared.js'
import { arenaV01, mtBenchPairs } from './eval-benches/data.js'

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const repetitions = Number(process.argv[2] ?? 5)
const folder = 'benchmarks/alpaca_eval'

interface Recorded {
  readonly length_controlled: Readonly<
    Record<'shared29' | 'one', { readonly process_wall: { readonly median: number } }>
  >
  readonly evaluator_analysis_seconds: Readonly<Record<string, number>>
}

/** Median wall time of a command in seconds; exit code 3 tells of rows that miss a verdict, which some files have. */
function seconds(args: readonly string[]): number {
  const runs = Array.from({ length: repetitions }, () => {
    const start = performance.now()
    const { status, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' })
    if (status !== 0 && status !== 3) throw new Error(stderr)
    return (performance.now() - start) / 1000
  })
  return runs.sort((a, b) => a - b)[runs.length >> 1] ?? NaN
}

function print(
  name: string,
  ours: number,
  { python, wanted }: { python?: number; wanted?: number } = {},
): void {
  const ratio =
    python === undefined
      ? ''
      : `   script ${python.toFixed(2).padStart(6)} s   ${(python / ours).toFixed(1)}x`
  const target = wanted === undefined ? '' : ` (wanted ${wanted}x)`
  console.log(`${name.padEnd(44)} ${ours.toFixed(3)} s${ratio}${target}`)
}

function alpacaEval(): void {
  const recorded = readSharedJson<Recorded>(`${folder}/goldens/timing_python.json`)
  const path = (name: string): string => sharedPath(`${folder}/${name}`)
  const inside = (name: string): string[] => readdirSync(path(name)).map((file) => path(`${name}/${file}`))
  const score = (sets: readonly string[]): number =>
    seconds([
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
    seconds(['eval', 'judges', '--json', '--gold', gold, '--annotations', ...judges]),
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
    print('moa --version', seconds(['--version']))
    if (hasShared(`${folder}/goldens/timing_python.json`)) alpacaEval()
    const file = (name: string, text: string): string => {
      writeFileSync(join(scratch, name), text)
      return join(scratch, name)
    }
    const pairs = file('pairs.jsonl', mtBenchPairs(31))
    print(
      'MT-Bench pairwise-all, 31 models',
      seconds(['eval', 'score', 'mt-bench', '--mode', 'pairwise-all', '--json', '--judgments', pairs]),
      {
        python: (0.1267 * 465) / 10,
        wanted: 20,
      },
    )
    const arena = file('arena.jsonl', arenaV01(20))
    print(
      'Arena-Hard v0.1, 20 models, 100 resamples',
      seconds(['eval', 'score', 'arena-hard', '--json', '--judgments', arena]),
      {
        python: 5.342 * 4,
        wanted: 20,
      },
    )
  } finally {
    rmSync(scratch, { recursive: true })
  }
}
