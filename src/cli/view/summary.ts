import { addCost, addUsage, costOfCall, NO_COST, NO_USAGE } from '../../core/index.js'
import type { CallRecord, Cost, Degradation, Usage } from '../../core/index.js'
import { oneLine } from '../terminal/sanitize.js'
import { fitLine, span, wrap, type Line, type Span, type Style } from '../terminal/style.js'
import { padEnd, padStart, textWidth, truncate } from '../terminal/width.js'
import { formatCost, formatCount, formatSeconds } from './format.js'

/** What all calls to one model came to. */
export interface ModelBill {
  readonly model: string
  readonly calls: number
  readonly failed: number
  /** Calls answered from the cache. */
  readonly cached: number
  /** The calls' times added up; models work side by side, so the run is shorter. */
  readonly durationMs: number
  readonly usage: Usage
  readonly cost: Cost
}

/** The bill model by model, in the order in which they were first asked. */
export function billByModel(calls: readonly CallRecord[]): ModelBill[] {
  const bills = new Map<string, ModelBill>()
  for (const call of [...calls].sort((a, b) => a.startedAt - b.startedAt)) {
    const model = `${call.provider}/${call.model}`
    const before = bills.get(model) ?? {
      model,
      calls: 0,
      failed: 0,
      cached: 0,
      durationMs: 0,
      usage: NO_USAGE,
      cost: NO_COST,
    }
    bills.set(model, {
      model,
      calls: before.calls + 1,
      failed: before.failed + (call.outcome === 'completed' ? 0 : 1),
      durationMs: before.durationMs + call.durationMs,
      usage: addUsage(before.usage, call.usage),
      cached: before.cached + (call.replayedFrom === 'cache' ? 1 : 0),
      cost: addCost(before.cost, costOfCall(call)),
    })
  }
  return [...bills.values()]
}

export interface Totals {
  readonly calls: readonly CallRecord[]
  readonly usage: Usage
  readonly cost: Cost
  /** From the question to the end of the answer. */
  readonly elapsedMs: number
}

interface Column {
  readonly head: string
  readonly cell: (bill: ModelBill) => string
  readonly total: string
  /** Wide enough terminals only. */
  readonly from: number
}

/** A table of time, tokens and cost for each model, and the sum. */
export function summaryLines({ calls, usage, cost, elapsedMs }: Totals, width: number): Line[] {
  const bills = billByModel(calls)
  if (bills.length === 0) return []
  const columns: readonly Column[] = [
    { head: 'calls', cell: callsOf, total: formatCount(calls.length), from: 72 },
    {
      head: 'time',
      cell: (bill) => formatSeconds(bill.durationMs),
      total: formatSeconds(elapsedMs),
      from: 0,
    },
    {
      head: 'tokens in',
      cell: (bill) => formatCount(bill.usage.inputTokens),
      total: formatCount(usage.inputTokens),
      from: 60,
    },
    {
      head: width < 60 ? 'tokens' : 'out',
      cell: (bill) => formatCount(bill.usage.outputTokens),
      total: formatCount(usage.outputTokens),
      from: 0,
    },
    { head: 'cost', cell: (bill) => costCell(bill), total: formatCost(cost), from: 0 },
  ]
  const shown = columns.filter(({ from }) => width >= from)
  const widths = shown.map(({ head, cell, total }) =>
    Math.max(...[head, total, ...bills.map(cell)].map(textWidth)),
  )
  const used = widths.reduce((sum, size) => sum + size + 2, 0)
  const longest = Math.max(...bills.map(({ model }) => textWidth(model)), 'total'.length)
  const nameWidth = Math.max(8, Math.min(longest, width - used))
  const row = (name: string, cells: readonly string[], style?: Style): Line =>
    fitLine(
      [
        span(padEnd(truncate(name, nameWidth), nameWidth), style),
        ...cells.map((cell, index): Span => span(`  ${padStart(cell, widths[index] as number)}`, style)),
      ],
      width,
    )
  const heads = shown.map(({ head }) => head)
  return [
    row('model', heads, { dim: true }),
    ...bills.map((bill) =>
      row(
        bill.model,
        shown.map(({ cell }) => cell(bill)),
      ),
    ),
    row(
      'total',
      shown.map(({ total }) => total),
      { bold: true },
    ),
  ]
}

function callsOf({ calls, failed, cached }: ModelBill): string {
  const notes = [...(failed > 0 ? [`${failed} failed`] : []), ...(cached > 0 ? [`${cached} cached`] : [])]
  return notes.length === 0 ? String(calls) : `${calls} (${notes.join(', ')})`
}

function costCell({ cost, usage }: ModelBill): string {
  // Nothing was asked of the model, so there is nothing to be unknown.
  return cost.usd === null && cost.unpricedCalls === 0 && usage.outputTokens === 0 ? '–' : formatCost(cost)
}

/** Why the answer is not all that was asked for, one entry each. */
export function degradedLines(degraded: readonly Degradation[], width: number): Line[] {
  return degraded.flatMap(({ message }) =>
    wrap([span('! ', { color: 'yellow' }), span(oneLine(message), { color: 'yellow' })], width),
  )
}
