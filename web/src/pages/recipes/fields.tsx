import type { JSX } from 'preact'
import { useId } from 'preact/hooks'
import { t } from '../../i18n/index.js'
import { text, value, write, writable } from './editor.js'
import { changed, valueAt, type Path } from './text.js'

/** What the form shows at a path. */
export function current(path: Path): unknown {
  return 'value' in value.value ? valueAt(value.value.value, path) : undefined
}

/** Writes a value of the form into the text. */
export function put(path: Path, next: unknown): void {
  write(changed(text.value, path, next))
}

interface FieldProps {
  readonly label: string
  readonly path: Path
  readonly hint?: string
}

/** One line of text, or several. An empty one takes its key out. */
export function TextField({
  label,
  path,
  hint,
  lines = 1,
  suggestions,
}: FieldProps & { readonly lines?: number; readonly suggestions?: string }): JSX.Element {
  const id = useId()
  const shown = current(path)
  const common = {
    id,
    value:
      typeof shown === 'string' ? shown : shown === undefined || shown === null ? '' : JSON.stringify(shown),
    disabled: !writable.value,
    onInput: (event: { readonly currentTarget: { readonly value: string } }): void => {
      const next = event.currentTarget.value
      put(path, next === '' ? undefined : next)
    },
  }
  return (
    <Field id={id} label={label} hint={hint}>
      {lines > 1 ? (
        <textarea rows={lines} {...common} />
      ) : (
        <input
          type="text"
          autoComplete="off"
          spellcheck={false}
          {...(suggestions && { list: suggestions })}
          {...common}
        />
      )}
    </Field>
  )
}

/** A number; what is not one stays out of the text. */
export function NumberField({
  label,
  path,
  hint,
  step = 1,
  least = 0,
}: FieldProps & { readonly step?: number; readonly least?: number }): JSX.Element {
  const id = useId()
  const shown = current(path)
  return (
    <Field id={id} label={label} hint={hint}>
      <input
        id={id}
        type="number"
        inputMode="decimal"
        min={least}
        step={step}
        value={typeof shown === 'number' ? shown : ''}
        disabled={!writable.value}
        onInput={(event) => {
          const { value: next } = event.currentTarget
          put(path, next === '' || !Number.isFinite(Number(next)) ? undefined : Number(next))
        }}
      />
    </Field>
  )
}

/** One of a few values; the first choice leaves the key out. */
export function ChoiceField({
  label,
  path,
  hint,
  choices,
  unset = t('recipes.unset'),
}: FieldProps & {
  /** What it is when the key is not there. */
  readonly unset?: string
  readonly choices: readonly { readonly value: string; readonly text: string }[]
}): JSX.Element {
  const id = useId()
  const shown = current(path)
  return (
    <Field id={id} label={label} hint={hint}>
      <select
        id={id}
        value={typeof shown === 'string' ? shown : ''}
        disabled={!writable.value}
        onChange={(event) => put(path, event.currentTarget.value || undefined)}
      >
        <option value="">{unset}</option>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.text}
          </option>
        ))}
      </select>
    </Field>
  )
}

function Field({
  id,
  label,
  hint,
  children,
}: {
  readonly id: string
  readonly label: string
  readonly hint: string | undefined
  readonly children: JSX.Element
}): JSX.Element {
  return (
    <div class="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {hint !== undefined && <p class="field-hint">{hint}</p>}
    </div>
  )
}
