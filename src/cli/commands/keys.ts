import { existsSync } from 'node:fs'
import { MoaError } from '../../core/errors.js'
import { loadSettings } from '../../config/load.js'
import { OWN_RECIPE_NAMES } from '../../config/recipes.js'
import type { Settings } from '../../config/settings.js'
import { dollars } from '../../engine/spend.js'
import { createKey, periodsOf, shownKey, type KeyLimits, type KeyRecord } from '../../gateway/index.js'
import { KNOWN_PROVIDERS, SIM_PROVIDER } from '../../providers/known.js'
import { warn } from '../notices.js'
import type { Invocation } from '../program.js'
import { connectRedis, redisAway } from '../redis.js'
import {
  evictionWarning,
  keyFilePath,
  keysAreInRedis,
  keysInRedis,
  noKeys,
  openKeyFile,
  type KeyPlace,
} from '../serve/key-place.js'
import type { Shell } from '../shell.js'
import { didYouMean } from '../../util/suggest.js'
import { oneLine } from '../terminal/sanitize.js'
import { table, tableWidth } from '../view/table.js'

interface FileOptions {
  readonly keys?: string
  readonly config?: string
}

export interface CreateOptions extends FileOptions {
  readonly model?: readonly string[]
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  readonly concurrent?: number
  readonly dailyBudget?: number
  readonly monthlyBudget?: number
  /** Days. */
  readonly expires?: number
  readonly json?: boolean
}

const DAY_MS = 86_400_000

/** `moa keys create`: prints a new key, once. */
export async function createKeyCommand({ shell, args, options }: Invocation<CreateOptions>): Promise<void> {
  const [name = ''] = args
  const now = Date.now()
  const { expires } = options
  await withKeys({ shell, options }, async (place, settings) => {
    for (const wanted of options.model ?? [])
      if (!mayExist(wanted, settings))
        warn(
          shell,
          `There is no recipe or provider for "${oneLine(wanted)}" here yet.${didYouMean(wanted, namesOf(settings))} The key is made all the same.`,
        )
    const { key, record } = await createKey(place.keys, {
      name,
      limits: limitsOf(options),
      now,
      ...(expires !== undefined && { expiresAt: now + expires * DAY_MS }),
    })
    if (options.json) {
      const { hash: _, ...shown } = record
      await shell.write(`${JSON.stringify({ key, ...shown }, null, 2)}\n`)
    } else await shell.write(`${key}\n`)
    shell.note('This is the only time the key is shown. Gateways ask for keys from their next start on.')
  })
}

const namesOf = ({ recipes, models }: Settings): string[] => [
  ...Object.keys(recipes),
  ...OWN_RECIPE_NAMES,
  ...Object.keys(models),
]

/** Whether a gateway with this configuration may have something of this name, which may end in `*`. */
function mayExist(wanted: string, settings: Settings): boolean {
  const fits = (name: string): boolean =>
    wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted
  if (namesOf(settings).some(fits)) return true
  const [provider = '', ...rest] = wanted.split('/')
  // Servers of this machine come and go.
  const local = KNOWN_PROVIDERS.filter((known) => known.local === true)
  const providers = [SIM_PROVIDER, ...[...local, ...settings.providers].map(({ name }) => name)]
  return rest.length > 0 && providers.includes(provider)
}

function limitsOf(options: CreateOptions): KeyLimits {
  const { model, requestsPerMinute, tokensPerMinute, concurrent, dailyBudget, monthlyBudget } = options
  return {
    ...(model !== undefined && { models: model }),
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    ...(tokensPerMinute !== undefined && { tokensPerMinute }),
    ...(concurrent !== undefined && { concurrentRuns: concurrent }),
    ...(dailyBudget !== undefined && { dailyBudgetUsd: dailyBudget }),
    ...(monthlyBudget !== undefined && { monthlyBudgetUsd: monthlyBudget }),
  }
}

/** `moa keys list`: every key, its limits and what it has spent. */
export async function listKeys({
  shell,
  options,
}: Invocation<FileOptions & { readonly json?: boolean }>): Promise<void> {
  await withKeys({ shell, options, readOnly: true }, async (place) => {
    const records = [...(await place.keys.list())].sort((a, b) => a.createdAt - b.createdAt)
    if (records.length === 0) {
      if (options.json) await shell.write('[]\n')
      else shell.note('There are no keys; `moa keys create NAME` makes one.')
      return
    }
    const { day, month } = periodsOf(Date.now())
    const listed = await Promise.all(
      records.map(async ({ hash: _, ...record }) => ({
        ...record,
        state: stateOf(record),
        spentTodayUsd: await place.spend.spent(record.id, day),
        spentThisMonthUsd: await place.spend.spent(record.id, month),
      })),
    )
    if (options.json) await shell.write(`${JSON.stringify(listed, null, 2)}\n`)
    else
      await shell.write(
        `${table({
          heads: ['key', 'name', 'state', 'today', 'month', 'limits'],
          rows: listed.map((key) => [
            shownKey(key.id),
            oneLine(key.name),
            key.state,
            dollars(key.spentTodayUsd),
            dollars(key.spentThisMonthUsd),
            describeLimits(key),
          ]),
          width: tableWidth(shell.stdout),
          prose: true,
          styled: shell.stdout.styled,
        })}\n`,
      )
  })
}

function stateOf({ revokedAt, expiresAt }: Pick<KeyRecord, 'revokedAt' | 'expiresAt'>): string {
  if (revokedAt !== undefined) return 'revoked'
  if (expiresAt === undefined) return 'valid'
  return expiresAt <= Date.now() ? 'expired' : `until ${new Date(expiresAt).toISOString().slice(0, 10)}`
}

function describeLimits(limits: KeyLimits): string {
  const { models, requestsPerMinute, tokensPerMinute, concurrentRuns, dailyBudgetUsd, monthlyBudgetUsd } =
    limits
  const words = [
    ...(models ? [models.join(' ')] : []),
    ...(requestsPerMinute !== undefined ? [`${requestsPerMinute} requests/min`] : []),
    ...(tokensPerMinute !== undefined ? [`${tokensPerMinute} tokens/min`] : []),
    ...(concurrentRuns !== undefined ? [`${concurrentRuns} at a time`] : []),
    ...(dailyBudgetUsd !== undefined ? [`${dollars(dailyBudgetUsd)}/day`] : []),
    ...(monthlyBudgetUsd !== undefined ? [`${dollars(monthlyBudgetUsd)}/month`] : []),
  ]
  return words.length === 0 ? 'none' : words.join(', ')
}

/** `moa keys revoke`: running gateways stop taking the key within a second, in the middle of an answer too. */
export async function revokeKey({ shell, args, options }: Invocation<FileOptions>): Promise<void> {
  const [wanted = ''] = args
  await withKeys({ shell, options }, async (place) => {
    const record = find(await place.keys.list(), wanted)
    if (record.revokedAt !== undefined) {
      shell.note(`${shownKey(record.id)} (${oneLine(record.name)}) was revoked already.`)
      return
    }
    await place.keys.put({ ...record, revokedAt: Date.now() })
    shell.note(`${shownKey(record.id)} (${oneLine(record.name)}) is revoked.`)
  })
}

/** A key by its id, by what is shown of it, by itself, or by a name only one has. */
function find(records: readonly KeyRecord[], wanted: string): KeyRecord {
  const id = /^moa_([A-Za-z0-9]{12})(_|$)/.exec(wanted)?.[1] ?? wanted
  const byId = records.find((record) => record.id === id)
  if (byId) return byId
  const named = records.filter(({ name, revokedAt }) => name === wanted && revokedAt === undefined)
  const [first] = named
  if (first && named.length === 1) return first
  // Whatever was given may be a key, which belongs into no message.
  throw new MoaError(
    'usage',
    named.length > 1
      ? `${named.length} keys have this name; give one of: ${named.map(({ id }) => shownKey(id)).join(', ')}.`
      : 'There is no such key; `moa keys list` shows them all.',
  )
}

const config = ({ config: file }: FileOptions): { file?: string } => (file === undefined ? {} : { file })

interface Wanted {
  readonly shell: Shell
  readonly options: FileOptions
  /** Keys are only looked at: a file that is not there is not made. Default false. */
  readonly readOnly?: boolean
}

type Work = (place: KeyPlace, settings: Settings) => Promise<void>

/** Does something with the keys, wherever they are. */
async function withKeys({ shell, options, readOnly = false }: Wanted, work: Work): Promise<void> {
  const settings = await loadSettings({ known: KNOWN_PROVIDERS, ...config(options) })
  if (keysAreInRedis(settings, options.keys)) return withRedisKeys(settings, { shell, work })
  const path = keyFilePath(settings, options.keys)
  const place = readOnly && !existsSync(path) ? noKeys(path) : await openKeyFile(path)
  try {
    await work(place, settings)
  } finally {
    await place.close()
  }
}

async function withRedisKeys(
  settings: Settings,
  { shell, work }: { readonly shell: Shell; readonly work: Work },
): Promise<void> {
  const link = await connectRedis(settings.gateway.redis ?? '', {
    setting: 'gateway.redis',
    signal: shell.signal,
  })
  try {
    if (link.problem !== undefined) throw redisAway(link)
    const lossy = await evictionWarning(link)
    if (lossy !== undefined) warn(shell, lossy)
    await work(keysInRedis(link), settings)
  } finally {
    link.close()
  }
}
