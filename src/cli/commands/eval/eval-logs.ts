import { join } from 'node:path'
import type { Settings } from '../../../config/settings.js'
import { EvalLogs } from '../../../eval/harness/eval-log.js'
import { openSqliteStore } from '../../../store/index.js'

/** The runs of an installation, in one file of its data folder. */
export interface OpenLogs {
  readonly logs: EvalLogs
  close(): void
}

/** File in the data folder that holds all runs. */
export const EVAL_STORE = 'eval.sqlite'

/** Opens the runs of an installation. @throws MoaError `file_unreadable`, `data_invalid` */
export function openEvalLogs({ dataFolder }: Pick<Settings, 'dataFolder'>): OpenLogs {
  const store = openSqliteStore(join(dataFolder, EVAL_STORE))
  return { logs: new EvalLogs(store), close: () => store.close() }
}
