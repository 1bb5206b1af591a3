import type { ComponentChildren, JSX } from 'preact'
import { useId, useRef } from 'preact/hooks'
import './tabs.css'

export interface Tab {
  readonly id: string
  readonly title: ComponentChildren
  readonly content: () => ComponentChildren
}

export interface TabsProps {
  readonly label: string
  readonly tabs: readonly Tab[]
  readonly selected: string
  readonly onSelect: (id: string) => void
}

/** Tabs after the ARIA pattern: arrows move, only the chosen one is a stop of the Tab key. */
export function Tabs({ label, tabs, selected, onSelect }: TabsProps): JSX.Element {
  const base = useId()
  const list = useRef<HTMLDivElement>(null)
  const shown = tabs.find(({ id }) => id === selected) ?? tabs[0]
  const onKeyDown = (event: KeyboardEvent): void => {
    const target = afterKey(event.key, { index: tabs.findIndex((tab) => tab === shown), count: tabs.length })
    const tab = target === undefined ? undefined : tabs[target]
    if (target === undefined || tab === undefined) return
    event.preventDefault()
    onSelect(tab.id)
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[target]?.focus()
  }
  return (
    <div class="tabs">
      <div ref={list} class="tab-list" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${base}-${tab.id}`}
            aria-selected={tab === shown}
            aria-controls={`${base}-panel`}
            tabIndex={tab === shown ? 0 : -1}
            onClick={() => onSelect(tab.id)}
          >
            {tab.title}
          </button>
        ))}
      </div>
      {shown && (
        <div
          class="tab-panel"
          role="tabpanel"
          id={`${base}-panel`}
          aria-labelledby={`${base}-${shown.id}`}
          tabIndex={0}
        >
          {shown.content()}
        </div>
      )}
    </div>
  )
}

/** Where a key leads in a row that wraps around; `undefined` for keys that lead nowhere. */
export function afterKey(
  key: string,
  { index, count }: { readonly index: number; readonly count: number },
): number | undefined {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return (index + 1) % count
    case 'ArrowLeft':
    case 'ArrowUp':
      return (index - 1 + count) % count
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return undefined
  }
}
