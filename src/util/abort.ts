import { systemClock, type Clock } from './clock.js'

/** Work that can be called off, seen by those who follow it; {@link Scope} is one. */
export interface Followed {
  readonly aborted: boolean
  readonly reason: unknown
  onAbort(callback: () => void): void
  forget(callback: () => void): void
}

/** What a waiting function ends with. */
export type Abortable = AbortSignal | Followed

/** The reason of an aborted signal, as something that can be thrown. */
export function abortReason(signal: Abortable): unknown {
  return signal.reason ?? new DOMException('This operation was aborted', 'AbortError')
}

/** Waits `ms` milliseconds. Rejects at once with the signal's reason when it aborts. */
export function sleep(ms: number, signal: Abortable, clock: Clock = systemClock): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortReason(signal))
      return
    }
    const cancel = clock.after(ms, () => {
      forget()
      resolve()
    })
    const forget = onAbort(signal, () => {
      cancel()
      reject(abortReason(signal))
    })
  })
}

/** Settles like `promise`, but rejects at once with the signal's reason when it aborts first. */
export function abortable<T>(promise: Promise<T>, signal: Abortable): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => {}) // The abort is what the caller hears of.
    return Promise.reject(abortReason(signal))
  }
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(abortReason(signal)))
    promise.then(resolve, reject).finally(forget)
  })
}

/**
 * Calls back once when a signal aborts, or at once when it has, until the returned function is called. However many
 * follow one signal, it carries a single listener: signals scan theirs at every change, and warn of leaks beyond ten.
 */
export function onAbort(signal: Abortable, callback: () => void): () => void {
  const scope = Scope.of(signal)
  scope.onAbort(callback)
  return () => scope.forget(callback)
}

/** An `AbortController` that also aborts with its parent, until it is released. */
export interface LinkedController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
  /** Lets go of the parent. Call it when the work is over, or the parent keeps the child alive. */
  release(): void
}

export function linkedController(parent: AbortSignal): LinkedController {
  return new Scope(parent)
}

/** Reason of work that is simply over. One object: a `DOMException` of its own would cost a stack trace each time. */
const OVER = new DOMException('This operation was aborted', 'AbortError')

/**
 * A piece of work that can be called off: by itself, or with the wider work it is part of. Scopes nest cheaply; a
 * real `AbortSignal` is made only for whoever asks for one.
 */
export class Scope implements LinkedController {
  readonly #parent: Scope | undefined
  /** What ends with this scope. Most scopes have no more than two, and a set takes ten times as much memory. */
  #first: Follower | undefined
  #second: Follower | undefined
  #others: Set<Follower> | undefined
  #controller: AbortController | undefined
  #aborted = false
  #reason: unknown
  /** Told when the last follower has left. */
  #deserted: (() => void) | undefined

  /** Follows its parent at once; a scope under an aborted parent is aborted from the start. */
  constructor(parent?: Abortable) {
    const wider = parent && Scope.of(parent)
    this.#parent = wider
    if (wider === undefined) return
    if (wider.#aborted) {
      this.#aborted = true
      this.#reason = wider.#reason
    } else wider.#follow(this)
  }

  get aborted(): boolean {
    return this.#aborted
  }

  get reason(): unknown {
    return this.#reason
  }

  /** Made at the first call; the same from then on. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted) this.#controller.abort(this.#reason)
      const signal: OwnSignal = this.#controller.signal
      signal[OWNER] = this
    }
    return this.#controller.signal
  }

  /** Calls off the work; only the first call counts. */
  abort(reason: unknown = OVER): void {
    if (this.#aborted) return
    this.#aborted = true
    this.#reason = reason
    this.release()
    // First, since followers may look at it.
    this.#controller?.abort(reason)
    const first = this.#first
    const second = this.#second
    const others = this.#others
    this.#first = this.#second = this.#others = undefined
    if (first) tell(first, reason)
    if (second) tell(second, reason)
    if (others) for (const follower of others) tell(follower, reason)
  }

  /** Calls back once when the work is called off, or at once when it is already, until {@link forget}. */
  onAbort(callback: () => void): void {
    if (this.#aborted) callback()
    else this.#follow(callback)
  }

  /** Takes an `onAbort` back. */
  forget(callback: () => void): void {
    this.#leave(callback)
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason
  }

  /** Lets go of the parent without calling anything off. */
  release(): void {
    if (this.#parent) this.#parent.#leave(this)
  }

  #follow(follower: Follower): void {
    if (this.#first === undefined) this.#first = follower
    else if (this.#second === undefined) this.#second = follower
    else (this.#others ??= new Set()).add(follower)
  }

  #leave(follower: Follower): void {
    if (this.#first === follower) this.#first = undefined
    else if (this.#second === follower) this.#second = undefined
    else if (this.#others?.delete(follower) !== true) return
    if (this.#deserted && !this.#first && !this.#second && !this.#others?.size) this.#deserted()
  }

  /** The scope that ends with some work. It lets go of that when nobody follows any more. */
  static of(work: Abortable): Scope {
    if (work instanceof Scope) return work
    const known = (work as OwnSignal)[OWNER] ?? SCOPES.get(work)
    if (known !== undefined) return known
    const scope = new Scope()
    const end = (): void => scope.abort(abortReason(work))
    if (work.aborted) {
      end()
      return scope
    }
    const leave = listen(work, end)
    SCOPES.set(work, scope)
    scope.#deserted = () => {
      leave()
      SCOPES.delete(work)
    }
    return scope
  }
}

function listen(work: Abortable, callback: () => void): () => void {
  if ('onAbort' in work) {
    work.onAbort(callback)
    return () => work.forget(callback)
  }
  work.addEventListener('abort', callback, { once: true })
  return () => work.removeEventListener('abort', callback)
}

type Follower = Scope | (() => void)

function tell(follower: Follower, reason: unknown): void {
  if (follower instanceof Scope) follower.abort(reason)
  else follower()
}

/**
 * Where a signal that was made here keeps its scope. Not in a map with weak keys: once such a map is old, only a full
 * garbage collection takes its values away, and there is one for every run.
 */
const OWNER = Symbol('scope')
type OwnSignal = AbortSignal & { [OWNER]?: Scope }

/** Scopes of work of others, while somebody follows them. */
const SCOPES = new WeakMap<Abortable, Scope>()
