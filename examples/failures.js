// Models that fail, and what an answer says about them.
//
//   npm install && node examples/failures.js
import { collect, mixture } from 'mixture-of-agents'

const model = mixture({
  proposers: [
    'sim/ada',
    { model: 'sim/alan+500', name: 'always broken' },
    { model: 'sim/grace+hang-before', name: 'never answers', timeoutMs: 500 },
  ],
  // The second one takes over when the first one fails.
  aggregator: ['sim/barbara+429', 'sim/linus'],
})
const result = await collect(
  model.stream(
    { messages: [{ role: 'user', content: 'Name three colours.' }] },
    { signal: AbortSignal.timeout(30_000) },
  ),
)

console.log(result.text)
console.log('\nWhat went wrong on the way:')
for (const { message } of result.degraded) console.log(`- ${message}`)
console.log('\nEvery call:')
for (const call of result.calls)
  console.log(`- ${call.slot?.name}: ${call.outcome}, ${Math.round(call.durationMs)} ms`)
