import type { ComponentChildren, JSX } from 'preact'
import './button.css'
import { Icon, type IconName } from './icon.js'

export interface ButtonProps {
  readonly children?: ComponentChildren
  readonly icon?: IconName
  /** Said instead of the content, which is then only an icon. */
  readonly label?: string
  readonly kind?: 'plain' | 'primary' | 'quiet' | 'danger'
  readonly type?: 'button' | 'submit'
  readonly disabled?: boolean
  /** For buttons that stay pressed. */
  readonly pressed?: boolean
  readonly class?: string
  readonly onClick?: (event: MouseEvent) => void
}

export function Button(props: ButtonProps): JSX.Element {
  const { children, icon, label, kind = 'plain', type = 'button', disabled, pressed, onClick } = props
  return (
    <button
      type={type}
      class={`button button-${kind}${children === undefined ? ' button-icon' : ''} ${props.class ?? ''}`}
      disabled={disabled ?? false}
      {...(label !== undefined && { 'aria-label': label, title: label })}
      {...(pressed !== undefined && { 'aria-pressed': pressed })}
      {...(onClick && { onClick })}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  )
}
