import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { DocumentRow, EvalDocument } from '../../../src/eval/report/document.js'
import { Table, type Column, type Sorting } from '../components/table.js'
import { IntervalsFigure } from './figures/intervals-figure.js'
import { RadarFigure } from './figures/radar-figure.js'
import { ScatterFigure } from './figures/scatter-figure.js'
import { figure, interval, pricePer1000, priceText, secondsEach, timeText } from './format.js'
import { saveCsv } from './save.js'
import { say } from './texts.js'

/** The result table and the figures. */
export function OverviewPanel({ document }: { readonly document: EvalDocument }): JSX.Element {
  const { radars } = document
  return (
    <div class="overview">
      <ResultTable document={document} />
      <div class="figures">
        <IntervalsFigure document={document} />
        <ScatterFigure
          document={document}
          title={say('qualityPrice')}
          axis={say('priceAxis')}
          x={pricePer1000}
        />
        <ScatterFigure
          document={document}
          title={say('qualityTime')}
          axis={say('timeAxis')}
          x={secondsEach}
        />
        {radars.map((radar) => (
          <RadarFigure key={radar.title} radar={radar} />
        ))}
      </div>
    </div>
  )
}

function ResultTable({ document }: { readonly document: EvalDocument }): JSX.Element {
  const { rows, columns, primary } = document
  const [sorting, setSorting] = useState<Sorting>({ column: primary, descending: true })
  const answered = rows.some(({ account }) => account !== undefined)
  const cells: Column<DocumentRow>[] = [
    { id: 'name', title: say('contestant'), sortable: true, cell: ({ name }) => <strong>{name}</strong> },
    ...columns.map(({ key, label, digits }) => ({
      id: key,
      title: label,
      numeric: true,
      sortable: true,
      cell: ({ values, intervals }: DocumentRow) => (
        <>
          {figure(values[key], digits)}
          {intervals[key] && <span class="interval">{interval(intervals[key])}</span>}
        </>
      ),
    })),
    ...(answered
      ? [
          { id: 'price', title: say('pricePer1000'), numeric: true, sortable: true, cell: priceCell },
          { id: 'time', title: say('secondsEach'), numeric: true, sortable: true, cell: timeCell },
        ]
      : []),
  ]
  return (
    <section aria-label={say('results')}>
      <div class="table-head">
        <h2>{say('results')}</h2>
        <button
          type="button"
          class="link-button"
          aria-label={say('saveTable', { title: say('results') })}
          onClick={() => saveCsv(`${document.id} ${say('results')}`, resultRows(document))}
        >
          {say('saveCsv')}
        </button>
      </div>
      <Table
        caption={say('results')}
        columns={cells}
        rows={sorted(rows, sorting)}
        keyOf={({ name }) => name}
        sorting={sorting}
        onSort={setSorting}
        empty={say('none')}
      />
      {answered && <p class="muted small table-note">{say('simulatedCost')}</p>}
    </section>
  )
}

const priceCell = ({ account }: DocumentRow): string => priceText(account)
const timeCell = ({ account }: DocumentRow): string => timeText(account)

function sorted(rows: readonly DocumentRow[], { column, descending }: Sorting): readonly DocumentRow[] {
  const value = (row: DocumentRow): string | number | null | undefined => {
    if (column === 'name') return row.name
    if (column === 'price') return pricePer1000(row.account)
    if (column === 'time') return secondsEach(row.account)
    return row.values[column]
  }
  const sign = descending ? -1 : 1
  return [...rows].sort((a, b) => {
    const [ours, theirs] = [value(a) ?? null, value(b) ?? null]
    if (ours === null || theirs === null) return Number(ours === null) - Number(theirs === null)
    if (typeof ours === 'number' && typeof theirs === 'number') return sign * (ours - theirs)
    return sign * String(ours).localeCompare(String(theirs))
  })
}

/** The table with everything in full, under the benchmark's own names. */
function resultRows({ rows, columns }: EvalDocument): (string | number | null)[][] {
  return [
    [
      'model',
      ...columns.flatMap(({ key }) => [key, `${key}_low`, `${key}_high`]),
      'price_per_1000',
      'seconds_each',
    ],
    ...rows.map(({ name, values, intervals, account }) => [
      name,
      ...columns.flatMap(({ key }) => [
        values[key] ?? null,
        intervals[key]?.low ?? null,
        intervals[key]?.high ?? null,
      ]),
      pricePer1000(account) ?? null,
      secondsEach(account) ?? null,
    ]),
  ]
}
