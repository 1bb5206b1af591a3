import type { JSX } from 'preact'
import { useId, useRef } from 'preact/hooks'
import type { RecipeProblem } from '../../../../src/cli/ui/recipes/types.js'
import { Icon } from '../../components/icon.js'
import { t } from '../../i18n/index.js'
import { check, checking, text, writable, write } from './editor.js'

/** The recipe's own text with its lines numbered, and below it every mistake, which leads to its line. */
export function YamlField(): JSX.Element {
  const id = useId()
  const area = useRef<HTMLTextAreaElement>(null)
  const problems = check.value?.problems ?? []
  const count = Math.max(12, text.value.split('\n').length)
  const marked = new Set(problems.map(({ line }) => line))
  const goTo = ({ line = 1, column = 1 }: RecipeProblem): void => {
    const before = text.value.split('\n').slice(0, line - 1)
    const at = before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1
    area.current?.focus()
    area.current?.setSelectionRange(at, at)
  }
  return (
    <div class="yaml">
      <div class="yaml-frame">
        <div class="yaml-lines" aria-hidden="true">
          {Array.from({ length: count }, (_, index) => (
            <span key={index} class={marked.has(index + 1) ? 'yaml-bad' : undefined}>
              {index + 1}
            </span>
          ))}
        </div>
        <textarea
          ref={area}
          id={id}
          class="yaml-text"
          aria-label={t('recipes.yaml')}
          aria-describedby={`${id}-problems`}
          aria-invalid={problems.length > 0}
          rows={count}
          wrap="off"
          spellcheck={false}
          autoComplete="off"
          autocapitalize="off"
          readOnly={!writable.value}
          value={text.value}
          onInput={(event) => write(event.currentTarget.value)}
        />
      </div>
      <div id={`${id}-problems`} class="yaml-problems" role="status">
        <Summary problems={problems} />
        {problems.length > 0 && (
          <ul>
            {problems.map((problem, index) => (
              <li key={index}>
                {problem.line === undefined ? (
                  problem.message
                ) : (
                  <button type="button" onClick={() => goTo(problem)}>
                    <b>{t('recipes.line', { line: problem.line })}</b> {problem.message}
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
        {(check.value?.warnings ?? []).map((warning) => (
          <p key={warning} class="yaml-warning">
            <Icon name="warning" size={16} /> {warning}
          </p>
        ))}
      </div>
    </div>
  )
}

function Summary({ problems }: { readonly problems: readonly RecipeProblem[] }): JSX.Element {
  const words =
    problems.length === 0
      ? t('recipes.noProblems')
      : problems.length === 1
        ? t('recipes.oneProblem')
        : t('recipes.problem', { count: problems.length })
  return (
    <p class={problems.length === 0 ? 'yaml-good' : 'yaml-wrong'}>
      <Icon name={problems.length === 0 ? 'check' : 'warning'} size={16} />
      {checking.value ? t('recipes.checking') : words}
    </p>
  )
}
