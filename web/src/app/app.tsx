import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { Button } from '../components/button.js'
import { language, t } from '../i18n/index.js'
import './app.css'
import { LazyPage } from './lazy-page.js'
import { Navigation } from './navigation.js'
import { PAGES } from './pages.js'
import { place } from './router.js'
import { openSession, session } from './session.js'
import { SignIn } from './sign-in.js'

/** The whole interface: navigation beside the page of the current place. */
export function App(): JSX.Element {
  useEffect(() => void openSession(), [])
  const name = place.value.page
  const page = name === '' ? PAGES[0] : PAGES.find((candidate) => candidate.name === name)
  const title = page === undefined ? t('app.title') : `${t(page.title)} · ${t('app.title')}`
  useEffect(() => {
    document.documentElement.lang = language.value
    document.title = title
  }, [title])
  const state = session.value
  switch (state.state) {
    case 'opening':
      return <p class="notice muted">{t('app.loading')}</p>
    case 'unreachable':
      return (
        <div class="notice" role="alert">
          <p>{t('app.unreachable')}</p>
          <Button onClick={() => void openSession()}>{t('app.retry')}</Button>
        </div>
      )
    case 'signed-out':
      return <SignIn />
    case 'open':
      return (
        <div class="app">
          <a class="skip-link" href="#content" onClick={skip}>
            {t('app.skip')}
          </a>
          <Navigation current={page?.name} />
          <main id="content" tabIndex={-1}>
            {page ? <LazyPage key={page.name} page={page} /> : <p class="page">{t('app.notFound')}</p>}
          </main>
        </div>
      )
  }
}

/** The address is taken by the router, so the link moves the focus by itself. */
function skip(event: MouseEvent): void {
  event.preventDefault()
  document.getElementById('content')?.focus()
}
