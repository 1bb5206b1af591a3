import type { JSX } from 'preact'
import { Icon } from '../components/icon.js'
import { Menu, type MenuItem } from '../components/menu.js'
import { LANGUAGES, chooseLanguage, language, t, type Language } from '../i18n/index.js'
import { PAGES } from './pages.js'
import { link } from './router.js'
import { session, signOut } from './session.js'
import { THEMES, chooseTheme, theme } from './theme.js'

/** The pages and the settings: a bar at the side, or at the bottom of narrow screens. */
export function Navigation({ current }: { readonly current: string | undefined }): JSX.Element {
  return (
    <nav class="navigation" aria-label={t('app.navigation')}>
      {PAGES.map(({ name, title, icon }) => (
        <a key={name} href={link(name)} aria-current={name === current ? 'page' : undefined}>
          <Icon name={icon} size={20} />
          <span>{t(title)}</span>
        </a>
      ))}
      <div class="navigation-settings">
        <Menu label={t('app.settings')} icon="settings" above items={settings()} />
      </div>
    </nav>
  )
}

function settings(): MenuItem[] {
  const themes = THEMES.map((name, index) => ({
    text: t(`app.theme.${name}`),
    checked: theme.value === name,
    ...(index === 0 && { group: t('app.theme') }),
    onSelect: () => chooseTheme(name),
  }))
  const languages = (Object.keys(LANGUAGES) as Language[]).map((name, index) => ({
    text: LANGUAGES[name],
    checked: language.value === name,
    ...(index === 0 && { group: t('app.language') }),
    onSelect: () => chooseLanguage(name),
  }))
  const state = session.value
  const leave = { text: t('app.signOut'), onSelect: () => void signOut() }
  return [...themes, ...languages, ...(state.state === 'open' && state.keys ? [leave] : [])]
}
