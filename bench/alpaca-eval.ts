/**
 * How fast AlpacaEval's figures come, as whole processes, beside the recorded times of the original in Python and the
 * time Node takes to do nothing. Build first; run with `npx jiti bench/alpaca-eval.ts [repetitions]`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { hasShared, readSharedJson, sharedPath } from '../test/shared.js'

const library = new URL('../dist/eval/benches/alpaca-eval/', import.meta.url)
const folder = 'benchmarks/alpaca_eval'
const repetitions = Number(process.argv[2] ?? 5)

interface Recorded {
  median: number
}

interface PythonTimes {
  machine: string
  length_controlled: Record<'shared29' | 'one', { process_wall: Recorded; process_cpu: Recorded }>
  evaluator_analysis_seconds: Record<string, number>
}

/** Seconds of wall and processor time of one child, the median of several. */
interface Seconds {
  wall: number
  cpu: number
}

/** Imports of the library, and how to read a shared file. Scoring takes its own modules, to load no others. */
const prelude = (imports: Record<string, string>): string =>
  Object.entries(imports)
    .map(([file, names]) => `import { ${names} } from ${JSON.stringify(new URL(file, library).href)}\n`)
    .join('') +
  `import { readdirSync, readFileSync } from 'node:fs'
  import { gunzipSync } from 'node:zlib'
  const root = ${JSON.stringify(sharedPath(folder))}
  const text = (name) => {
    const bytes = readFileSync(root + '/' + name)
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  }`

const score = (names: string): string => `${prelude({
  'read/gamed.js': 'readGamedRows',
  'read/annotations.js': 'readAnnotations',
  'score/score-sets.js': 'scoreAnnotationSets',
})}
  const gamed = readGamedRows(text('reconstructed/df_gamed.csv'), 'df_gamed.csv').data
  const sets = ${names}.map((name) => readAnnotations(text('annotation_sets/' + name), name).data)
  const { rows } = scoreAnnotationSets(sets, { gamed })
  if (rows.some((row) => row.length_controlled_winrate === null)) process.exitCode = 1`

const analyse = `${prelude({ 'index.js': 'analyseJudges, gatherGold, ProblemLog, readHumanVotes' })}
  const votes = (name) => readHumanVotes(text('cross_annotations/alpaca_farm_human_' + name + '.json.gz'), name).data
  const [crossAnnotations, annotations] = [votes('crossannotations'), votes('annotations')]
  const log = new ProblemLog()
  const { pairs } = gatherGold(crossAnnotations, { annotations, log })
  const judges = readdirSync(root + '/goldens/evaluator_analysis').filter((name) => name.startsWith('sim_')).map((name) => {
    const { rows } = JSON.parse(text('goldens/evaluator_analysis/' + name))
    return {
      name,
      votes: rows.map(([example, seed, preference, price, time]) => ({
        ...pairs[example], seed, preference: preference ?? NaN, price: price ?? NaN, time: time ?? NaN,
      })),
    }
  })
  if (analyseJudges({ crossAnnotations, annotations, judges }).rows.length !== 10) process.exitCode = 1`

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? NaN
}

function time(code: string): Seconds {
  const report =
    "\n;process.on('exit', () => { const { user, system } = process.cpuUsage(); console.log((user + system) / 1e6) })"
  const runs = Array.from({ length: repetitions }, (): Seconds => {
    const start = performance.now()
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', code + report], {
      encoding: 'utf8',
    })
    const wall = (performance.now() - start) / 1000
    if (child.status !== 0) throw new Error(child.stderr)
    return { wall, cpu: Number(child.stdout) }
  })
  return { wall: median(runs.map((run) => run.wall)), cpu: median(runs.map((run) => run.cpu)) }
}

function print(name: string, options: { ours: Seconds; python?: Partial<Seconds>; wanted?: number }): void {
  const { ours, python, wanted } = options
  const ratio = (unit: 'wall' | 'cpu'): string => {
    const theirs = python?.[unit]
    return theirs === undefined ? '' : `, Python ${theirs.toFixed(2)} s: ${(theirs / ours[unit]).toFixed(1)}x`
  }
  const target = wanted === undefined ? '' : ` (wanted: ${wanted}x)`
  console.log(name + target)
  console.log(`  wall ${ours.wall.toFixed(3)} s${ratio('wall')}`)
  console.log(`  cpu  ${ours.cpu.toFixed(3)} s${ratio('cpu')}`)
}

if (!existsSync(new URL('index.js', library))) {
  console.log('skipped: no dist/; run `npm run build` first')
} else if (hasShared(`${folder}/goldens/timing_python.json`)) {
  const python = readSharedJson<PythonTimes>(`${folder}/goldens/timing_python.json`)
  console.log(`Medians of ${repetitions} runs here; Python on: ${python.machine}\n`)
  const of = (name: 'shared29' | 'one'): Seconds => {
    const recorded = python.length_controlled[name]
    return { wall: recorded.process_wall.median, cpu: recorded.process_cpu.median }
  }
  const judges = Object.values(python.evaluator_analysis_seconds).reduce(
    (total, seconds) => total + seconds,
    0,
  )
  print('Node doing nothing', { ours: time('') })
  print('29 sets with length control', {
    ours: time(score("readdirSync(root + '/annotation_sets')")),
    python: of('shared29'),
    wanted: 3,
  })
  print('one set with length control', {
    ours: time(score("['phi-2-sft.json']")),
    python: of('one'),
    wanted: 4,
  })
  print('10 judges analysed', { ours: time(analyse), python: { wall: judges }, wanted: 20 })
}
