export { memoryStore } from './memory.js'
export { openSqliteStore, type SqliteStoreOptions } from './sqlite/sqlite-store.js'
export * from './store.js'
