// The programs bench/engine.js compares: each runs one mixture of six proposers and an aggregator and gives the
// answer's length and when its first token came. `async ({ port, layers, streamed }) => () => Promise<Outcome>`

const PROMPT = 'What are some fun things to do in SF?'
const PROPOSERS = Array.from({ length: 6 }, (_, index) => `proposer-${index}`)

/** What one would write by hand in an afternoon: undici, Promise.all, split at blank lines, JSON.parse. */
async function naive({ port, layers, streamed }) {
  const { Pool } = await import('undici')
  const pool = new Pool(`http://127.0.0.1:${port}`, { pipelining: 1, connections: 2048 })
  const send = (model, messages, stream) =>
    pool.request({
      path: '/v1/chat/completions',
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
      body: JSON.stringify({
        model,
        messages,
        ...(stream && { stream: true, stream_options: { include_usage: true } }),
      }),
    })
  const read = async (answer, onText) => {
    const utf8 = new TextDecoder()
    let rest = ''
    await new Promise((resolve, reject) => {
      answer.body.on('error', reject)
      answer.body.on('end', resolve)
      answer.body.on('data', (chunk) => {
        rest += utf8.decode(chunk, { stream: true })
        const events = rest.split('\n\n')
        rest = events.pop()
        for (const event of events) {
          const data = event.slice(6)
          if (data !== '[DONE]') onText(JSON.parse(data).choices[0]?.delta.content ?? '')
        }
      })
    })
  }
  const propose = async (model, messages) => {
    const answer = await send(model, messages, streamed)
    if (!streamed) return (await answer.body.json()).choices[0].message.content
    let text = ''
    await read(answer, (piece) => (text += piece))
    return text
  }
  return async () => {
    const user = { role: 'user', content: PROMPT }
    let messages = [user]
    for (let layer = 1; layer < layers; layer += 1) {
      const proposals = await Promise.all(PROPOSERS.map((model) => propose(model, messages)))
      const list = proposals.map((text, index) => `${index + 1}. ${text}`).join('\n')
      messages = [{ role: 'system', content: `Synthesize these answers:\n${list}` }, user]
    }
    const answer = await send('aggregator', messages, true)
    let length = 0
    let firstAt
    await read(answer, (piece) => {
      if (piece !== '') firstAt ??= performance.now()
      length += piece.length
    })
    return { length, firstAt }
  }
}

async function ours({ port, layers, streamed }) {
  const { compile, createMixture } = await import('../../dist/engine/index.js')
  const { createProviders } = await import('../../dist/providers/index.js')
  const providers = createProviders({
    providers: [{ name: 'up', baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'bench', concurrency: 2048 }],
  })
  const recipe = { proposers: PROPOSERS.map((name) => `up/${name}`), aggregator: 'up/aggregator', layers }
  const mixture = createMixture(compile(recipe, 'bench'), { resolve: (name) => providers.model(name) })
  const { signal } = new AbortController()
  const request = { messages: [{ role: 'user', content: PROMPT }] }
  return async () => {
    let length = 0
    let firstAt
    for await (const event of mixture.stream(request, { signal, liveProposals: streamed })) {
      if (event.type !== 'answer-delta') continue
      firstAt ??= performance.now()
      length += event.text.length
    }
    return { length, firstAt }
  }
}

async function openaiSdk({ port, layers, streamed }) {
  const { default: OpenAI } = await import('openai')
  const client = new OpenAI({ apiKey: 'bench', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 })
  const propose = async (model, messages) => {
    if (!streamed) {
      const answer = await client.chat.completions.create({ model, messages })
      return answer.choices[0].message.content
    }
    let text = ''
    const stream = await client.chat.completions.create({ model, messages, stream: true })
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    return text
  }
  return async () => {
    const user = { role: 'user', content: PROMPT }
    let messages = [user]
    for (let layer = 1; layer < layers; layer += 1) {
      const proposals = await Promise.all(PROPOSERS.map((model) => propose(model, messages)))
      const list = proposals.map((text, index) => `${index + 1}. ${text}`).join('\n')
      messages = [{ role: 'system', content: `Synthesize these answers:\n${list}` }, user]
    }
    const stream = await client.chat.completions.create({ model: 'aggregator', messages, stream: true })
    let length = 0
    let firstAt
    for await (const chunk of stream) {
      const piece = chunk.choices[0]?.delta.content ?? ''
      if (piece !== '') firstAt ??= performance.now()
      length += piece.length
    }
    return { length, firstAt }
  }
}

export const VARIANTS = { 'naive undici': naive, 'this engine': ours, 'openai SDK': openaiSdk }
