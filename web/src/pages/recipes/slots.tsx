import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../../components/button.js'
import { t } from '../../i18n/index.js'
import { text, write, writable } from './editor.js'
import { NumberField, TextField, current, put } from './fields.js'
import { swapped, type Path } from './text.js'

export const MODEL_LIST = 'recipe-models'

/** The models of a panel or a chain; each is a name, or a name with settings. */
export function Slots({ path, label }: { readonly path: Path; readonly label: string }): JSX.Element {
  const written = current(path)
  const listed = Array.isArray(written)
  const all: readonly unknown[] = listed
    ? written
    : written === undefined || written === null
      ? []
      : [written]
  const add = (): void => put(path, listed ? [...(written as unknown[]), ''] : [...all, ''])
  return (
    <fieldset class="slots">
      <legend>{label}</legend>
      {all.map((slot, index) => (
        <SlotRow
          key={index}
          slot={slot}
          path={listed ? [...path, index] : path}
          index={index}
          what={label}
          {...(listed && index > 0 && { onUp: () => write(swapped(text.value, path, index)) })}
        />
      ))}
      {writable.value && (
        <Button icon="plus" kind="quiet" onClick={() => (listed ? put([...path, all.length], '') : add())}>
          {t('recipes.addModel')}
        </Button>
      )}
    </fieldset>
  )
}

interface SlotRowProps {
  readonly slot: unknown
  readonly path: Path
  readonly index: number
  readonly what: string
  readonly onUp?: () => void
}

function SlotRow({ slot, path, index, what, onUp }: SlotRowProps): JSX.Element {
  const [open, setOpen] = useState(false)
  const place = { what, index: index + 1 }
  const settled = typeof slot === 'object' && slot !== null
  const model = settled ? (slot as { model?: unknown }).model : slot
  const asObject = (): void => {
    if (!settled) put(path, { model: slot ?? '' })
    setOpen(!open)
  }
  return (
    <div class="slot-row">
      <div class="slot-line">
        <input
          type="text"
          aria-label={t('recipes.slot', place)}
          placeholder={t('recipes.modelHint')}
          list={MODEL_LIST}
          autoComplete="off"
          spellcheck={false}
          value={typeof model === 'string' ? model : ''}
          disabled={!writable.value}
          onInput={(event) => put(settled ? [...path, 'model'] : path, event.currentTarget.value)}
        />
        {settled && <Settings slot={slot as Readonly<Record<string, unknown>>} />}
        {writable.value && (
          <>
            <Button
              kind="quiet"
              icon="settings"
              label={t('recipes.slotMore', place)}
              pressed={open && settled}
              onClick={asObject}
            />
            {onUp && <Button kind="quiet" icon="up" label={t('recipes.slotUp', place)} onClick={onUp} />}
            <Button
              kind="quiet"
              icon="trash"
              label={t('recipes.slotRemove', place)}
              onClick={() => put(path, undefined)}
            />
          </>
        )}
      </div>
      {open && settled && (
        <div class="slot-settings">
          <NumberField label={t('recipes.samples')} path={[...path, 'samples']} least={1} />
          <NumberField label={t('recipes.temperature')} path={[...path, 'temperature']} step={0.1} />
          <NumberField label={t('recipes.maxTokens')} path={[...path, 'maxTokens']} least={1} />
          <TextField label={t('recipes.slotName')} path={[...path, 'name']} />
          <div class="field-wide">
            <TextField label={t('recipes.system')} path={[...path, 'system']} lines={2} />
          </div>
        </div>
      )}
    </div>
  )
}

/** Settings of a slot in a few signs, while they are closed. */
function Settings({ slot }: { readonly slot: Readonly<Record<string, unknown>> }): JSX.Element | null {
  const facts = [
    ...(typeof slot['samples'] === 'number' ? [`×${slot['samples']}`] : []),
    ...(typeof slot['temperature'] === 'number' ? [`T ${slot['temperature']}`] : []),
    ...(typeof slot['maxTokens'] === 'number' ? [`≤ ${slot['maxTokens']}`] : []),
  ]
  return facts.length === 0 ? null : <span class="slot-facts">{facts.join(' · ')}</span>
}
