import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { EvalDocument } from '../../../src/eval/report/document.js'
import { Table, type Column } from '../components/table.js'
import { compareItems, type Difference } from './compare.js'
import { count } from './format.js'
import { Choice, scoredNames } from './items/items-panel.js'
import { saveCsv } from './save.js'
import { say } from './texts.js'

const SHOWN = 100
const Z95 = 1.96

export interface ListPanelProps {
  readonly document: EvalDocument
  readonly onOpen: (id: string, order: readonly string[]) => void
}

/** Two contestants item by item: regressions first. */
export function ComparePanel({ document, onOpen }: ListPanelProps): JSX.Element {
  const names = useMemo(() => {
    const scored = scoredNames(document)
    const { baseline, measure } = document
    return measure.even !== undefined && baseline !== undefined ? [...scored, baseline] : scored
  }, [document])
  const [a, setA] = useState(names[0] ?? '')
  const [b, setB] = useState(names.at(-1) ?? '')
  const [onlyWorse, setOnlyWorse] = useState(true)
  const result = useMemo(() => compareItems(document, a, b), [document, a, b])
  if (names.length < 2) return <p class="muted">{say('noCompare')}</p>
  const { mean, standardError, better, worse, differences } = result
  const listed = onlyWorse ? differences.filter(({ difference }) => difference < 0) : differences
  const digits = document.measure.digits
  const options = names.map((name) => [name, name] as const)
  const order = listed.map(({ id }) => id)
  return (
    <div class="items">
      <div class="filters">
        <Choice label={say('compareA')} value={a} options={options} required onChange={setA} />
        <Choice label={say('compareB')} value={b} options={options} required onChange={setB} />
        <label class="check">
          <input type="checkbox" checked={onlyWorse} onChange={() => setOnlyWorse(!onlyWorse)} />
          {say('regressions')}
        </label>
      </div>
      {differences.length > 1 && (
        <>
          <dl class="facts">
            <Fact name={say('difference')}>
              {`${mean >= 0 ? '+' : ''}${mean.toFixed(digits)} (${(mean - Z95 * standardError).toFixed(digits)} – ${(mean + Z95 * standardError).toFixed(digits)})`}
            </Fact>
            <Fact name={`▲ ${say('better')}`}>{count(better)}</Fact>
            <Fact name={`= ${say('same')}`}>{count(differences.length - better - worse)}</Fact>
            <Fact name={`▼ ${say('worse')}`}>{count(worse)}</Fact>
          </dl>
          <div class="table-head">
            <p class="muted small">{say('differenceNote', { items: count(differences.length) })}</p>
            <button
              type="button"
              class="link-button"
              aria-label={say('saveTable', { title: say('compare') })}
              onClick={() =>
                saveCsv(`${document.id} ${a} ${b}`, [
                  ['item', a, b, 'difference'],
                  ...listed.map((one) => [one.id, one.a, one.b, one.difference]),
                ])
              }
            >
              {say('saveCsv')}
            </button>
          </div>
        </>
      )}
      <Table
        caption={say('compare')}
        columns={columnsOf(document, { a, b }, (id) => onOpen(id, order))}
        rows={listed.slice(0, SHOWN)}
        keyOf={({ id }) => id}
        empty={say('nothing')}
      />
    </div>
  )
}

export function Fact({
  name,
  children,
}: {
  readonly name: string
  readonly children: JSX.Element | string
}): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function columnsOf(
  { items, measure }: EvalDocument,
  { a, b }: { readonly a: string; readonly b: string },
  open: (id: string) => void,
): readonly Column<Difference>[] {
  const prompts = new Map(items.map(({ id, turns }) => [id, turns[0] ?? '']))
  return [
    {
      id: 'id',
      title: say('item'),
      cell: ({ id }) => (
        <button
          type="button"
          class="link-button"
          aria-label={say('openItem', { id })}
          onClick={() => open(id)}
        >
          {id}
        </button>
      ),
    },
    {
      id: 'prompt',
      title: say('prompt'),
      cell: ({ id }) => (
        <span class="prompt-line" dir="auto">
          {(prompts.get(id) ?? '').slice(0, 140)}
        </span>
      ),
    },
    { id: 'a', title: a, numeric: true, cell: (one) => one.a.toFixed(measure.digits) },
    { id: 'b', title: b, numeric: true, cell: (one) => one.b.toFixed(measure.digits) },
    {
      id: 'difference',
      title: '±',
      numeric: true,
      cell: ({ difference }) => (
        <span class={`score ${difference > 0 ? 'score-wins' : difference < 0 ? 'score-losses' : ''}`}>
          {`${difference > 0 ? '+' : ''}${difference.toFixed(measure.digits)}`}
        </span>
      ),
    },
  ]
}
