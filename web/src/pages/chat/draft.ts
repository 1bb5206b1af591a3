import { signal } from '@preact/signals'

/** What stands in the field for the next question; kept while pages change. */
export const draft = signal('')
