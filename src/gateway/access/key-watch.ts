import { MoaError } from '../../core/index.js'
import type { LiveRuns } from '../ops/runs.js'
import type { Beating, Heartbeat } from '../run/heartbeat.js'
import type { KeyRing } from './key-ring.js'

/** Ends the runs of keys that were revoked, or have expired, since they began. Looks once a second while there are any. */
export class KeyWatch implements Beating {
  readonly #keys: KeyRing
  readonly #runs: LiveRuns
  readonly #heartbeat: Heartbeat

  constructor(options: { keys: KeyRing; runs: LiveRuns; heartbeat: Heartbeat }) {
    this.#keys = options.keys
    this.#runs = options.runs
    this.#heartbeat = options.heartbeat
  }

  /** A run with a key begins. */
  wake(): void {
    this.#heartbeat.add(this)
  }

  tick(): void {
    const ids = this.#runs.keys
    if (ids.length === 0) this.#heartbeat.delete(this)
    for (const id of ids)
      this.#keys.stillValid(id).then(
        (valid) => {
          if (!valid)
            this.#runs.abort(new MoaError('unauthorized', 'The API key was revoked or has expired.'), id)
        },
        () => {}, // A store that is out of reach for a moment revokes nothing.
      )
  }
}
