export * from './format.js'
export * from './reader.js'
export * from './recorder.js'
export * from './replay.js'
