import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { go, link, place } from '../../app/router.js'
import { Button } from '../../components/button.js'
import { Dialog } from '../../components/dialog.js'
import { t } from '../../i18n/index.js'
import {
  beginRecipe,
  closeRecipe,
  dirty,
  list,
  loadList,
  name,
  openRecipe,
  problem,
  reload,
  remove,
  revert,
  save,
  savedTo,
  check,
  checking,
  stored,
  text,
  writable,
} from './editor.js'
import { NewRecipe } from './new-recipe.js'
import { Outline } from './outline.js'
import { RecipeForm } from './recipe-form.js'
import { RecipeListing } from './recipe-list.js'
import '../../components/fields.css'
import './recipes.css'
import { YamlField } from './yaml-field.js'

/** The recipe editor: all recipes beside the one that is open. */
export function Page(): JSX.Element {
  const wanted = place.value.parts[0]
  const [naming, setNaming] = useState<string>()
  useEffect(() => {
    void loadList()
    return closeRecipe
  }, [])
  useEffect(() => {
    if (wanted === undefined) closeRecipe()
    else if (name.peek() !== wanted) void openRecipe(wanted)
  }, [wanted])
  const begin = (chosen: string): void => {
    beginRecipe(chosen, naming ?? '')
    setNaming(undefined)
    go(link('recipes', chosen))
  }
  return (
    <div class={wanted === undefined ? 'recipes' : 'recipes recipes-one'}>
      <RecipeListing current={wanted} onNew={() => setNaming('')} />
      <section class="recipes-main" aria-label={t('page.recipes')}>
        {problem.value !== undefined && (
          <div class="banner banner-bad" role="alert">
            <pre>{problem.value}</pre>
            {stored.value && <Button onClick={() => void reload()}>{t('recipes.reload')}</Button>}
          </div>
        )}
        {name.value === undefined || wanted === undefined ? (
          <div class="recipes-empty">
            <h1>{t('page.recipes')}</h1>
            <p class="muted">{list.value ? t('recipes.choose') : t('app.loading')}</p>
            <ReadOnly />
          </div>
        ) : (
          <Editor onCopy={() => setNaming(text.value)} />
        )}
      </section>
      {naming !== undefined && <NewRecipe onClose={() => setNaming(undefined)} onName={begin} />}
    </div>
  )
}

function Editor({ onCopy }: { readonly onCopy: () => void }): JSX.Element {
  const file = list.value?.write.file
  const document = stored.value
  const [removing, setRemoving] = useState(false)
  const blocked = checking.value || (check.value?.problems.length ?? 1) > 0
  return (
    <>
      <header class="recipes-head">
        <a class="recipes-back" href={link('recipes')}>
          {t('recipes.list')}
        </a>
        <div class="recipes-title">
          <h1>{name.value}</h1>
          <p class="muted">
            {document?.file !== undefined
              ? t('recipes.from', { file: document.file })
              : document && file !== undefined
                ? t('recipes.fromShipped', { file })
                : ''}
          </p>
        </div>
        {writable.value && (
          <div class="recipes-actions">
            <span class="recipes-state" role="status">
              {savedTo.value !== undefined
                ? t('recipes.saved', { file: savedTo.value })
                : dirty.value
                  ? t('recipes.unsaved')
                  : ''}
            </span>
            {document && dirty.value && (
              <Button kind="quiet" onClick={revert}>
                {t('recipes.revert')}
              </Button>
            )}
            <Button icon="copy" kind="quiet" label={t('recipes.copyOf')} onClick={onCopy} />
            {document?.version !== undefined && (
              <Button
                icon="trash"
                kind="quiet"
                label={t('recipes.remove')}
                onClick={() => setRemoving(true)}
              />
            )}
            <Button kind="primary" disabled={!dirty.value || blocked} onClick={() => void save()}>
              {t('recipes.save')}
            </Button>
          </div>
        )}
      </header>
      {removing && <Removal onClose={() => setRemoving(false)} />}
      <ReadOnly />
      <Outline />
      <div class="recipes-sides">
        <section aria-label={t('recipes.form')}>
          <h2>{t('recipes.form')}</h2>
          <RecipeForm />
        </section>
        <section aria-label={t('recipes.yaml')}>
          <h2>{t('recipes.yaml')}</h2>
          <p class="field-hint">{t('recipes.yamlHint')}</p>
          <YamlField />
        </section>
      </div>
    </>
  )
}

/** Asks before a recipe is taken out of its file. */
function Removal({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const { name: recipe = '', file = '' } = stored.value ?? {}
  const confirm = async (): Promise<void> => {
    onClose()
    if (await remove()) go(link('recipes'))
  }
  return (
    <Dialog
      title={t('recipes.removeTitle', { name: recipe })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('app.cancel')}</Button>
          <Button kind="danger" onClick={() => void confirm()}>
            {t('recipes.remove')}
          </Button>
        </>
      }
    >
      <p>{t('recipes.removeHint', { file })}</p>
    </Dialog>
  )
}

/** Why nothing can be changed here. */
function ReadOnly(): JSX.Element | null {
  const { reason, file = '' } = list.value?.write ?? {}
  if (reason === undefined) return null
  const words =
    reason === 'not-writable' ? t('recipes.readOnly.not-writable', { file }) : t(`recipes.readOnly.${reason}`)
  return <p class="banner">{words}</p>
}
