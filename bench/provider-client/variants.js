// The clients bench/provider-client.js compares. Each is `async (port) => (scenario) => Promise<text length>`:
// loading is not measured, one call is. A scenario is the model name the upstream picks its answer by.

const PROMPT = 'Explain in two sentences why the sky is blue.'
const messages = [{ role: 'user', content: PROMPT }]
const isStream = (scenario) => scenario !== 'json'
const body = (scenario) =>
  JSON.stringify({
    model: scenario,
    messages,
    ...(isStream(scenario) && { stream: true, stream_options: { include_usage: true } }),
  })

/** The floor: undici's request, bytes counted and thrown away. */
async function undiciBytes(port) {
  const { Pool } = await import('undici')
  const pool = new Pool(`http://127.0.0.1:${port}`, { pipelining: 1, connections: 64 })
  return async (scenario) => {
    const answer = await pool.request({
      path: '/v1/chat/completions',
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
      body: body(scenario),
    })
    let bytes = 0
    for await (const chunk of answer.body) bytes += chunk.length
    return bytes > 0 ? 800 : 0
  }
}

/** What one would write by hand: undici's request, split at blank lines, JSON.parse. */
async function undiciSplit(port) {
  const { Pool } = await import('undici')
  const pool = new Pool(`http://127.0.0.1:${port}`, { pipelining: 1, connections: 64 })
  return async (scenario) => {
    const answer = await pool.request({
      path: '/v1/chat/completions',
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
      body: body(scenario),
    })
    if (!isStream(scenario)) {
      const json = await answer.body.json()
      return json.choices[0].message.content.length
    }
    const utf8 = new TextDecoder()
    let rest = ''
    let text = ''
    for await (const chunk of answer.body) {
      rest += utf8.decode(chunk, { stream: true })
      const events = rest.split('\n\n')
      rest = events.pop()
      for (const event of events) {
        const data = event.slice(6)
        if (data === '[DONE]') continue
        text += JSON.parse(data).choices[0]?.delta.content ?? ''
      }
    }
    return text.length
  }
}

async function ours(port) {
  const { openAICompatible } = await import('../../dist/providers/index.js')
  return consume((scenario) => openAICompatible(settings(port, scenario)))
}

const settings = (port, scenario) => ({
  provider: 'bench',
  baseURL: `http://127.0.0.1:${port}/v1`,
  model: scenario,
  apiKey: 'bench-key',
})

/** Read the way mixtures and `collect` read: through a sink, without a promise for each event. */
async function oursSink(port) {
  const { openAICompatible } = await import('../../dist/providers/index.js')
  const { deliver } = await import('../../dist/core/index.js')
  const models = new Map()
  const { signal } = new AbortController()
  return async (scenario) => {
    if (!models.has(scenario)) models.set(scenario, openAICompatible(settings(port, scenario)))
    let text = ''
    const delivery = isStream(scenario) ? 'stream' : 'whole'
    await deliver(models.get(scenario).stream({ messages }, { signal, delivery }), (event) => {
      if (event.type === 'answer-delta') text += event.text
    })
    return text.length
  }
}

/** With everything the registry puts around a model: retries, concurrency, rates. */
async function oursWrapped(port) {
  const { createProviders } = await import('../../dist/providers/index.js')
  const providers = createProviders({
    providers: [
      {
        name: 'bench',
        baseURL: `http://127.0.0.1:${port}/v1`,
        apiKey: 'bench-key',
        concurrency: 64,
        requestsPerMinute: 10_000_000,
        tokensPerMinute: 10_000_000_000,
      },
    ],
  })
  return consume((scenario) => providers.model(`bench/${scenario}`))
}

function consume(makeModel) {
  const models = new Map()
  const { signal } = new AbortController()
  return async (scenario) => {
    if (!models.has(scenario)) models.set(scenario, makeModel(scenario))
    const delivery = isStream(scenario) ? 'stream' : 'whole'
    let text = ''
    for await (const event of models.get(scenario).stream({ messages }, { signal, delivery })) {
      if (event.type === 'answer-delta') text += event.text
    }
    return text.length
  }
}

async function openaiSdk(port) {
  const { default: OpenAI } = await import('openai')
  const client = new OpenAI({ apiKey: 'bench', baseURL: `http://127.0.0.1:${port}/v1` })
  return async (scenario) => {
    if (!isStream(scenario)) {
      const answer = await client.chat.completions.create({ model: scenario, messages })
      return answer.choices[0].message.content.length
    }
    let text = ''
    const stream = await client.chat.completions.create({
      model: scenario,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    return text.length
  }
}

async function aiSdk(port) {
  const { streamText, generateText } = await import('ai')
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
  const provider = createOpenAICompatible({
    name: 'bench',
    apiKey: 'bench',
    baseURL: `http://127.0.0.1:${port}/v1`,
    includeUsage: true,
  })
  return async (scenario) => {
    if (!isStream(scenario)) {
      const { text } = await generateText({ model: provider(scenario), messages })
      return text.length
    }
    let text = ''
    for await (const part of streamText({ model: provider(scenario), messages }).textStream) text += part
    return text.length
  }
}

export const VARIANTS = {
  'undici bytes': undiciBytes,
  'undici split': undiciSplit,
  'this client': ours,
  'this client, through a sink': oursSink,
  'this client, all wrappers': oursWrapped,
  'openai SDK': openaiSdk,
  'AI SDK': aiSdk,
}
