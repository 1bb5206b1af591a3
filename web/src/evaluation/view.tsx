import type { ComponentChildren, JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { DocumentCount, EvalDocument } from '../../../src/eval/report/document.js'
import { Tabs } from '../components/tabs.js'
import { ComparePanel, Fact } from './compare-panel.js'
import { DetailsPanel } from './details-panel.js'
import { DisagreementsPanel } from './disagreements-panel.js'
import './evaluation.css'
import { count, day, dollars } from './format.js'
import { ItemView } from './items/item-view.js'
import { ItemsPanel } from './items/items-panel.js'
import { OverviewPanel } from './overview-panel.js'
import { say } from './texts.js'

export interface EvaluationViewProps {
  readonly document: EvalDocument
  /** What stands beside a contestant's answer to an item, such as a vote. */
  readonly beside?: (item: string, contestant: string) => ComponentChildren
  /** Further facts for the head. */
  readonly facts?: ComponentChildren
  /** The item that is open, where the address says it; absent: the view remembers it itself. */
  readonly place?: ItemPlace
}

export interface ItemPlace {
  readonly item: string | undefined
  readonly onItem: (id: string | undefined) => void
}

/** A whole evaluation: its figures, its items, and each item's answers and judgments. */
export function EvaluationView({ document, beside, facts, place }: EvaluationViewProps): JSX.Element {
  const [tab, setTab] = useState('overview')
  const [own, setOwn] = useState<string>()
  const [order, setOrder] = useState<readonly string[]>()
  const { item: opened, onItem } = place ?? { item: own, onItem: setOwn }
  const item = opened === undefined ? undefined : document.items.find(({ id }) => id === opened)
  const open = (id: string, among: readonly string[]): void => {
    setOrder(among)
    onItem(id)
  }
  if (item) {
    // Who came by the address leafs through all of them.
    const among = order?.includes(item.id) ? order : document.items.map(({ id }) => id)
    const at = among.indexOf(item.id)
    const step = (by: number): (() => void) | undefined => {
      const id = among[at + by]
      return id === undefined ? undefined : () => open(id, among)
    }
    return (
      <ItemView
        document={document}
        item={item}
        onPrevious={step(-1)}
        onNext={step(1)}
        onBack={() => onItem(undefined)}
        beside={beside && ((contestant) => beside(item.id, contestant))}
      />
    )
  }
  const lists = { document, onOpen: open }
  const tabs = [
    { id: 'overview', title: say('overview'), content: () => <OverviewPanel document={document} /> },
    ...(document.items.length === 0
      ? []
      : [
          {
            id: 'items',
            title: `${say('items')} ${count(document.items.length)}`,
            content: () => <ItemsPanel {...lists} />,
          },
          { id: 'compare', title: say('compare'), content: () => <ComparePanel {...lists} /> },
          {
            id: 'disagreements',
            title: say('disagreements'),
            content: () => <DisagreementsPanel {...lists} />,
          },
        ]),
    { id: 'details', title: say('details'), content: () => <DetailsPanel document={document} /> },
  ]
  return (
    <div class="evaluation">
      <Head document={document}>{facts}</Head>
      {opened !== undefined && <p role="status">{say('noItem', { id: opened })}</p>}
      <Tabs label={document.title} tabs={tabs} selected={tab} onSelect={setTab} />
    </div>
  )
}

function Head({
  document,
  children,
}: {
  readonly document: EvalDocument
  readonly children: ComponentChildren
}): JSX.Element {
  const { id, title, source, status, reason, baseline, judges, createdAt, spentUsd, progress } = document
  return (
    <header class="evaluation-head">
      <h1>{title}</h1>
      <p class="muted">
        <code>{id}</code>
      </p>
      <dl class="facts">
        {source === 'run' && (
          <Fact name={say('status')}>
            <span class={`status status-${status}`}>{say(status)}</span>
          </Fact>
        )}
        {baseline !== undefined && <Fact name={say('baseline')}>{baseline}</Fact>}
        {judges.length > 0 && <Fact name={say('judges')}>{judges.join(', ')}</Fact>}
        {createdAt !== undefined && <Fact name={say('started')}>{day(createdAt)}</Fact>}
        {spentUsd !== null && <Fact name={say('spent')}>{dollars(spentUsd)}</Fact>}
        {source === 'files' && <Fact name={say('items')}>{count(document.items.length)}</Fact>}
        {progress && progress.answers.total > 0 && (
          <Fact name={say('answers')}>{progressText(progress.answers)}</Fact>
        )}
        {progress && progress.judgments.total > 0 && (
          <Fact name={say('judgments')}>{progressText(progress.judgments)}</Fact>
        )}
        {children}
      </dl>
      {reason !== undefined && <p class="warning">{reason}</p>}
    </header>
  )
}

function progressText({ done, failed, total }: DocumentCount): string {
  const text = done === total ? count(done) : `${count(done)} / ${count(total)}`
  return failed === 0 ? text : `${text}, ${say('failed', { count: count(failed) })}`
}
