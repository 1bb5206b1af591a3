import { signal, type ReadonlySignal } from '@preact/signals'

/** Something that is loaded when it is first needed. */
export interface Lazy<T> {
  /** What was loaded; asking for it begins the loading. Components that read it are drawn anew when it is there. */
  readonly value: T | undefined
  /** Resolves when it is there, or could not be had. */
  ready(): Promise<void>
}

export function lazy<T>(load: () => Promise<T>): Lazy<T> {
  const loaded = signal<{ readonly it: T } | undefined>(undefined)
  let loading: Promise<void> | undefined
  const ready = (): Promise<void> =>
    (loading ??= load().then(
      (it) => void (loaded.value = { it }),
      () => void (loading = undefined), // Out of reach for the moment; the text is shown as it is.
    ))
  return {
    get value() {
      if (loaded.peek() === undefined) void ready()
      return (loaded as ReadonlySignal<{ readonly it: T } | undefined>).value?.it
    },
    ready,
  }
}
