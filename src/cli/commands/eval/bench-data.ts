import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { MoaError } from '../../../core/errors.js'
import {
  dataFile,
  findDataFile,
  readDataFile,
  resolveDataFile,
  type DataPlaces,
  type ResolvedData,
} from '../../../eval/data/index.js'
import { sha256 } from '../../../eval/data/content.js'
import { contentText } from '../../../eval/jsonl.js'
import type { ProblemLog } from '../../../eval/problems.js'
import { readDataFile as readFile } from '../../eval/data-file.js'

/** A text file with its hash. */
export interface NamedText {
  readonly path: string
  readonly text: string
  /** SHA-256 of the unpacked bytes, in hex. */
  readonly sha256: string
}

/** A benchmark's files, by their names in the catalogue of data. */
export interface BenchData {
  /** `undefined` when it is neither in the folder named nor downloaded. */
  find(name: string): NamedText | undefined
  /** @throws MoaError `file_unreadable` that says how to get it. */
  need(name: string): NamedText
  /**
   * A file that is in no catalogue, in the folder named or in a benchmark's folder in it; plain or with `.gz`.
   *
   * @param paths the first that is there counts.
   */
  findOwn(...paths: readonly string[]): Promise<NamedText | undefined>
  /** Folders that may hold judge configurations in the official layout. */
  readonly judgeFolders: readonly string[]
}

/** @param problems told of files that are not the publishers'. */
export function benchData(places: DataPlaces, problems: ProblemLog): BenchData {
  const read = (resolved: ResolvedData): NamedText => {
    const { path, bytes, sha256: hash, check } = readDataFile(resolved)
    if (check === 'different')
      problems.add(
        'value-suspicious',
        "The file is not the publisher's, so figures may differ from published ones.",
        { source: path },
      )
    return { path, text: contentText(bytes), sha256: hash }
  }
  return {
    find(name) {
      const found = findDataFile(dataFile(name), places)
      return found && read(found)
    },
    need: (name) => read(resolveDataFile(name, places)),
    async findOwn(...paths) {
      const { folder } = places
      if (folder === undefined) return undefined
      const candidates = paths.flatMap((path) => [join(folder, path), join(folder, `${path}.gz`)])
      const found = candidates.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
      return found === undefined ? undefined : readNamedText(found)
    },
    judgeFolders: judgeFolders(places),
  }
}

function judgeFolders(places: DataPlaces): readonly string[] {
  const { folder } = places
  const own =
    folder === undefined
      ? []
      : ['', 'alpaca_eval', 'alpaca-eval'].flatMap((inside) =>
          ['evaluators_configs', 'evaluators'].map((name) => join(folder, inside, name)),
        )
  const pulled = findDataFile(dataFile('alpaca-eval-judge-config'), { cacheFolder: places.cacheFolder })
  return pulled === undefined ? own : [...own, dirname(dirname(pulled.path))]
}

/** @throws MoaError `usage` when it is no folder. */
export function checkFolder(flag: string, folder: string): string {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder
  throw new MoaError('usage', `${flag} ${folder}: there is no such folder.`)
}

/** A text file with its hash, packed with gzip or not. @throws MoaError `file_unreadable`, `data_invalid` */
export async function readNamedText(path: string): Promise<NamedText> {
  const { content } = await readFile(path)
  return { path, text: contentText(content), sha256: sha256(content) }
}
