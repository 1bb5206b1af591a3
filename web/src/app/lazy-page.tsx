import type { ComponentType, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Button } from '../components/button.js'
import { t } from '../i18n/index.js'
import type { Page } from './pages.js'

const loaded = new Map<string, ComponentType>()

/** A page whose code comes when it is first visited. */
export function LazyPage({ page }: { readonly page: Page }): JSX.Element {
  const [, redraw] = useState(0)
  const [failed, setFailed] = useState(false)
  const load = (): void => {
    setFailed(false)
    page.load().then(
      ({ Page: component }) => {
        loaded.set(page.name, component)
        redraw((count) => count + 1)
      },
      () => setFailed(true),
    )
  }
  useEffect(() => {
    if (!loaded.has(page.name)) load()
  }, [page])
  const Content = loaded.get(page.name)
  if (Content) return <Content />
  if (!failed)
    return (
      <p class="page muted" role="status">
        {t('app.loading')}
      </p>
    )
  return (
    <div class="page" role="alert">
      <p>{t('app.pageFailed')}</p>
      <Button onClick={load}>{t('app.retry')}</Button>
    </div>
  )
}
