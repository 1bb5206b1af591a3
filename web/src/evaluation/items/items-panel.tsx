import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { EvalDocument } from '../../../../src/eval/report/document.js'
import { Button } from '../../components/button.js'
import { Table, type Column, type Sorting } from '../../components/table.js'
import { count } from '../format.js'
import { saveCsv } from '../save.js'
import { say } from '../texts.js'
import { Score } from './score-cell.js'
import { NO_FILTER, OUTCOMES, selectItems, sortItems, type ItemFilter, type Outcome } from './select-items.js'

type Item = EvalDocument['items'][number]

const PER_PAGE = 50
const PROMPT_SHOWN = 140

export interface ItemsPanelProps {
  readonly document: EvalDocument
  /** Opens an item, with the order in which the others are leafed through. */
  readonly onOpen: (id: string, order: readonly string[]) => void
}

/** Every item with each contestant's score: filtered, sorted, searched, saved. */
export function ItemsPanel({ document, onOpen }: ItemsPanelProps): JSX.Element {
  const { items, measure } = document
  const names = useMemo(() => scoredNames(document), [document])
  const [filter, setFilter] = useState<ItemFilter>({ ...NO_FILTER, contestant: names[0] ?? '' })
  const [sorting, setSorting] = useState<Sorting>()
  const [page, setPage] = useState(0)
  const found = useMemo(() => selectItems(items, filter, measure), [items, filter, measure])
  const sorted = useMemo(() => (sorting ? sortItems(found, sorting) : found), [found, sorting])
  const pages = Math.max(1, Math.ceil(sorted.length / PER_PAGE))
  const shown = Math.min(page, pages - 1)
  const change = (part: Partial<ItemFilter>): void => {
    setFilter({ ...filter, ...part })
    setPage(0)
  }
  const order = sorted.map(({ id }) => id)
  return (
    <div class="items">
      <ItemFilters document={document} names={names} filter={filter} onChange={change} />
      <div class="table-head">
        <span class="muted" role="status">
          {say('shown', { shown: count(sorted.length), total: count(items.length) })}
        </span>
        <button
          type="button"
          class="link-button"
          aria-label={say('saveTable', { title: say('items') })}
          onClick={() => saveCsv(`${document.id} ${say('items')}`, itemRows(sorted, names))}
        >
          {say('saveCsv')}
        </button>
      </div>
      <Table
        caption={say('items')}
        columns={columnsOf(document, names, (id) => onOpen(id, order))}
        rows={sorted.slice(shown * PER_PAGE, (shown + 1) * PER_PAGE)}
        keyOf={({ id }) => id}
        {...(sorting && { sorting })}
        onSort={setSorting}
        empty={say('nothing')}
      />
      {pages > 1 && (
        <div class="pager">
          <Button
            icon="left"
            label={say('previous')}
            disabled={shown === 0}
            onClick={() => setPage(shown - 1)}
          />
          <span>{say('page', { page: shown + 1, pages })}</span>
          <Button
            icon="right"
            label={say('next')}
            disabled={shown === pages - 1}
            onClick={() => setPage(shown + 1)}
          />
        </div>
      )}
    </div>
  )
}

interface ItemFiltersProps {
  readonly document: EvalDocument
  readonly names: readonly string[]
  readonly filter: ItemFilter
  readonly onChange: (part: Partial<ItemFilter>) => void
}

function ItemFilters({ document, names, filter, onChange }: ItemFiltersProps): JSX.Element {
  const categories = [...new Set(document.items.flatMap(({ category }) => category ?? []))].sort()
  const outcomes = document.measure.even === undefined ? OUTCOMES.slice(3) : OUTCOMES
  return (
    <div class="filters">
      <input
        type="search"
        class="field grow"
        placeholder={say('search')}
        aria-label={say('search')}
        value={filter.search}
        onInput={({ currentTarget }) => onChange({ search: currentTarget.value })}
      />
      {categories.length > 1 && (
        <Choice
          label={say('category')}
          value={filter.category}
          options={categories.map((name) => [name, name])}
          onChange={(category) => onChange({ category })}
        />
      )}
      {names.length > 0 && (
        <Choice
          label={say('outcome')}
          value={filter.outcome}
          options={outcomes.map((outcome) => [outcome, say(outcome)])}
          onChange={(outcome) => onChange({ outcome: outcome as Outcome | '' })}
        />
      )}
      {names.length > 1 && filter.outcome !== '' && (
        <Choice
          label={say('of')}
          value={filter.contestant}
          options={names.map((name) => [name, name])}
          required
          onChange={(contestant) => onChange({ contestant })}
        />
      )}
    </div>
  )
}

export interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly options: readonly (readonly [value: string, label: string])[]
  /** There is no "all". */
  readonly required?: boolean
  readonly onChange: (value: string) => void
}

/** A labelled list to choose from. */
export function Choice({ label, value, options, required = false, onChange }: ChoiceProps): JSX.Element {
  return (
    <label class="choice">
      <span class="muted">{label}</span>
      <select class="field" value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {!required && <option value="">{say('all')}</option>}
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Contestants with a score on some item, in the order of the ranking. */
export function scoredNames({ rows, items }: EvalDocument): readonly string[] {
  const scored = new Set(items.flatMap(({ scores }) => Object.keys(scores)))
  const ranked = rows.map(({ name }) => name).filter((name) => scored.has(name))
  return [...ranked, ...[...scored].filter((name) => !ranked.includes(name))]
}

const firstLine = (text: string): string =>
  text.length > PROMPT_SHOWN ? `${text.slice(0, PROMPT_SHOWN)}…` : text

function columnsOf(
  { items, measure }: EvalDocument,
  names: readonly string[],
  open: (id: string) => void,
): readonly Column<Item>[] {
  const categories = items.some(({ category }) => category !== undefined)
  return [
    {
      id: 'id',
      title: say('item'),
      sortable: true,
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
    ...(categories
      ? [
          {
            id: 'category',
            title: say('category'),
            sortable: true,
            cell: ({ category }: Item) => category ?? '',
          },
        ]
      : []),
    {
      id: 'prompt',
      title: say('prompt'),
      sortable: true,
      cell: ({ turns }) => (
        <span class="prompt-line" dir="auto">
          {firstLine(turns[0] ?? '')}
        </span>
      ),
    },
    ...names.map((name) => ({
      id: `score:${name}`,
      title: name,
      numeric: true,
      sortable: true,
      cell: (item: Item) => <Score item={item} contestant={name} measure={measure} />,
    })),
  ]
}

function itemRows(items: readonly Item[], names: readonly string[]): (string | number | null)[][] {
  return [
    ['item', 'category', 'prompt', ...names],
    ...items.map((item) => [
      item.id,
      item.category ?? '',
      item.turns.join('\n\n'),
      ...names.map((name) => item.scores[name] ?? null),
    ]),
  ]
}
