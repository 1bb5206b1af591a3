import { MoaError } from '../../../core/errors.js'
import type { EvalLog, EvalLogs } from '../../../eval/harness/eval-log.js'
import { comparePaired, itemsNeeded, type PairedComparison } from '../../../eval/stats/index.js'
import { didYouMean } from '../../../util/suggest.js'
import { warn } from '../../notices.js'
import type { Invocation } from '../../program.js'
import { oneLine } from '../../terminal/sanitize.js'
import { formatCount } from '../../view/format.js'
import { table, tableWidth } from '../../view/table.js'
import { openWorkspace } from '../../workspace/open.js'
import { openEvalLogs } from './eval-logs.js'
import type { LogFlags } from './list.js'
import { resultsOf } from './run.js'

export interface CompareFlags extends LogFlags {
  readonly contestant?: readonly string[]
  readonly level: number
  readonly difference?: number
  readonly resamples: number
  readonly seed: number
}

/** A contestant's scores, and the run they come from where several runs have one of its name. */
interface Entry {
  readonly name: string
  readonly scores: ReadonlyMap<string, number>
}

interface Comparison extends PairedComparison {
  readonly a: string
  readonly b: string
  readonly meanA: number
  readonly meanB: number
  /** Samples that would show the difference asked for. */
  readonly itemsForDifference?: number
}

/** `moa eval compare`: every two contestants on the samples both have a score for. */
export async function evalCompare({
  shell,
  args,
  options,
  exitWith,
}: Invocation<CompareFlags>): Promise<void> {
  const workspace = await openWorkspace({ config: options.config })
  const store = openEvalLogs(workspace.settings)
  try {
    const { entries, label } = await entriesOf(args, store.logs)
    for (const { name } of entries.filter(({ scores }) => scores.size === 0))
      warn(shell, `${name} has no scored sample; it is left out.`)
    const chosen = choose(
      entries.filter(({ scores }) => scores.size > 0),
      options.contestant,
    )
    const comparisons = pairsOf(chosen).map(([a, b]) => compare(a, b, options))
    if (options.json) await shell.write(`${JSON.stringify(comparisons, null, 2)}\n`)
    else await shell.write(comparisonTable(comparisons, { label, width: tableWidth(shell.stdout) }))
    const unequal = comparisons.find(
      ({ items }) => items < Math.max(...chosen.map(({ scores }) => scores.size)),
    )
    if (unequal === undefined) return
    if (!options.json)
      warn(
        shell,
        `${unequal.a} and ${unequal.b} share only ${unequal.items} scored samples; the others are left out.`,
      )
    exitWith(3)
  } finally {
    store.close()
    await workspace.close()
  }
}

async function entriesOf(
  ids: readonly string[],
  logs: EvalLogs,
): Promise<{ readonly entries: readonly Entry[]; readonly label: string }> {
  const runs = ids.map((id) => logs.find(id))
  checkSameBenchmark(runs)
  const found: (Entry & { readonly run: string })[] = []
  let label = ''
  for (const log of runs) {
    const { results } = await resultsOf(log)
    label = results.measure.label
    for (const [name, scores] of results.scores) found.push({ name, scores, run: log.id })
  }
  const counts = new Map<string, number>()
  for (const { name } of found) counts.set(name, (counts.get(name) ?? 0) + 1)
  const entries = found.map(({ name, scores, run }) => ({
    name: counts.get(name) === 1 ? name : `${name} (${run})`,
    scores,
  }))
  return { entries, label }
}

/** Samples are told apart by their ids, which mean the same only on the same data. */
function checkSameBenchmark(runs: readonly EvalLog[]): void {
  const [first, ...others] = runs.map(({ id, record }) => ({ id, spec: record.spec }))
  for (const { id, spec } of others) {
    if (first === undefined) return
    const same = ['edition', 'data'].every((key) => spec.options[key] === first.spec.options[key])
    if (spec.benchmark === first.spec.benchmark && spec.baseline === first.spec.baseline && same) continue
    throw new MoaError(
      'usage',
      `${first.id} and ${id} can't be compared: they differ in benchmark, edition, data or baseline.`,
    )
  }
}

function choose(entries: readonly Entry[], names: readonly string[] | undefined): readonly Entry[] {
  const known = entries.map(({ name }) => name)
  const chosen = (names ?? known).map((name) => {
    const entry = entries.find((candidate) => candidate.name === name)
    if (entry !== undefined) return entry
    throw new MoaError(
      'usage',
      `No contestant "${name}" has scores here.${didYouMean(name, known)} There are ${known.join(', ') || 'none'}.`,
    )
  })
  if (chosen.length >= 2) return chosen
  throw new MoaError(
    'usage',
    `A comparison needs two contestants with scores, and there ${chosen.length === 1 ? `is only ${chosen[0]?.name ?? ''}` : 'are none'}; name further runs.`,
  )
}

function pairsOf(entries: readonly Entry[]): (readonly [Entry, Entry])[] {
  return entries.flatMap((a, index) => entries.slice(index + 1).map((b) => [a, b] as const))
}

function compare(a: Entry, b: Entry, { level, resamples, seed, difference }: CompareFlags): Comparison {
  const common = [...a.scores.keys()].filter((sample) => b.scores.has(sample))
  if (common.length < 2)
    throw new MoaError(
      'data_invalid',
      `${a.name} and ${b.name} share ${common.length} scored samples, and a comparison needs at least 2.`,
    )
  const of = ({ scores }: Entry): number[] => common.map((sample) => scores.get(sample) ?? NaN)
  const [ours, theirs] = [of(a), of(b)]
  const paired = comparePaired(ours, theirs, { level, resamples, seed })
  const spread = paired.standardError * Math.sqrt(paired.items)
  const mean = (values: readonly number[]): number =>
    values.reduce((total, value) => total + value, 0) / values.length
  return {
    a: a.name,
    b: b.name,
    meanA: mean(ours),
    meanB: mean(theirs),
    ...paired,
    ...(difference !== undefined && { itemsForDifference: itemsNeeded({ difference, spread, level }) }),
  }
}

function comparisonTable(
  comparisons: readonly Comparison[],
  { label, width }: { readonly label: string; readonly width: number },
): string {
  const asked = comparisons.some(({ itemsForDifference }) => itemsForDifference !== undefined)
  const rows = comparisons.map((comparison) => {
    const { a, b, meanA, meanB, difference, interval, significant, items } = comparison
    return [
      `${difference >= 0 ? '+' : ''}${difference.toFixed(2)}`,
      `[${interval.low.toFixed(2)}, ${interval.high.toFixed(2)}]`,
      significant ? 'yes' : 'no',
      meanA.toFixed(2),
      meanB.toFixed(2),
      formatCount(items),
      neededText(comparison.itemsNeeded),
      ...(asked ? [neededText(comparison.itemsForDifference ?? NaN)] : []),
      oneLine(`${a} − ${b}`),
    ]
  })
  const level = Math.round(100 * (comparisons[0]?.interval.level ?? 0.95))
  const heads = ['difference', `${level}% interval`, 'clear', 'first', 'second', 'samples', 'needed']
  const shown = table({
    heads: [...heads, ...(asked ? ['asked'] : []), 'contestants'],
    rows,
    width,
    prose: true,
  })
  const explained = [
    'needed: samples that would show the difference found in 4 of 5 runs',
    ...(asked ? ['asked: samples that would show the difference asked about'] : []),
  ]
  return `${label}, paired by sample\n\n${shown}\n${explained.join('; ')}\n`
}

const neededText = (items: number): string => (Number.isFinite(items) ? formatCount(items) : '∞')
