import type { ModelEvent } from '../../core/events.js'
import type { MoaError } from '../../core/errors.js'

/** Shows a run while it happens. */
export interface Display {
  add(event: ModelEvent): Promise<void> | undefined
  /** The run is over; everything that is still to be said is said now. */
  end(): Promise<void>
  /** The run failed or was stopped: leaves the terminal as it should be. */
  fail(error: MoaError): Promise<void>
}
