import type { JSX } from 'preact'
import { Button } from '../../components/button.js'
import { t } from '../../i18n/index.js'
import { list, text, value, write, writable } from './editor.js'
import { ChoiceField, NumberField, TextField, current } from './fields.js'
import { MODEL_LIST, Slots } from './slots.js'
import { Stages } from './stages.js'
import { changed } from './text.js'

/** A recipe as a form; every change goes into the text at once. */
export function RecipeForm(): JSX.Element {
  const read = value.value
  if ('problem' in read)
    return <p class="muted form-unavailable">{t('recipes.formUnavailable', { problem: read.problem })}</p>
  const staged = Array.isArray(read.value['stages'])
  const inherits = typeof read.value['extends'] === 'string'
  return (
    <div class="recipe-form">
      <datalist id={MODEL_LIST}>
        {[...(list.value?.models ?? []), ...(list.value?.recipes.map(({ name }) => name) ?? [])].map(
          (name) => (
            <option key={name} value={name} />
          ),
        )}
      </datalist>
      <TextField label={t('recipes.description')} path={['description']} lines={2} />
      <div class="field-row">
        <ChoiceField
          label={t('recipes.mode')}
          path={['mode']}
          choices={(['native', 'together'] as const).map((mode) => ({
            value: mode,
            text: t(`recipes.mode.${mode}`),
          }))}
        />
        <ChoiceField
          label={t('recipes.extends')}
          path={['extends']}
          unset={t('recipes.extendsNone')}
          {...(inherits && { hint: t('recipes.extendsHint') })}
          choices={(list.value?.recipes ?? []).map(({ name }) => ({ value: name, text: name }))}
        />
        {!staged && (
          <NumberField
            label={t('recipes.layers')}
            path={['layers']}
            least={2}
            hint={t('recipes.layersHint')}
          />
        )}
      </div>
      {staged ? (
        <Stages />
      ) : (
        <>
          <Slots path={['proposers']} label={t('recipes.proposers')} />
          <Slots path={['aggregator']} label={t('recipes.aggregator')} />
          {writable.value && current(['proposers']) !== undefined && (
            <Button kind="quiet" icon="recipes" class="form-wide-button" onClick={spellOut}>
              {t('recipes.spellOut')}
            </Button>
          )}
        </>
      )}
      <Limits />
    </div>
  )
}

function Limits(): JSX.Element {
  return (
    <details class="recipe-limits">
      <summary>{t('recipes.limits')}</summary>
      <div class="field-row">
        <NumberField label={t('recipes.deadline')} path={['deadlineMs']} least={1} step={1000} />
        <NumberField label={t('recipes.budget')} path={['budget', 'maxCostUsd']} step={0.01} />
        <NumberField
          label={t('recipes.quorum')}
          path={['policy', 'quorum']}
          least={1}
          hint={t('recipes.quorumHint')}
        />
        <NumberField label={t('recipes.grace')} path={['policy', 'graceMs']} step={100} />
        <NumberField label={t('recipes.hedge')} path={['policy', 'hedge', 'afterMs']} least={1} step={100} />
        <NumberField label={t('recipes.concurrency')} path={['policy', 'concurrency']} least={1} />
        <ChoiceField
          label={t('recipes.history')}
          path={['history']}
          choices={(['keep', 'trim'] as const).map((way) => ({
            value: way,
            text: t(`recipes.history.${way}`),
          }))}
        />
        <ChoiceField
          label={t('recipes.outliers')}
          path={['outliers']}
          choices={(['ignore', 'warn'] as const).map((way) => ({
            value: way,
            text: t(`recipes.outliers.${way}`),
          }))}
        />
      </div>
    </details>
  )
}

/** Writes the shorthand out as stages, so that other kinds can come between them. */
function spellOut(): void {
  const proposers = current(['proposers'])
  const aggregator = current(['aggregator']) ?? []
  const layers = current(['layers'])
  const rounds = current(['rounds'])
  const passes = typeof layers === 'number' ? layers - 1 : typeof rounds === 'number' ? rounds : 1
  const propose = Array.from({ length: Math.min(15, Math.max(1, passes)) }, () => ({
    kind: 'propose',
    slots: proposers,
  }))
  const stages = [
    ...propose,
    { kind: 'synthesize', slots: Array.isArray(aggregator) ? aggregator : [aggregator] },
  ]
  const bare = ['proposers', 'aggregator', 'layers', 'rounds'].reduce(
    (body, key) => (current([key]) === undefined ? body : changed(body, [key], undefined)),
    text.value,
  )
  write(changed(bare, ['stages'], stages))
}
