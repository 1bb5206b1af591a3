import { modelContract, type ContractSubject } from '../core/model.contract.js'
import type { Model } from '../core/index.js'
import { startSimServer } from '../sim/index.js'
import { Limiter } from '../util/index.js'
import { guarded } from './guarded.js'
import { RateLimits } from './rate-limits.js'
import { openAICompatible } from './openai-compatible.js'
import { createProviders } from './registry.js'

const QUICK = 'ada+tokens=30'
const SLOW = 'ada+tokens=100+first=600+pace=20'
const FAILING = 'ada+503+retry-after=1'

/** A subject whose models are made by `make` from names of the simulator. */
async function subject(make: (model: string, url: string) => Model): Promise<ContractSubject> {
  const sim = await startSimServer({ seed: 1 })
  return {
    quick: make(QUICK, sim.url),
    slow: make(SLOW, sim.url),
    failing: make(FAILING, sim.url),
    started: () => sim.log.length + sim.inFlight,
    open: () => sim.inFlight,
    close: () => sim.close(),
  }
}

const http = (model: string, baseURL: string): Model =>
  openAICompatible({ provider: 'sim', baseURL, model, apiKey: 'sk-contract', price: { input: 1, output: 2 } })

modelContract('the HTTP client', () => subject(http))
modelContract('the retry wrapper', () =>
  subject((model, url) => guarded(http(model, url), { retry: { baseMs: 1 }, random: { next: () => 0.5 } })),
)
modelContract('the concurrency wrapper', () => {
  const limiter = new Limiter(3)
  return subject((model, url) => guarded(http(model, url), { limiter }))
})
modelContract('the rate wrapper', () => {
  const rates = new RateLimits({ requestsPerMinute: 600, tokensPerMinute: 600_000 })
  return subject((model, url) => guarded(http(model, url), { rates }))
})
modelContract('a model of the registry', () =>
  subject((model, baseURL) =>
    createProviders({
      providers: [{ name: 'lab', baseURL, retry: { baseMs: 1 }, requestsPerMinute: 600 }],
      prices: { [`lab/${model}`]: { input: 1, output: 2 } },
    }).model(`lab/${model}`),
  ),
)
