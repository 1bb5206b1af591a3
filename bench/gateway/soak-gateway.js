// The device under test of bench/gateway-soak.js: a two-layer mixture of six proposers, all of them streamed.
import pino from 'pino'
import { RecipeBook } from '../../dist/engine/index.js'
import { Gateway, LineBuffer, REDACTED_PATHS, listen } from '../../dist/gateway/index.js'
import { createProviders } from '../../dist/providers/index.js'

const AT_ONCE = Number(process.argv[3])
const providers = createProviders({
  providers: [
    {
      name: 'lab',
      baseURL: `http://127.0.0.1:${process.argv[2]}/v1`,
      apiKey: 'key',
      concurrency: 7 * AT_ONCE,
      timeouts: { headersMs: 120_000, firstTokenMs: 120_000 },
      retry: { attempts: 1 },
    },
  ],
})
const proposers = Array.from({ length: 6 }, (_, index) => ({
  model: `lab/proposer-${index}`,
  // A limit between tokens makes a proposal stream.
  stallTimeoutMs: 120_000,
}))
const book = new RecipeBook({
  // Every proposal counts, so that a run makes all of its calls.
  recipes: { soak: { proposers, aggregator: 'lab/aggregator', policy: { quorum: 6 } } },
  model: (address) => providers.model(address),
})
const log = pino(
  { redact: [...REDACTED_PATHS] },
  new LineBuffer(pino.destination({ dest: '/dev/null', sync: false }), 65536),
)
const gateway = new Gateway({
  catalog: {
    entries: [],
    resolve: (name) => ({ model: book.resolve(name), kind: 'recipe', estimateUsd: () => null }),
  },
  log,
})
const { port } = await listen(gateway, { port: 0, host: '127.0.0.1' })
process.send({ port })
process.on('message', (collect) => {
  if (collect) globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  process.send({ rss, heap: heapUsed + external, cpu: process.cpuUsage(), runs: gateway.runs.size })
})
process.on('disconnect', () => process.exit())
