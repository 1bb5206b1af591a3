import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { MoaError } from '../../../core/errors.js'
import { contentText } from '../../../eval/jsonl.js'
import { readDataFile } from '../../eval/data-file.js'

/** A file of a benchmark. */
export interface NamedText {
  readonly path: string
  readonly text: string
  /** SHA-256 of the unpacked bytes, in hex. */
  readonly sha256: string
}

/** Where a benchmark's files are looked for. */
export interface DataFolder {
  /** First the folder itself, then the benchmark's own inside it. */
  readonly places: readonly string[]
  /** The first file of one of these names, plain or with `.gz`; `undefined` when there is none. */
  find(...names: readonly string[]): Promise<NamedText | undefined>
  /** @throws MoaError `data_invalid` naming all places when there is none. */
  need(...names: readonly string[]): Promise<NamedText>
}

/** @param inside folders in it that may hold the files. */
export function dataFolder(folder: string, inside: readonly string[]): DataFolder {
  const places = [folder, ...inside.map((name) => join(folder, name))]
  const find = async (...names: readonly string[]): Promise<NamedText | undefined> => {
    const paths = names.flatMap((name) => places.map((place) => join(place, name)))
    const path = paths.flatMap((one) => [one, `${one}.gz`]).find((one) => existsSync(one))
    return path === undefined ? undefined : readNamedText(path)
  }
  return {
    places,
    find,
    async need(...names) {
      const file = await find(...names)
      if (file !== undefined) return file
      throw new MoaError(
        'data_invalid',
        `${names[0] ?? 'The file'} is in none of ${places.join(', ')}; get it with \`moa data pull\`, or name a folder that has it with --data.`,
      )
    },
  }
}

/** @throws MoaError `usage` when it is no folder. */
export function checkFolder(flag: string, folder: string): string {
  if (existsSync(folder) && statSync(folder).isDirectory()) return folder
  throw new MoaError('usage', `${flag} ${folder}: there is no such folder.`)
}

/** A text file with its hash, packed with gzip or not. @throws MoaError `file_unreadable`, `data_invalid` */
export async function readNamedText(path: string): Promise<NamedText> {
  const { content } = await readDataFile(path)
  return { path, text: contentText(content), sha256: createHash('sha256').update(content).digest('hex') }
}
