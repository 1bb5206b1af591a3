import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { uiRoutes, type Route, type UiServices } from '../../gateway/index.js'
import type { Workspace } from '../workspace/open.js'

/** The built pages, in the package. */
const PAGES = fileURLToPath(new URL('../../web/app/', import.meta.url))

/** The web interface of a gateway, and what has to be closed after it. */
export interface Ui {
  readonly routes: readonly Route[]
  close(): void
}

/**
 * Opens the web interface of an installation. Conversations are kept in the data folder.
 *
 * @throws {@link MoaError} `file_unreadable`, `data_invalid` when the conversations can't be opened
 */
export async function openUi(workspace: Workspace, services: UiServices = {}): Promise<Ui> {
  // SQLite is loaded only for those who serve pages.
  const { openSqliteStore } = await import('../../store/index.js')
  const store = openSqliteStore(join(workspace.settings.dataFolder, 'ui.db'))
  try {
    return { routes: uiRoutes({ folder: PAGES, store, services }), close: () => store.close() }
  } catch (error) {
    store.close()
    throw error
  }
}
