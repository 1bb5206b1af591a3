import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { uiRoutes, type EndedRun, type Route } from '../../gateway/index.js'
import type { UiContext } from './context.js'
import { evaluations } from './evaluations.js'
import { recipesPart } from './recipes/recipes-part.js'
import type { RecordLine } from '../../record/index.js'
import { RunTexts } from './runs/run-texts.js'
import { runsPart } from './runs/runs-part.js'
import { SpendToday } from './status/spend-today.js'
import { statusPart } from './status/status-part.js'

/** The built pages, in the package. */
const PAGES = fileURLToPath(new URL('../../web/app/', import.meta.url))

/** The web interface of a gateway, and what has to be closed after it. */
export interface Ui {
  readonly routes: readonly Route[]
  /** Has to be told of every run. */
  readonly onRun: (run: EndedRun) => void
  /** Has to be told of every line of a recording, where what is asked and answered may be kept. */
  readonly onLine: (line: RecordLine) => void
  close(): void
}

/**
 * Opens the web interface of an installation. Conversations, votes and spending are kept in the data folder.
 *
 * @throws {@link MoaError} `file_unreadable`, `data_invalid` when what is kept can't be opened
 */
export async function openUi(options: Omit<UiContext, 'store'>): Promise<Ui> {
  // SQLite is loaded only for those who serve pages.
  const { openSqliteStore } = await import('../../store/index.js')
  const store = openSqliteStore(join(options.workspace().settings.dataFolder, 'ui.db'))
  try {
    const context: UiContext = { ...options, store }
    const spend = new SpendToday(store)
    const texts = new RunTexts(store)
    const closing = new AbortController()
    const measured = evaluations(options.workspace().settings)
    const services = {
      evaluations: measured,
      runs: runsPart(context, texts),
      recipes: recipesPart(context),
      status: statusPart(context, { spend, signal: closing.signal }),
    }
    return {
      routes: uiRoutes({ folder: PAGES, store, services }),
      onRun: (run) => spend.add(run),
      onLine: (line) => texts.add(line),
      close() {
        closing.abort()
        spend.close()
        measured.close()
        store.close()
      },
    }
  } catch (error) {
    store.close()
    throw error
  }
}
