// The simulated upstream of bench/provider-client.js, in a process of its own so that its CPU time is not counted.
// The scenario is picked by the request's model name.
import { createServer } from 'node:http'

const CHUNKS = 200
const chunk = (delta, finish = null, extra = {}) =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'bench',
    system_fingerprint: 'fp_bench',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...extra,
  })}\n\n`

const usage = { prompt_tokens: 12, completion_tokens: CHUNKS, total_tokens: 12 + CHUNKS }
const role = chunk({ role: 'assistant', content: '' })
const texts = Array.from({ length: CHUNKS }, (_, index) =>
  chunk({ content: `${(index % 1000).toString().padStart(3, '0')} ` }),
)
const tail = `${chunk({}, 'stop')}${chunk({}, null, { choices: [], usage })}data: [DONE]\n\n`
const whole = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'bench',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'x'.repeat(CHUNKS * 4), refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage,
})

const SSE = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' }

function answer(model, response) {
  switch (model) {
    case 'json':
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(whole)
      return
    case 'burst':
      response.writeHead(200, SSE)
      response.write(role + texts.join('') + tail)
      response.end()
      return
    default: {
      response.writeHead(200, SSE)
      response.write(role)
      let next = 0
      const timer = setInterval(() => {
        if (next < CHUNKS) response.write(texts[next++])
        else {
          clearInterval(timer)
          response.end(tail)
        }
      }, 1)
      response.on('close', () => clearInterval(timer))
    }
  }
}

const server = createServer((request, response) => {
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', () => {
    const { model } = JSON.parse(Buffer.concat(parts).toString())
    answer(model, response)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('disconnect', () => process.exit(0))
