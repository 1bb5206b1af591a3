import { resolve } from 'node:path'
import type { Settings } from '../../config/settings.js'
import { MoaError } from '../../core/errors.js'
import type { DataPlaces } from '../../eval/data/index.js'
import { statSync } from 'node:fs'

/**
 * Where publishers' files are looked for: the folder of `--data`, else that of the configuration, then downloads.
 *
 * @throws MoaError `file_unreadable` when the folder is not there.
 */
export function dataPlaces({ data }: Pick<Settings, 'data'>, flag?: string): DataPlaces {
  const folder = flag === undefined ? data.folder : resolve(flag)
  if (folder === undefined) return { cacheFolder: data.cacheFolder }
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new MoaError(
      'file_unreadable',
      `There is no folder ${folder}; check ${flag === undefined ? 'data.folder in the configuration' : '--data'}.`,
    )
  return { cacheFolder: data.cacheFolder, folder }
}
