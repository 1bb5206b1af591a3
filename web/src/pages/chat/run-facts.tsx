import type { JSX } from 'preact'
import { link } from '../../app/router.js'
import { session } from '../../app/session.js'
import { t } from '../../i18n/index.js'
import { clean, cleanLine } from '../../markdown/clean.js'
import { formatCost, formatCount, formatDuration, formatSeconds } from '../../util/format.js'
import { useTicking } from '../../util/use-ticking.js'
import { costSoFar, usageSoFar } from './totals.js'
import type { TurnModel } from './turn-model.js'

const runsServed = (): boolean => {
  const { value } = session
  return value.state === 'open' && value.parts.includes('runs')
}

/** Who answered, how long it took and what it cost; and in which ways it fell short. */
export function RunFacts({ turn }: { readonly turn: TurnModel }): JSX.Element {
  const { view } = turn
  const running = turn.state.value === 'running'
  useTicking(running)
  const usage = usageSoFar(view)
  const { length: calls } = view.calls
  const time = running ? formatSeconds(turn.elapsedMs) : formatDuration(turn.elapsedMs)
  return (
    <div class="run-facts">
      <p>
        <span class="run-model">{cleanLine(turn.turn.model)}</span>
        {turn.turn.simulated && (
          <span class="tag tag-warning" title={t('chat.simulatedDetail')}>
            {t('chat.simulated')}
          </span>
        )}
        <span>{time}</span>
        {calls > 0 && <span>{t(calls === 1 ? 'chat.oneCall' : 'chat.calls', { count: calls })}</span>}
        {calls > 0 && (
          <span title={t('chat.tokensDetail', { input: usage.inputTokens, output: usage.outputTokens })}>
            {t('chat.tokens', { count: formatCount(usage.inputTokens + usage.outputTokens) })}
          </span>
        )}
        {calls > 0 && <span>{formatCost(costSoFar(view))}</span>}
        {calls > 0 && !running && view.runId !== undefined && runsServed() && (
          <a href={link('runs', view.runId)}>{t('chat.run')}</a>
        )}
      </p>
      {view.degraded.length > 0 && (
        <details class="degraded">
          <summary>{t('chat.degraded', { count: view.degraded.length })}</summary>
          <ul>
            {view.degraded.map(({ message }, index) => (
              <li key={index} dir="auto">
                {clean(message)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}
