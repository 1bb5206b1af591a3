import type { ComponentChildren, JSX } from 'preact'
import './table.css'

export interface Column<Row> {
  readonly id: string
  readonly title: ComponentChildren
  readonly cell: (row: Row) => ComponentChildren
  /** Figures stand to the right. */
  readonly numeric?: boolean
  readonly sortable?: boolean
}

export interface Sorting {
  readonly column: string
  readonly descending: boolean
}

export interface TableProps<Row> {
  /** What the table is about, for those who don't see it. */
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  readonly sorting?: Sorting
  readonly onSort?: (sorting: Sorting) => void
  readonly empty?: ComponentChildren
}

/** A table that scrolls sideways by itself; headings sort when asked to. The owner does the sorting. */
export function Table<Row>(props: TableProps<Row>): JSX.Element {
  const { caption, columns, rows, keyOf, empty } = props
  if (rows.length === 0 && empty !== undefined) return <p class="muted">{empty}</p>
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label={caption}>
      <table class="table">
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.id} column={column} {...props} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ id, cell, numeric }) => (
                <td key={id} class={numeric ? 'numeric' : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Heading<Row>({
  column,
  sorting,
  onSort,
}: TableProps<Row> & { readonly column: Column<Row> }): JSX.Element {
  const { id, title, numeric, sortable } = column
  const sorted = sorting?.column === id ? sorting : undefined
  const order = sorted === undefined ? 'none' : sorted.descending ? 'descending' : 'ascending'
  return (
    <th scope="col" class={numeric ? 'numeric' : undefined} aria-sort={sortable ? order : undefined}>
      {sortable && onSort ? (
        <button
          type="button"
          class="table-sort"
          onClick={() => onSort({ column: id, descending: sorted ? !sorted.descending : numeric === true })}
        >
          {title}
          <span aria-hidden="true">{sorted === undefined ? '' : sorted.descending ? ' ↓' : ' ↑'}</span>
        </button>
      ) : (
        title
      )}
    </th>
  )
}
