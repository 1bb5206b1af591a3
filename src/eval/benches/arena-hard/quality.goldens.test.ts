import { describe, expect, it } from 'vitest'
import { hasShared, readSharedJson, readSharedJsonl } from '../../../../test/shared.js'
import { type Bounds, separability } from '../../stats/interval-overlap.js'
import { percentiles } from '../../stats/percentile.js'
import { forecastPairs, resampleMoments } from '../../stats/pair-forecast.js'
import { spearman } from '../../stats/correlation.js'
import { agreementWithConfidence, strictAgreement } from '../../stats/rank-agreement.js'

const bench = 'benchmarks/arena_hard'
const present = hasShared(bench)
const golden = <T>(name: string): T => readSharedJson<T>(`${bench}/goldens/${name}`)

interface Stats {
  readonly model: string
  readonly score: number
  readonly lower: number
  readonly upper: number
  readonly results: number[]
}

interface Elo {
  readonly index: string
  readonly rating: number
  readonly rating_q025: number
  readonly rating_q975: number
}

const stats = (name: string) => readSharedJsonl<Stats>(`${bench}/stats/bootstrap_stats_${name}.jsonl.gz`)
const intervalOf = ({ lower, upper }: Stats): Bounds => [lower, upper]

/** The benchmarks of the notebook under the names Chatbot Arena uses, restricted to the shared models. */
function shared() {
  const map = (name: string) => readSharedJson<Record<string, string>>(`${bench}/stats/${name}.json`)
  const inverse = (names: Record<string, string>) =>
    Object.fromEntries(Object.entries(names).map(([arena, own]) => [own, arena]))
  const renamed = (rows: readonly Stats[], names: Record<string, string>) =>
    rows.flatMap((row) => (row.model in names ? [{ ...row, model: names[row.model] as string }] : []))
  const lower = (rows: readonly Stats[]) => rows.map((row) => ({ ...row, model: row.model.toLowerCase() }))
  const alpaca = map('alpaca_to_arena')
  const arenaNames = map('arena_to_arena_hard')
  const elo = readSharedJson<Elo[]>(`${bench}/stats/chatbot_arena_elo_20240329.json`)
  return {
    elo,
    eloShared: elo.filter(({ index }) => index in arenaNames),
    benches: {
      'Alpaca 2.0 LC': renamed(stats('alpaca_LC'), alpaca),
      'Alpaca 2.0': renamed(stats('alpaca'), alpaca),
      'Arena Hard': renamed(lower(stats('arena_hard')), inverse(arenaNames)),
      'MT Bench': renamed(lower(stats('mt_bench')), inverse(map('arena_to_mt_bench'))),
      'Chatbot Arena (20K votes)': stats('20k_votes_elo'),
      'Chatbot Arena (Arena Hard Distribution)': stats('arena_hard_distribution_elo').filter(
        ({ model }) => model in arenaNames,
      ),
    },
  }
}

describe.runIf(present)('benchmark quality against the published notebook', () => {
  it('counts overlapping intervals', () => {
    const { cases } = golden<{
      cases: { lower: number[]; upper: number[]; overlapping_pairs: number; pairs: number }[]
    }>('separability_small.json')
    for (const { lower, upper, overlapping_pairs, pairs } of cases) {
      const found = separability(lower.map((low, index): Bounds => [low, upper[index]!]))
      expect([found.overlapping, found.pairs]).toEqual([overlapping_pairs, pairs])
    }
  })

  it('agrees on small cases', () => {
    interface Case {
      readonly models: string[]
      readonly reference_interval: Record<string, Bounds>
      readonly benchmark_interval: Record<string, Bounds>
      readonly agreement_points: number
      readonly separable_reference_pairs: number
      readonly agreement: number
      readonly bench_mean: Record<string, number>
      readonly bench_var: Record<string, number>
      readonly ref_rating: Record<string, number>
      readonly p_a_less_than_b: number[]
      readonly label: number[]
      readonly brier: number
      readonly log_loss: number
      readonly spearman: number
    }
    for (const wanted of golden<{ cases: Case[] }>('agreement_small.json').cases) {
      const intervals = wanted.models.map((model) => ({
        model,
        benchmark: wanted.benchmark_interval[model]!,
        reference: wanted.reference_interval[model]!,
      }))
      const found = agreementWithConfidence(intervals)
      expect([found.points, found.pairs]).toEqual([wanted.agreement_points, wanted.separable_reference_pairs])
      expect(found.agreement).toBeCloseTo(wanted.agreement, 12)
      const forecast = forecastPairs(
        wanted.models.map((model) => ({
          model,
          mean: wanted.bench_mean[model]!,
          variance: wanted.bench_var[model]!,
          rating: wanted.ref_rating[model]!,
        })),
      )
      for (const [index, { probability, label }] of forecast.pairs.entries()) {
        const theirs = wanted.p_a_less_than_b[index]!
        expect(Math.abs(probability - theirs)).toBeLessThan(1e-12 * theirs)
        expect(label).toBe(wanted.label[index])
      }
      expect(Math.abs(forecast.brier - wanted.brier)).toBeLessThan(1e-13)
      expect(Math.abs(forecast.logLoss - wanted.log_loss)).toBeLessThan(1e-13)
      const [ours, theirs] = [wanted.bench_mean, wanted.ref_rating].map((values) =>
        wanted.models.map((model) => values[model]!),
      )
      expect(spearman(ours!, theirs!)).toBeCloseTo(wanted.spearman, 12)
    }
  })

  it('reprints every cell of the notebook', () => {
    const { elo, eloShared, benches } = shared()
    const eloOf = new Map(eloShared.map((row) => [row.index, row]))
    const paired = <T>(
      rows: readonly Stats[],
      [own, theirs]: readonly [(row: Stats) => T, (row: Elo) => T],
    ) =>
      rows.map((row) => ({ model: row.model, benchmark: own(row), reference: theirs(eloOf.get(row.model)!) }))
    const eloInterval = ({ rating_q025, rating_q975 }: Elo): Bounds => [rating_q025, rating_q975]
    const printed = new Map<string, string[]>()
    const print = (kind: string, text: string) => printed.set(kind, [...(printed.get(kind) ?? []), text])
    const overlaps = (name: string, intervals: readonly Bounds[]) => {
      const { overlapping, pairs, overlapPercent, separablePercent } = separability(intervals)
      print(
        name,
        `Overlap Pair #: ${overlapping}, Total model Pair #: ${pairs}\n` +
          `Overlapped: ${overlapPercent}%\nConfidence: ${separablePercent}%\n`,
      )
    }
    overlaps('Arena Hard', stats('arena_hard').map(intervalOf))
    overlaps('MT Bench', stats('mt_bench').map(intervalOf))
    overlaps('Chatbot Arena', elo.map(eloInterval))
    overlaps('Chatbot Arena', eloShared.map(eloInterval))
    overlaps('Chatbot Arena (Arena Hard Distribution)', stats('arena_hard_distribution_elo').map(intervalOf))
    // The notebook reads one file for this cell and the one with Elo for the later ones.
    overlaps('Chatbot Arena (20K votes)', stats('20k_votes').map(intervalOf))
    for (const [name, rows] of Object.entries(benches)) {
      overlaps(name, rows.map(intervalOf))
      overlaps(
        name,
        rows.map(({ results }) => percentiles(results, [0.1, 0.9]) as unknown as Bounds),
      )
      const points = paired(rows, [({ score }) => score, ({ rating }) => rating])
      const confident = agreementWithConfidence(paired(rows, [intervalOf, eloInterval])).agreement
      print(
        name,
        `${name === 'Chatbot Arena (20K votes)' ? name : `${name} (strict)`}: ${strictAgreement(points)}\n`,
      )
      const title = name.startsWith('Chatbot Arena (20K') ? 'Chatbot Arena 20K votes' : name
      print(name, `${title} (With Confidence): ${confident}\n`)
      print(
        name,
        `Spearman ${name} ${spearman(
          points.map((point) => point.benchmark),
          points.map((point) => point.reference),
        ).toFixed(12)}`,
      )
    }
    const all = [...printed.values()].flat()
    let compared = 0
    for (const { cell, recomputed } of golden<{ cells: { cell: number; recomputed: string }[] }>(
      'meta_metrics_notebook.json',
    ).cells) {
      // Cell 33 divides by the number of resamples instead of models; its resamples are not among the data.
      if (cell === 33 || cell === 70) continue
      const [, title, rest] = /^([^\n]*?): +\d+ models\n([^]*)$/.exec(recomputed) ?? []
      const spearman = /^([^\n(]*): (0\.\d+)\n$/.exec(recomputed)
      if (title !== undefined)
        expect([cell, printed.get(title)]).toEqual([cell, expect.arrayContaining([rest])])
      else if (spearman !== null) {
        // The last of them is headed MT Bench by mistake; it compares the 20K votes.
        const name = cell === 60 ? 'Chatbot Arena (20K votes)' : spearman[1]
        expect(all).toContain(`Spearman ${name} ${Number(spearman[2]).toFixed(12)}`)
      } else expect(all).toContain(recomputed)
      compared += 1
    }
    expect(compared).toBe(34)
  })

  it('scores the forecasts', () => {
    const { eloShared, benches } = shared()
    const rating = new Map(eloShared.map((row) => [row.index, row.rating]))
    const { cells } = golden<{ cells: { cell: number; recomputed: string }[] }>('meta_metrics_notebook.json')
    const text = cells.find(({ cell }) => cell === 70)!.recomputed
    for (const name of ['Alpaca 2.0 LC', 'Alpaca 2.0', 'Arena Hard', 'MT Bench'] as const) {
      const { brier, logLoss } = forecastPairs(
        benches[name].map(({ model, results }) => ({
          model,
          rating: rating.get(model)!,
          ...resampleMoments(results),
        })),
      )
      const figure = (kind: string) => Number(new RegExp(`^${name} ${kind}: +(\\S+)$`, 'm').exec(text)?.[1])
      expect(brier / figure('Brier-Score-Loss')).toBeCloseTo(1, 11)
      expect(logLoss / figure('Log-Loss')).toBeCloseTo(1, 11)
    }
  })
})
