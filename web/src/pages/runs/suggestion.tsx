import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { RecipeDocument } from '../../../../src/cli/ui/recipes/types.js'
import type { BestModel } from '../../../../src/eval/report/served.js'
import { api } from '../../api/client.js'
import { link } from '../../app/router.js'
import { t } from '../../i18n/index.js'

/** Whom a recipe is compared with unless somebody chooses, and why. */
export type Suggestion = BestModel | { readonly model: string; readonly recipe: string }

/** The single model that won most in an evaluation; where none was run, the one that writes the recipe's answers. */
export function useSuggestion(recipe: string, models: readonly string[]): Suggestion | undefined {
  const [best, setBest] = useState<BestModel | null>()
  const [writer, setWriter] = useState<Suggestion>()
  useEffect(() => {
    // A gateway without evaluations has no such path; nothing is lost then.
    api.get<BestModel | undefined>('best-model').then(
      (found) => setBest(found ?? null),
      () => setBest(null),
    )
  }, [])
  useEffect(() => {
    setWriter(undefined)
    if (best !== null || recipe === '') return
    const leaving = new AbortController()
    api.get<RecipeDocument>(`recipes/${encodeURIComponent(recipe)}`, leaving).then(
      ({ check }) => {
        const model = check.outline?.stages.at(-1)?.slots[0]?.model
        if (model !== undefined) setWriter({ model, recipe })
      },
      () => {},
    )
    return () => leaving.abort()
  }, [best, recipe])
  const found = best ?? writer
  return found && models.includes(found.model) ? found : undefined
}

/** Where a suggestion comes from, in words. */
export function Why({ suggestion }: { readonly suggestion: Suggestion }): JSX.Element {
  if ('recipe' in suggestion) return <>{t('compare.writer', { recipe: suggestion.recipe })}</>
  const { rate, label, run, title } = suggestion
  return (
    <>
      {t('compare.best', { title, label, rate: rate.toFixed(1) })}{' '}
      <a href={link('evaluations', run)}>{run}</a>
    </>
  )
}
