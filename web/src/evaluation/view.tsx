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
}

interface Opened {
  readonly id: string
  readonly order: readonly string[]
}

/** A whole evaluation: its figures, its items, and each item's answers and judgments. */
export function EvaluationView({ document, beside, facts }: EvaluationViewProps): JSX.Element {
  const [tab, setTab] = useState('overview')
  const [opened, setOpened] = useState<Opened>()
  const item = opened && document.items.find(({ id }) => id === opened.id)
  const open = (id: string, order: readonly string[]): void => setOpened({ id, order })
  if (opened && item) {
    const place = opened.order.indexOf(item.id)
    const step = (by: number): (() => void) | undefined => {
      const id = opened.order[place + by]
      return place < 0 || id === undefined ? undefined : () => open(id, opened.order)
    }
    return (
      <ItemView
        document={document}
        item={item}
        onPrevious={step(-1)}
        onNext={step(1)}
        onBack={() => setOpened(undefined)}
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
