import type { JSX } from 'preact'
import { place } from '../../app/router.js'
import { session } from '../../app/session.js'
import { t } from '../../i18n/index.js'
import { RunList } from './run-list.js'
import { RunPage } from './run-page.js'

/** The list of evaluation runs, or one of them. */
export function Page(): JSX.Element {
  const served = session.value.state === 'open' && session.value.parts.includes('evaluations')
  const [id] = place.value.parts
  if (!served)
    return (
      <div class="page">
        <h1>{t('page.evaluations')}</h1>
        <p class="muted">{t('page.unavailable')}</p>
      </div>
    )
  return <div class="page">{id === undefined ? <RunList /> : <RunPage key={id} id={id} />}</div>
}
