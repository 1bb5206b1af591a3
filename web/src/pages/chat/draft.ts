import { signal } from '@preact/signals'

/** What stands in the field for the next question; kept while pages change. */
export const draft = signal('')

/** What the next new conversation tells every model beforehand; kept likewise. */
export const instructions = signal('')
