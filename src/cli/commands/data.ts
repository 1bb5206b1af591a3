import { mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { loadSettings } from '../../config/load.js'
import { TEMPLATE_NAME } from '../../config/recipes.js'
import type { Settings } from '../../config/settings.js'
import { MoaError, toMoaError } from '../../core/errors.js'
import {
  DATA_FAMILIES,
  DATA_FILES,
  dataFiles,
  findDataFile,
  originOf,
  pullDataFile,
  readDataFile,
  resolveDataFile,
  writeAtOnce,
  type DataCheck,
  type DataFile,
  type DataPlaces,
  type DownloadProgress,
  type Pulled,
} from '../../eval/data/index.js'
import { KNOWN_PROVIDERS } from '../../providers/known.js'
import { fileFetcher } from '../data/fetch-file.js'
import { dataPlaces } from '../data/places.js'
import { warn } from '../notices.js'
import type { Invocation } from '../program.js'
import type { Shell } from '../shell.js'
import { formatCount } from '../view/format.js'
import { table, tableWidth } from '../view/table.js'

export interface DataOptions {
  readonly data?: string
  readonly json?: boolean
  readonly config?: string
}

export interface PullFlags extends DataOptions {
  readonly mirror?: string
  readonly force?: boolean
}

const settingsOf = ({ config }: DataOptions): Promise<Settings> =>
  loadSettings({ known: KNOWN_PROVIDERS, ...(config !== undefined && { file: config }) })

/** `moa data list`: every file, where it comes from, and whether it is here. */
export async function listData({ shell, args, options }: Invocation<DataOptions>): Promise<void> {
  const places = dataPlaces(await settingsOf(options), options.data)
  const chosen = args.length === 0 ? DATA_FILES : dataFiles(args)
  if (options.json)
    return shell.write(
      `${JSON.stringify(
        chosen.map((file) => described(file, places)),
        null,
        2,
      )}\n`,
    )
  const rows = chosen.map((file) => [
    file.name,
    stateOf(file, places),
    file.sha256 === undefined ? 'at first download' : 'known',
    file.bytes === undefined ? '' : `${formatCount(file.bytes)}`,
    file.publisher.license,
    `${file.description}${file.extra === true ? ' (by name only)' : ''}`,
  ])
  const heads = ['file', 'is', 'hash', 'bytes', 'licence', 'what']
  const { styled } = shell.stdout
  const width = tableWidth(shell.stdout)
  await shell.write(table({ heads, rows, width, optional: [3, 2, 4], prose: true, styled, wholeNames: true }))
  if (args.length > 0) return
  shell.note(`Also, for every published model: ${DATA_FAMILIES.join(', ')}.`)
  shell.note('Where no hash is known, that of the first download is noted and has to stay the same.')
}

function described(file: DataFile, places: DataPlaces): Record<string, unknown> {
  const found = findDataFile(file, places)
  const origin = found?.source === 'cache' ? originOf(found.path) : undefined
  return {
    name: file.name,
    group: file.group,
    description: file.description,
    publisher: file.publisher.name,
    revision: file.publisher.revision,
    url: file.publisher.url(file.path),
    license: file.publisher.license,
    notice: file.publisher.notice,
    sha256: file.sha256 ?? null,
    bytes: file.bytes ?? null,
    path: found?.path ?? null,
    source: found?.source ?? null,
    ...(origin && { origin }),
  }
}

function stateOf(file: DataFile, places: DataPlaces): string {
  const found = findDataFile(file, places)
  return found === undefined ? 'absent' : found.source === 'cache' ? 'here' : 'in folder'
}

/** `moa data pull`: gets files into the cache; the reference template also to where recipes look for it. */
export async function pullData({ shell, args, options, exitWith }: Invocation<PullFlags>): Promise<void> {
  const chosen = dataFiles(args)
  const settings = await settingsOf(options)
  const mirror = mirrorOf(options.mirror ?? settings.data.mirror)
  if (options.data !== undefined) dataPlaces(settings, options.data)
  const { fetchFile, close } = fileFetcher(settings.proxy)
  const pulled: Pulled[] = []
  const failed: MoaError[] = []
  try {
    tellTerms(chosen, shell)
    for (const file of chosen) {
      shell.signal.throwIfAborted()
      try {
        const result = await pullDataFile(file, {
          cacheFolder: settings.data.cacheFolder,
          fetchFile,
          signal: shell.signal,
          onProgress: progressLine(file, shell),
          ...(mirror !== undefined && { mirror }),
          ...(options.data !== undefined && { folder: resolve(options.data) }),
          ...(options.force === true && { force: true }),
        })
        const installed = await install(result, settings)
        pulled.push(result)
        clearLine(shell)
        shell.note(outcomeLine(result, installed))
      } catch (error) {
        clearLine(shell)
        shell.signal.throwIfAborted()
        const failure = toMoaError(error)
        if (chosen.length === 1 || failure.code === 'internal') throw failure
        failed.push(failure)
        warn(shell, failure.message)
      }
    }
  } finally {
    await close()
  }
  if (options.json)
    await shell.write(
      `${JSON.stringify(
        pulled.map(({ path, origin }) => ({ path, ...origin })),
        null,
        2,
      )}\n`,
    )
  else await shell.write(pulled.map(({ path }) => `${path}\n`).join(''))
  if (failed.length > 0) exitWith(pulled.length > 0 ? 3 : 4)
}

function mirrorOf(mirror: string | undefined): string | undefined {
  if (mirror === undefined || /^https?:\/\/\S+$/.test(mirror)) return mirror
  throw new MoaError('usage', `--mirror "${mirror}": expected an http or https address.`)
}

/** Whose files they are, and on what terms they are used. */
function tellTerms(files: readonly DataFile[], shell: Shell): void {
  const terms = new Map(files.map(({ publisher }) => [`${publisher.name}: ${publisher.license}`, publisher]))
  for (const [name, { notice }] of terms) shell.note(`${name}. ${notice}`)
}

function outcomeLine({ file, origin, fresh }: Pulled, installed: string | undefined): string {
  const where = installed === undefined ? '' : `; mode together finds it as ${installed}`
  if (!fresh) return `${file.name}: was here already${where}`
  const hash =
    origin.trust === 'known-hash'
      ? 'its hash is the known one'
      : `no hash was known; from now on it is ${origin.sha256.slice(0, 12)}…`
  return `${file.name}: ${formatCount(origin.bytes)} bytes; ${hash}${where}`
}

/** Puts the reference template where recipes look for it. */
async function install({ file, path }: Pulled, { dataFolder }: Settings): Promise<string | undefined> {
  if (file.name !== 'moa-template') return undefined
  const { bytes } = readDataFile({ file, path, source: 'cache' })
  const target = join(dataFolder, TEMPLATE_NAME)
  mkdirSync(dirname(target), { recursive: true })
  await writeAtOnce(target, bytes)
  return target
}

const LINE_MS = 200

function progressLine(file: DataFile, { stderr }: Shell): ((progress: DownloadProgress) => void) | undefined {
  if (!stderr.live) return undefined
  let next = 0
  return ({ bytes, totalBytes }) => {
    if (Date.now() < next) return
    next = Date.now() + LINE_MS
    const of = totalBytes === undefined ? '' : ` of ${formatCount(totalBytes)}`
    stderr.stream.write(`\r\u001b[K${file.name}: ${formatCount(bytes)}${of} bytes`)
  }
}

function clearLine({ stderr }: Shell): void {
  if (stderr.live) stderr.stream.write('\r\u001b[K')
}

/** `moa data path` */
export async function dataPath({ shell, args, options }: Invocation<DataOptions>): Promise<void> {
  const places = dataPlaces(await settingsOf(options), options.data)
  await shell.write(`${resolveDataFile(args[0] ?? '', places).path}\n`)
}

const VERDICTS: Readonly<Record<DataCheck, string>> = {
  match: 'the known hash',
  'first-download': 'as at its first download; no other hash is known',
  unknown: 'not compared: no hash is known',
  different: "another file than the publisher's",
}

interface Verified {
  readonly name: string
  readonly ok: boolean
  readonly check?: DataCheck
  readonly path: string | null
  readonly result: string
  readonly sha256?: string
}

/** A file of which no hash is known is neither right nor wrong. */
const markOf = ({ ok, check }: Verified): string => (check === 'unknown' ? '?  ' : ok ? 'ok ' : 'NOT')

/** `moa data verify`: exit code 3 when a file is not what it should be. */
export async function verifyData({ shell, args, options, exitWith }: Invocation<DataOptions>): Promise<void> {
  const places = dataPlaces(await settingsOf(options), options.data)
  const chosen = args.length === 0 ? DATA_FILES : dataFiles(args)
  const results = chosen.flatMap((file): readonly Verified[] => {
    const found = findDataFile(file, places)
    if (found === undefined)
      return args.length === 0 ? [] : [{ name: file.name, ok: false, path: null, result: 'absent' }]
    try {
      const { check, sha256, path } = readDataFile(found)
      return [{ name: file.name, ok: check !== 'different', check, path, result: VERDICTS[check], sha256 }]
    } catch (error) {
      return [{ name: file.name, ok: false, path: found.path, result: toMoaError(error).message }]
    }
  })
  if (options.json) await shell.write(`${JSON.stringify(results, null, 2)}\n`)
  else await shell.write(results.map((found) => `${markOf(found)} ${found.name}: ${found.result}\n`).join(''))
  if (results.length === 0) shell.note('Nothing to verify: no file is here. `moa data pull` gets them.')
  if (results.some(({ ok }) => !ok)) exitWith(3)
}
