import type { JSX } from 'preact'
import { Button } from '../../components/button.js'
import { t } from '../../i18n/index.js'
import { text, write, writable } from './editor.js'
import { ChoiceField, NumberField, current, put } from './fields.js'
import { Slots } from './slots.js'
import { swapped, type Path } from './text.js'

export const KINDS = ['propose', 'rank', 'vote', 'gate', 'critique', 'synthesize', 'pick'] as const
export type Kind = (typeof KINDS)[number]

const isKind = (kind: unknown): kind is Kind => KINDS.includes(kind as Kind)
const WITH_SLOTS: readonly Kind[] = ['propose', 'rank', 'critique', 'synthesize']

/** A recipe that spells out its stages, one after another. */
export function Stages(): JSX.Element {
  const stages = current(['stages']) as readonly unknown[]
  return (
    <section class="stages" aria-label={t('recipes.stages')}>
      {stages.map((stage, index) => (
        <StageCard key={index} stage={stage} index={index} />
      ))}
      {writable.value && (
        <Button icon="plus" onClick={() => put(['stages', stages.length], { kind: 'rank', slots: [''] })}>
          {t('recipes.addStage')}
        </Button>
      )}
    </section>
  )
}

function StageCard({ stage, index }: { readonly stage: unknown; readonly index: number }): JSX.Element {
  const path: Path = ['stages', index]
  const written = (stage as { kind?: unknown } | null)?.kind
  const kind = isKind(written) ? written : undefined
  const place = { index: index + 1 }
  return (
    <fieldset class="stage-card">
      <legend>{t('recipes.stage', place)}</legend>
      <div class="stage-head">
        <select
          aria-label={t('recipes.stageKind', place)}
          value={kind ?? ''}
          disabled={!writable.value}
          onChange={(event) => changeKind(path, event.currentTarget.value as Kind)}
        >
          {kind === undefined && <option value="">{typeof written === 'string' ? written : ''}</option>}
          {KINDS.map((name) => (
            <option key={name} value={name}>
              {t(`recipes.kind.${name}`)}
            </option>
          ))}
        </select>
        <span class="muted stage-about">{kind && t(`recipes.about.${kind}`)}</span>
        {writable.value && (
          <>
            {index > 0 && (
              <Button
                kind="quiet"
                icon="up"
                label={t('recipes.stageUp', place)}
                onClick={() => write(swapped(text.value, ['stages'], index))}
              />
            )}
            <Button
              kind="quiet"
              icon="trash"
              label={t('recipes.stageRemove', place)}
              onClick={() => put(path, undefined)}
            />
          </>
        )}
      </div>
      {kind && <KindFields kind={kind} path={path} />}
    </fieldset>
  )
}

function KindFields({ kind, path }: { readonly kind: Kind; readonly path: Path }): JSX.Element {
  const peers = kind === 'rank' && current([...path, 'by']) === 'peers'
  return (
    <>
      {WITH_SLOTS.includes(kind) && !peers && <Slots path={[...path, 'slots']} label={t('recipes.model')} />}
      <div class="field-row">
        {kind === 'rank' && (
          <>
            <ChoiceField
              label={t('recipes.by')}
              path={[...path, 'by']}
              choices={(['judge', 'peers'] as const).map((by) => ({
                value: by,
                text: t(`recipes.by.${by}`),
              }))}
            />
            <NumberField label={t('recipes.keep')} path={[...path, 'keep']} least={1} />
          </>
        )}
        {kind === 'gate' && (
          <NumberField label={t('recipes.threshold')} path={[...path, 'threshold']} step={0.05} />
        )}
        {kind === 'synthesize' && (
          <NumberField label={t('recipes.window')} path={[...path, 'window']} least={2} />
        )}
      </div>
    </>
  )
}

/** Another kind with as much of the stage as it can have. */
function changeKind(path: Path, kind: Kind): void {
  const slots = current([...path, 'slots'])
  put(path, WITH_SLOTS.includes(kind) ? { kind, slots: slots ?? [''] } : { kind })
}
