import type { JSX } from 'preact'
import type { RecipeOutline } from '../../../../src/cli/ui/recipes/types.js'
import { t } from '../../i18n/index.js'
import { formatCount, formatDollars } from '../../util/format.js'
import { check } from './editor.js'
import { Diagram } from './diagram.js'

/** What the recipe comes to: its stages, its calls, its price. */
export function Outline(): JSX.Element | null {
  const outline = check.value?.outline
  if (outline === undefined) return null
  const stale = (check.value?.problems.length ?? 0) > 0
  return (
    <section class={stale ? 'outline outline-stale' : 'outline'} aria-label={t('recipes.outline')}>
      <dl class="facts">
        <Fact name={t('recipes.calls')} value={formatCount(outline.calls)} />
        <Fact name={t('recipes.depth')} value={formatCount(outline.depth)} />
        <Fact name={t('recipes.price')} value={priceOf(outline)} />
        <Fact name={t('recipes.ceiling')} value={ceilingOf(outline)} />
        <Fact name={t('recipes.tokens')} value={formatCount(outline.estimate.inputTokens)} />
        <Fact name={t('recipes.hash')} value={<code>{outline.hash.slice(0, 12)}</code>} />
      </dl>
      <Diagram stages={outline.stages} />
      <Reasons outline={outline} />
    </section>
  )
}

function Fact({ name, value }: { readonly name: string; readonly value: string | JSX.Element }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function priceOf({ estimate: { usd, unpriced } }: RecipeOutline): string {
  if (usd === null) return t('cost.unknown')
  return unpriced.length === 0 ? formatDollars(usd) : t('recipes.partPrice', { price: formatDollars(usd) })
}

const ceilingOf = ({ estimate: { ceilingUsd } }: RecipeOutline): string =>
  ceilingUsd === null ? t('recipes.noCeiling') : formatDollars(ceilingUsd)

function Reasons({ outline: { estimate } }: { readonly outline: RecipeOutline }): JSX.Element | null {
  const { unpriced, unlimited } = estimate
  const reasons = [
    ...(unpriced.length > 0 ? [t('recipes.unpriced', { models: unpriced.join(', ') })] : []),
    ...(unlimited.length > 0 ? [t('recipes.unlimited', { slots: [...new Set(unlimited)].join(', ') })] : []),
  ]
  return reasons.length === 0 ? null : <p class="muted outline-reasons">{reasons.join(' ')}</p>
}
