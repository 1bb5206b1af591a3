import type { ComponentChildren, JSX } from 'preact'
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Icon, type IconName } from './icon.js'
import './menu.css'
import { afterKey } from './tabs.js'

export interface MenuItem {
  readonly text: ComponentChildren
  readonly icon?: IconName
  /** For choices: whether this one is taken. */
  readonly checked?: boolean
  readonly danger?: boolean
  /** A heading above this item and those that follow. */
  readonly group?: string
  readonly onSelect: () => void
}

export interface MenuProps {
  /** What the button is called. */
  readonly label: string
  /** What the button shows; its icon alone when absent. */
  readonly children?: ComponentChildren
  readonly icon?: IconName
  readonly items: readonly MenuItem[]
  /** Which side of the button the list keeps to. Default `start`. */
  readonly align?: 'start' | 'end'
  readonly above?: boolean
}

/** A button that opens a menu after the ARIA pattern. */
export function Menu(props: MenuProps): JSX.Element {
  const { label, children, icon, items, align = 'start', above = false } = props
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const id = useId()
  const close = (): void => {
    setOpen(false)
    root.current?.querySelector<HTMLElement>('button')?.focus()
  }
  useLayoutEffect(() => {
    if (!open) return
    entries(root.current)[
      Math.max(
        0,
        items.findIndex(({ checked }) => checked),
      )
    ]?.focus()
    const outside = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false)
    }
    document.addEventListener('pointerdown', outside)
    return () => document.removeEventListener('pointerdown', outside)
  }, [open])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!open) return
    if (event.key === 'Escape' || event.key === 'Tab') {
      if (event.key === 'Escape') event.preventDefault()
      close()
      return
    }
    const list = entries(root.current)
    const target = afterKey(event.key, {
      index: list.indexOf(document.activeElement as HTMLElement),
      count: list.length,
    })
    if (target === undefined) return
    event.preventDefault()
    list[target]?.focus()
  }
  return (
    <div class="menu" ref={root} onKeyDown={onKeyDown}>
      <button
        type="button"
        class={`button button-quiet${children === undefined ? ' button-icon' : ''}`}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!open)}
      >
        {icon && <Icon name={icon} />}
        {children}
      </button>
      {open && (
        <div
          class={`menu-list menu-${align}${above ? ' menu-above' : ''}`}
          role="menu"
          id={id}
          aria-label={label}
        >
          {items.map((item, index) => (
            <Item key={index} item={item} onDone={close} />
          ))}
        </div>
      )}
    </div>
  )
}

function Item({ item, onDone }: { readonly item: MenuItem; readonly onDone: () => void }): JSX.Element {
  const { text, icon, checked, danger, group, onSelect } = item
  return (
    <>
      {group !== undefined && (
        <div class="menu-group" role="presentation">
          {group}
        </div>
      )}
      <button
        type="button"
        class={danger ? 'menu-item menu-danger' : 'menu-item'}
        role={checked === undefined ? 'menuitem' : 'menuitemradio'}
        aria-checked={checked}
        tabIndex={-1}
        onClick={() => {
          onDone()
          onSelect()
        }}
      >
        {icon && <Icon name={icon} />}
        <span class="menu-text">{text}</span>
        {checked && <Icon name="check" />}
      </button>
    </>
  )
}

function entries(root: HTMLElement | null): HTMLElement[] {
  return [...(root?.querySelectorAll<HTMLElement>('.menu-item') ?? [])]
}
