export * from './catalogue.js'
export * from './resolve.js'
