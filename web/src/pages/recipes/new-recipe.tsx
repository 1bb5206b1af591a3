import type { JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import { Button } from '../../components/button.js'
import { Dialog } from '../../components/dialog.js'
import { t } from '../../i18n/index.js'
import { list } from './editor.js'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/** Asks what a new recipe is to be called. */
export function NewRecipe({
  onName,
  onClose,
}: {
  readonly onName: (name: string) => void
  readonly onClose: () => void
}): JSX.Element {
  const id = useId()
  const [name, setName] = useState('')
  const taken = list.value?.recipes.some(
    (recipe) => recipe.name === name && recipe.source === 'configuration',
  )
  const good = NAME.test(name) && taken !== true
  return (
    <Dialog
      title={t('recipes.new')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('app.cancel')}</Button>
          <Button kind="primary" disabled={!good} onClick={() => onName(name)}>
            {t('recipes.create')}
          </Button>
        </>
      }
    >
      <form
        class="field"
        onSubmit={(event) => {
          event.preventDefault()
          if (good) onName(name)
        }}
      >
        <label htmlFor={id}>{t('recipes.name')}</label>
        <input
          id={id}
          value={name}
          autoComplete="off"
          spellcheck={false}
          maxLength={100}
          aria-invalid={name !== '' && !good}
          aria-describedby={`${id}-hint`}
          onInput={(event) => setName(event.currentTarget.value.trim())}
        />
        <p id={`${id}-hint`} class="field-hint">
          {taken === true ? t('recipes.nameTaken') : t('recipes.nameHint')}
        </p>
      </form>
    </Dialog>
  )
}
