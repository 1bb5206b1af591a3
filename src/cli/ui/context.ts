import { systemHost, withShortPaths, type Host } from '../../config/host.js'
import type { KeyStore } from '../../gateway/index.js'
import type { Store } from '../../store/index.js'
import type { Workspace } from '../workspace/open.js'

/** What the pages of an installation are made of. */
export interface UiContext {
  /** The installation as it is configured now. */
  readonly workspace: () => Workspace
  /** Takes over what the configuration says now. */
  readonly reload: () => Promise<void>
  /** Configuration file in place of the one found from the working directory. */
  readonly config: string | undefined
  readonly host?: Host
  /** Pages may change the configuration file; whoever signs in runs this gateway and sees what all keys do. */
  readonly write: boolean
  /** Absent while no keys are in use. */
  readonly keys?: KeyStore
  /** Where votes, spending and the like are kept. */
  readonly store: Store
}

/** A path, or a text with paths, as pages show it. */
export const shownPaths = ({ host = systemHost() }: Pick<UiContext, 'host'>, text: string): string =>
  withShortPaths(text, host)
