import { render, type JSX } from 'preact'
import { EVAL_DOCUMENT_VERSION, type EvalDocument } from '../../../src/eval/report/document.js'
import { chooseTheme, theme, THEMES, type Theme } from '../app/theme.js'
import { Choice } from '../evaluation/items/items-panel.js'
import { say } from '../evaluation/texts.js'
import { EvaluationView } from '../evaluation/view.js'
import { chooseLanguage, language, LANGUAGES, type Language } from '../i18n/index.js'
import '../styles/tokens.css'
import '../styles/base.css'
import './report.css'

/** The document that `moa eval report` put into the page. */
function read(): Partial<EvalDocument> {
  const text = document.getElementById('evaluation')?.textContent ?? '{}'
  return JSON.parse(text) as Partial<EvalDocument>
}

function Report({ shown }: { readonly shown: Partial<EvalDocument> }): JSX.Element {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en'
  const known = shown.version === EVAL_DOCUMENT_VERSION
  return (
    <main class="report">
      <div class="report-bar">
        <strong>Mixture of Agents</strong>
        <span class="grow" />
        <Choice
          label={say('theme')}
          value={theme.value}
          required
          options={THEMES.map((name) => [name, say(name)])}
          onChange={(name) => chooseTheme(name as Theme)}
        />
        <Choice
          label={say('language')}
          value={language.value}
          required
          options={Object.entries(LANGUAGES)}
          onChange={(name) => chooseLanguage(name as Language)}
        />
      </div>
      {known ? (
        <EvaluationView document={shown as EvalDocument} />
      ) : (
        <p>{say('unreadable', { version: String(shown.version ?? '?') })}</p>
      )}
    </main>
  )
}

const root = document.getElementById('report')
if (root) render(<Report shown={read()} />, root)
