import type { JSX } from 'preact'
import type { ListedRecipe } from '../../../../src/cli/ui/recipes/types.js'
import { link } from '../../app/router.js'
import { Button } from '../../components/button.js'
import { t } from '../../i18n/index.js'
import { dirty, list, writable } from './editor.js'

/** All recipes, those of the configuration first. */
export function RecipeListing({
  current,
  onNew,
}: {
  readonly current: string | undefined
  readonly onNew: () => void
}): JSX.Element {
  const recipes = list.value?.recipes ?? []
  const of = (source: ListedRecipe['source']): readonly ListedRecipe[] =>
    recipes.filter((recipe) => recipe.source === source)
  return (
    <nav class="recipes-list" aria-label={t('recipes.list')}>
      {writable.value && (
        <Button icon="plus" onClick={onNew}>
          {t('recipes.new')}
        </Button>
      )}
      <Group title={t('recipes.mine')} recipes={of('configuration')} current={current} />
      <Group title={t('recipes.shipped')} recipes={of('shipped')} current={current} />
    </nav>
  )
}

interface GroupProps {
  readonly title: string
  readonly recipes: readonly ListedRecipe[]
  readonly current: string | undefined
}

function Group({ title, recipes, current }: GroupProps): JSX.Element | null {
  if (recipes.length === 0) return null
  return (
    <div class="recipes-group">
      <h2>{title}</h2>
      <ul>
        {recipes.map((recipe) => (
          <li key={recipe.name}>
            <a
              href={link('recipes', recipe.name)}
              aria-current={recipe.name === current ? 'page' : undefined}
              onClick={(event) => {
                if (dirty.value && !confirm(t('recipes.leave'))) event.preventDefault()
              }}
            >
              <span class="recipes-name">
                {recipe.name}
                {recipe.default && <span class="tag">{t('recipes.default')}</span>}
                {recipe.simulated && <span class="tag tag-warning">{t('recipes.simulated')}</span>}
              </span>
              <span class="muted">{t('recipes.effort', { calls: recipe.calls, depth: recipe.depth })}</span>
            </a>
          </li>
        ))}
      </ul>
    </div>
  )
}
