export * from './catalogue.js'
export { type DownloadProgress, type FetchedFile, type FileFetcher } from './download.js'
export * from './pull.js'
export * from './resolve.js'
