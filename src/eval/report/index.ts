export * from './document.js'
export { documentOfRun } from './from-run.js'
