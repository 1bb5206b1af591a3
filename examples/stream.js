// Several models answer, one answer streams out.
//
//   npm install && node examples/stream.js "Why is the sky blue?"
import { mixture } from 'mixture-of-agents'

const question = process.argv[2] ?? 'What are some fun things to do in SF?'
const recipe = {
  // Simulated models, so that this runs anywhere. Put yours in their place: 'openai/gpt-5-mini', 'ollama/llama3.3', …
  proposers: ['sim/ada', 'sim/grace', 'sim/alan'],
  aggregator: 'sim/barbara',
}
const { signal } = new AbortController()

for await (const event of mixture(recipe).stream(
  { messages: [{ role: 'user', content: question }] },
  { signal },
)) {
  if (event.type === 'proposal-end') console.error(`${event.proposal.slot.name} proposed`)
  if (event.type === 'proposal-failed') console.error(`${event.slot.name} failed: ${event.error.message}`)
  if (event.type === 'answer-delta') process.stdout.write(event.text)
  if (event.type === 'finish') console.error(`\n${event.usage.outputTokens} tokens in all`)
}
