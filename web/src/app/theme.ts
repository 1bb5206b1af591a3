import { effect, signal } from '@preact/signals'
import { remembered } from '../util/remembered.js'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const isTheme = (text: string | null): text is Theme => THEMES.includes(text as Theme)
const kept = remembered.get('theme')

/** Which colours are shown. */
export const theme = signal<Theme>(isTheme(kept) ? kept : 'system')

export function chooseTheme(chosen: Theme): void {
  remembered.set('theme', chosen)
  theme.value = chosen
}

effect(() => {
  const { dataset } = document.documentElement
  if (theme.value === 'system') delete dataset['theme']
  else dataset['theme'] = theme.value
})
