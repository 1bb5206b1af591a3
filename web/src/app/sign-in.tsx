import type { JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import { messageOf } from '../api/client.js'
import { Button } from '../components/button.js'
import { t } from '../i18n/index.js'
import { signIn } from './session.js'
import './sign-in.css'

/** Asks for a key of this gateway. It is sent once and kept nowhere in the browser. */
export function SignIn(): JSX.Element {
  const [key, setKey] = useState('')
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const field = useId()
  const submit = async (): Promise<void> => {
    setBusy(true)
    try {
      await signIn(key.trim())
    } catch (error) {
      setProblem(messageOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <main class="notice">
      <form
        class="sign-in"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <h1>{t('app.title')}</h1>
        <label htmlFor={field}>{t('signIn.key')}</label>
        <input
          id={field}
          type="password"
          autoComplete="current-password"
          required
          value={key}
          aria-invalid={problem !== undefined}
          aria-describedby={`${field}-problem`}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
        <p id={`${field}-problem`} class="sign-in-problem" role="alert">
          {problem}
        </p>
        <Button type="submit" kind="primary" disabled={busy || key.trim() === ''}>
          {t('signIn.submit')}
        </Button>
        <p class="muted">{t('signIn.hint')}</p>
      </form>
    </main>
  )
}
