import type { JSX } from 'preact'
import { t } from '../../i18n/index.js'

export function Page(): JSX.Element {
  return (
    <div class="page">
      <h1>{t('page.runs')}</h1>
      <p class="muted">{t('page.unavailable')}</p>
    </div>
  )
}
