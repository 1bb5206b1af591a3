import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { t } from '../i18n/index.js'
import { Button } from './button.js'

const SHOWN_MS = 1_500

/** Copies a text, and says so for a moment. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }): JSX.Element {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [state])
  const shown = state === 'copied' ? t('app.copied') : state === 'failed' ? t('app.copyFailed') : label
  const copy = (): void => {
    // Pages without TLS on other machines have no clipboard.
    if (!('clipboard' in navigator)) setState('failed')
    else
      navigator.clipboard.writeText(text).then(
        () => setState('copied'),
        () => setState('failed'),
      )
  }
  return <Button kind="quiet" icon={state === 'copied' ? 'check' : 'copy'} label={shown} onClick={copy} />
}
