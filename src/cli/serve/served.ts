import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { MoaError, errorInfo } from '../../core/errors.js'
import type { Catalog, Gateway, GatewayLog } from '../../gateway/index.js'
import type { RecordLine } from '../../record/index.js'
import { tellWarnings, warn } from '../notices.js'
import type { Shell } from '../shell.js'
import { openWorkspace, type Workspace } from '../workspace/open.js'
import { workspaceCatalog } from './catalog.js'
import { configSignature } from './config-watch.js'

/** Answers that end within this time are written to the history together: a write for each would slow down the others. */
const HISTORY_HOLD_MS = 500

/** An installation as it was read at one moment, and what is served of it. */
export interface Served {
  readonly workspace: Workspace
  readonly catalog: Catalog
}

/** The files of a gateway that the command line names. */
export interface ServedFiles {
  readonly config: string | undefined
  /** Into which every run is recorded. */
  readonly record: string | undefined
  /** Told of every run and call while the history keeps what is asked and answered. */
  readonly onLine?: (line: RecordLine) => void
}

/**
 * @param options.again the gateway runs already: its recording goes on
 * @throws {@link MoaError} `config_invalid` and the like
 */
export async function openServed(
  { config, record, onLine }: ServedFiles,
  shell: Shell,
  options: { readonly again?: boolean } = {},
): Promise<Served> {
  const workspace = await openWorkspace({
    config,
    record,
    recordAppend: options.again === true,
    history: 'gateway',
    historyHoldMs: HISTORY_HOLD_MS,
    onProblem: ({ message }) => warn(shell, message),
    ...(onLine && { onLine }),
  })
  try {
    await workspace.prepare(undefined, shell.signal)
    return { workspace, catalog: await workspaceCatalog(workspace) }
  } catch (error) {
    await workspace.close()
    throw error
  }
}

interface ReloadingOptions {
  readonly gateway: Gateway
  readonly shell: Shell
  readonly log: GatewayLog
  readonly files: ServedFiles
}

/** Keeps a gateway at what the configuration says, as long as that makes sense. */
export class Reloading {
  readonly #options: ReloadingOptions
  #current: Served
  #signature: string
  #running: Promise<void> | undefined
  #again = false

  /** @param options.signature of the files, from before `current` was read */
  constructor(current: Served, { signature, ...options }: ReloadingOptions & { readonly signature: string }) {
    this.#current = current
    this.#options = options
    this.#signature = signature
  }

  /** How the configuration files were when they were read last, as {@link configSignature} tells. */
  get signature(): string {
    return this.#signature
  }

  /** Reads the configuration again. What is wrong with it is told, and everything stays as it was. */
  reload(): Promise<void> {
    if (this.#running !== undefined) {
      this.#again = true
      return this.#running
    }
    this.#running = this.#read().finally(() => {
      this.#running = undefined
      if (!this.#again) return
      this.#again = false
      void this.reload()
    })
    return this.#running
  }

  /** The installation as it was read last. */
  get workspace(): Workspace {
    return this.#current.workspace
  }

  async close(): Promise<void> {
    await this.#running
    await this.#current.workspace.close()
  }

  async #read(): Promise<void> {
    const { gateway, shell, log, files } = this.#options
    this.#signature = configSignature(files.config)
    let next: Served
    try {
      next = await openServed(files, shell, { again: true })
      const gone = goneFile(this.#current.workspace, next.workspace)
      if (gone !== undefined) {
        await next.workspace.close()
        throw new MoaError(
          'config_invalid',
          `${gone} is gone. Put it back, or start again to go on without it.`,
        )
      }
    } catch (error) {
      const { message } = errorInfo(error)
      for (const line of message.split('\n')) warn(shell, line)
      warn(shell, 'The configuration can’t be used; the one before stays in force.')
      log.error({ error: message }, 'configuration not taken over')
      return
    }
    const { workspace: old } = this.#current
    tellWarnings(next.workspace, shell)
    if (JSON.stringify(old.settings.gateway) !== JSON.stringify(next.workspace.settings.gateway))
      warn(shell, 'What changed under "gateway" takes effect at the next start.')
    this.#current = next
    const unused = gateway.replaceCatalog(next.catalog)
    const { length } = next.catalog.entries
    shell.note(`Configuration read again: ${length} models.`)
    log.info({ models: length }, 'configuration read again')
    // Runs under way keep their connections until they end.
    void unused.then(() => old.close()).catch(() => {})
  }
}

/**
 * A file that was read before and has gone without another one in its folder. That happens while files are exchanged,
 * and whoever asks meanwhile must not be answered by what there is without them: simulated models, in the end.
 */
function goneFile(before: Workspace, now: Workspace): string | undefined {
  const folders = now.settings.files.map((file) => dirname(file))
  return before.settings.files.find((file) => !existsSync(file) && !folders.includes(dirname(file)))
}
