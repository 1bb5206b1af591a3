/**
 * How a call ended that others wait for. `kept`: its answer is in the cache. `useless`: it failed or was cut short.
 * `left`: its caller went away.
 */
export type Landing = 'kept' | 'useless' | 'left'

/** Calls under way whose answer others want too. */
export class Flights {
  readonly #flights = new Map<string, Promise<Landing>>()

  /** The end of the call under way for a key, if there is one. */
  get(key: string): Promise<Landing> | undefined {
    return this.#flights.get(key)
  }

  /** Notes a call under way. @returns ends it, once */
  begin(key: string): (landing: Landing) => void {
    let land: (landing: Landing) => void = () => {}
    const flight = new Promise<Landing>((resolve) => (land = resolve))
    this.#flights.set(key, flight)
    return (landing) => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
      land(landing)
    }
  }
}
