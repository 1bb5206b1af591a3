// The device under test of bench/gateway.js: the gateway as `moa serve` runs it, log and metrics included, with one
// provider and no keys.
import pino from 'pino'
import { Gateway, LineBuffer, REDACTED_PATHS, listen } from '../../dist/gateway/index.js'
import { createProviders } from '../../dist/providers/index.js'
import { reportUsage } from './usage.js'

const providers = createProviders({
  providers: [
    { name: 'lab', baseURL: `http://127.0.0.1:${process.argv[2]}/v1`, apiKey: 'key', concurrency: 256 },
  ],
})
const log = pino(
  { redact: [...REDACTED_PATHS] },
  new LineBuffer(pino.destination({ dest: '/dev/null', sync: false }), 65536),
)
const gateway = new Gateway({
  catalog: {
    entries: [],
    resolve: (name) => ({ model: providers.model(name), kind: 'model', estimateUsd: () => null }),
  },
  log,
})
const { port } = await listen(gateway, { port: 0, host: '127.0.0.1' })
process.send({ port })
reportUsage()
