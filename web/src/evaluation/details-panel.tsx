import type { JSX } from 'preact'
import type { EvalDocument } from '../../../src/eval/report/document.js'
import { count } from './format.js'
import { say } from './texts.js'

/** What the figures rest on: settings, remarks about the data, and what failed. */
export function DetailsPanel({ document }: { readonly document: EvalDocument }): JSX.Element {
  const { settings, problems, failures } = document
  return (
    <div class="details">
      <section>
        <h2>{say('settings')}</h2>
        <dl class="settings">
          {Object.entries(settings).map(([key, value]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>
                <code>{value}</code>
              </dd>
            </div>
          ))}
        </dl>
      </section>
      <section>
        <h2>{say('problems')}</h2>
        {problems.length === 0 && <p class="muted">{say('noProblems')}</p>}
        <ul>
          {problems.map(({ code, message, count: times }) => (
            <li key={`${code} ${message}`}>
              <code>{code}</code> ({count(times)}): {message}
            </li>
          ))}
        </ul>
      </section>
      {failures.length > 0 && (
        <section>
          <h2>{say('failures')}</h2>
          <ul>
            {failures.map(({ item, message }) => (
              <li key={item}>
                <code>{item}</code>: {message}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}
