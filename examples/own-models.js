// A mixture of models of your own: anything with a `stream` method can be a proposer, another mixture too.
//
//   npm install && node examples/own-models.js
import { collect, mixture, NO_COST, NO_USAGE } from 'mixture-of-agents'
import { simModel } from 'mixture-of-agents/testing'

/** A model that knows one thing. */
const clock = {
  id: 'own/clock',
  async *stream() {
    yield { type: 'answer-start', model: 'clock' }
    yield { type: 'answer-delta', text: `It is ${new Date().toISOString()}.` }
    yield { type: 'finish', reason: 'stop', usage: NO_USAGE, cost: NO_COST }
  },
}

const inner = mixture(
  { proposers: ['ada', 'alan'], aggregator: 'grace' },
  { name: 'inner', models: { ada: simModel('ada'), alan: simModel('alan'), grace: simModel('grace') } },
)
const outer = mixture(
  { proposers: ['clock', 'inner', 'linus'], aggregator: 'barbara' },
  { name: 'outer', models: { clock, inner, linus: simModel('linus'), barbara: simModel('barbara') } },
)

const request = { messages: [{ role: 'user', content: 'What time is it?' }] }
const { text, proposals, calls } = await collect(
  outer.stream(request, { signal: AbortSignal.timeout(30_000) }),
)
for (const proposal of proposals) console.log(`${proposal.slot.name}: ${proposal.text.split('\n')[0]}`)
console.log(`\n${text}\n`)
console.log(`${calls.length} calls in all, those of the inner mixture included`)
