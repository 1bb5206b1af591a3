export { benchmarkQuality, scoreArenaHard } from './arena-hard/index.js'
export { scoreFlask } from './flask/index.js'
export { scoreMtBench } from './mt-bench/index.js'
export * from './parse-reply.js'
