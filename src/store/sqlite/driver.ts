import { createRequire } from 'node:module'
import { MoaError } from '../../core/errors.js'

/** What can be put into a statement. */
export type Bound = string | number | null

/** A prepared statement. */
export interface Statement {
  /** Runs it; returns how many rows it changed. */
  run(...values: Bound[]): number
  /** Its first row. */
  get(...values: Bound[]): Readonly<Record<string, unknown>> | undefined
  /** All its rows. */
  all(...values: Bound[]): readonly Readonly<Record<string, unknown>>[]
}

/** An open SQLite database, whichever library is behind it. */
export interface Database {
  prepare(sql: string): Statement
  /** Runs several statements without values. */
  exec(sql: string): void
  close(): void
}

/** The part both libraries have in common. */
interface Driver {
  prepare(sql: string): {
    run(...values: Bound[]): { readonly changes: number | bigint }
    get(...values: Bound[]): unknown
    all(...values: Bound[]): unknown[]
  }
  exec(sql: string): unknown
  close(): unknown
}

/** From this version on Node's own SQLite is loaded without a warning. */
const BUILT_IN_SINCE = 24

/**
 * Opens a database file with Node's own SQLite where it is there, else with libsql.
 *
 * @throws MoaError `internal` when this platform has neither.
 */
export function openDatabase(path: string): Database {
  const [major = 0] = process.versions.node.split('.').map(Number)
  const driver = major >= BUILT_IN_SINCE ? openBuiltIn(path) : (openLibsql(path) ?? openBuiltIn(path))
  if (driver === undefined)
    throw new MoaError(
      'internal',
      `SQLite could not be loaded: libsql has no build for ${process.platform} ${process.arch}, and Node ${process.version} has none of its own. Use Node ${BUILT_IN_SINCE} or newer.`,
    )
  return adapt(driver)
}

function openBuiltIn(path: string): Driver | undefined {
  const load = (process as { getBuiltinModule?: (name: string) => unknown }).getBuiltinModule
  const module = load?.('node:sqlite') as { DatabaseSync: new (path: string) => Driver } | undefined
  return module && new module.DatabaseSync(path)
}

function openLibsql(path: string): Driver | undefined {
  let constructor: new (path: string) => Driver
  try {
    // Loaded only now: its binary costs a few milliseconds, and only stores need it.
    constructor = createRequire(import.meta.url)('libsql') as new (path: string) => Driver
  } catch {
    return undefined // No build for this platform.
  }
  return new constructor(path)
}

function adapt(driver: Driver): Database {
  return {
    prepare(sql) {
      const statement = driver.prepare(sql)
      return {
        run: (...values) => Number(statement.run(...values).changes),
        get: (...values) => statement.get(...values) as Readonly<Record<string, unknown>> | undefined,
        all: (...values) => statement.all(...values) as Readonly<Record<string, unknown>>[],
      }
    },
    exec: (sql) => void driver.exec(sql),
    close: () => void driver.close(),
  }
}
