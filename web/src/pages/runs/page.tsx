import type { JSX } from 'preact'
import { link, place } from '../../app/router.js'
import '../../components/fields.css'
import { t } from '../../i18n/index.js'
import { Comparison } from './comparison.js'
import { RunListing } from './run-list.js'
import { RunPage } from './run-page.js'
import './runs.css'

/** Recent runs, one run, or two answers side by side. */
export function Page(): JSX.Element {
  const [first] = place.value.parts
  const comparing = first === 'compare'
  if (first !== undefined && !comparing) return <RunPage key={first} id={first} />
  return (
    <div class="page">
      <h1>{comparing ? t('compare.title') : t('page.runs')}</h1>
      <nav class="sections" aria-label={t('runs.sections')}>
        <a href={link('runs')} aria-current={comparing ? undefined : 'page'}>
          {t('runs.recent')}
        </a>
        <a href={link('runs', 'compare')} aria-current={comparing ? 'page' : undefined}>
          {t('runs.compare')}
        </a>
      </nav>
      {comparing ? <Comparison /> : <RunListing />}
    </div>
  )
}
