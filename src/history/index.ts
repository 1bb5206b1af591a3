export * from './run-history.js'
export * from './slot-stats.js'
