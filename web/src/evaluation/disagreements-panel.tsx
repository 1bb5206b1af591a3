import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import type { DocumentItem, DocumentJudgment } from '../../../src/eval/report/document.js'
import { Table } from '../components/table.js'
import type { ListPanelProps } from './compare-panel.js'
import { count } from './format.js'
import { say } from './texts.js'

interface Disagreement {
  readonly key: string
  readonly item: DocumentItem
  readonly judgment: DocumentJudgment
}

/** Items on which a judge changed its mind when the answers changed places. */
export function DisagreementsPanel({ document, onOpen }: ListPanelProps): JSX.Element {
  const { items } = document
  const listed = useMemo(
    () =>
      items.flatMap((item): Disagreement[] =>
        item.judgments.flatMap((judgment, index) =>
          judgment.disagrees ? [{ key: `${item.id} ${index}`, item, judgment }] : [],
        ),
      ),
    [items],
  )
  const both = items.some(({ judgments }) => judgments.some(({ disagrees }) => disagrees !== undefined))
  if (!both) return <p class="muted">{say('oneOrder')}</p>
  const order = [...new Set(listed.map(({ item }) => item.id))]
  return (
    <div class="items">
      <p class="muted" role="status">
        {say('shown', { shown: count(order.length), total: count(items.length) })}
      </p>
      <Table
        caption={say('disagreements')}
        rows={listed}
        keyOf={({ key }) => key}
        empty={say('noDisagreement')}
        columns={[
          {
            id: 'id',
            title: say('item'),
            cell: ({ item: { id } }) => (
              <button
                type="button"
                class="link-button"
                aria-label={say('openItem', { id })}
                onClick={() => onOpen(id, order)}
              >
                {id}
              </button>
            ),
          },
          { id: 'judge', title: say('judge'), cell: ({ judgment }) => judgment.judge ?? '' },
          {
            id: 'contestants',
            title: say('contestant'),
            cell: ({ judgment }) => judgment.contestants.join(' – '),
          },
          { id: 'verdict', title: say('judgments'), cell: ({ judgment }) => judgment.verdict },
        ]}
      />
    </div>
  )
}
