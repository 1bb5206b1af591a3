import type { JSX } from 'preact'
import { CopyButton } from '../components/copy-button.js'
import { t } from '../i18n/index.js'
import { lazy } from './lazy.js'
import { nodesOf } from './markup.js'

/** What colours code, loaded with the first block that is finished. */
export const highlighting = lazy(() => import('./highlighter.js'))

/** Longer code stays plain: colouring it would hold up the page. */
const MOST_COLOURED = 30_000
const SPANS = { span: ['class'] }

export interface CodeBlockProps {
  readonly code: string
  readonly language: string
  /** It is still being written: colours would change with every piece. */
  readonly live: boolean
}

export function CodeBlock({ code, language, live }: CodeBlockProps): JSX.Element {
  const coloured = !live && language !== '' && code.length <= MOST_COLOURED
  const markup = coloured ? highlighting.value?.highlight(code, language) : undefined
  return (
    <figure class="code-block">
      <figcaption>
        <span>{language === '' ? t('markdown.code') : language}</span>
        <CopyButton text={code} label={t('markdown.copyCode')} />
      </figcaption>
      <pre tabIndex={0} aria-label={t('markdown.code')}>
        <code>{markup === undefined ? code : nodesOf(markup, SPANS)}</code>
      </pre>
    </figure>
  )
}
