import type { ComponentType } from 'preact'
import type { IconName } from '../components/icon.js'
import type { PlainKey } from '../i18n/index.js'

/** A page of the app: its name in the address, its title, and where its code is. */
export interface Page {
  readonly name: string
  readonly title: PlainKey
  readonly icon: IconName
  readonly load: () => Promise<{ readonly Page: ComponentType }>
}

/** Every page; the first one is shown when none is asked for. Each is loaded when it is visited. */
export const PAGES: readonly Page[] = [
  { name: 'chat', title: 'page.chat', icon: 'chat', load: () => import('../pages/chat/page.js') },
  { name: 'runs', title: 'page.runs', icon: 'runs', load: () => import('../pages/runs/page.js') },
  { name: 'recipes', title: 'page.recipes', icon: 'recipes', load: () => import('../pages/recipes/page.js') },
  {
    name: 'evaluations',
    title: 'page.evaluations',
    icon: 'evaluations',
    load: () => import('../pages/evaluations/page.js'),
  },
  { name: 'status', title: 'page.status', icon: 'status', load: () => import('../pages/status/page.js') },
]
