import type { JSX } from 'preact'
import { Menu } from '../../components/menu.js'
import { t } from '../../i18n/index.js'
import { cleanLine } from '../../markdown/clean.js'
import { chooseModel, chosenModel, models } from './chat-store.js'

/** Chooses the recipe, or the single model, that answers. */
export function ModelPicker(): JSX.Element {
  const chosen = chosenModel.value
  const groups = [
    { title: t('chat.recipes'), entries: models.value.filter(({ kind }) => kind === 'recipe') },
    { title: t('chat.models'), entries: models.value.filter(({ kind }) => kind === 'model') },
  ]
  const items = groups.flatMap(({ title, entries }) =>
    entries.map(({ id, description }, index) => ({
      text: (
        <>
          <span class="picker-name">{cleanLine(id)}</span>
          {description !== undefined && <span class="picker-text">{cleanLine(description)}</span>}
        </>
      ),
      checked: id === chosen?.id,
      ...(index === 0 && { group: title }),
      onSelect: () => chooseModel(id),
    })),
  )
  const name = chosen === undefined ? t('chat.noModels') : cleanLine(chosen.id)
  return (
    <Menu label={t('chat.pickModel', { name })} above items={items}>
      <span class="picker-chosen">{name}</span>
    </Menu>
  )
}
