// The simulated upstream of bench/provider-client.js, in a process of its own so that its CPU time is not counted.
// The scenario is picked by the request's model name.
import { createServer } from 'node:http'
import { body, chunk } from '../chat-wire.js'

const CHUNKS = 200
const usage = { prompt_tokens: 12, completion_tokens: CHUNKS, total_tokens: 12 + CHUNKS }
const role = chunk({ role: 'assistant', content: '' })
const texts = Array.from({ length: CHUNKS }, (_, index) =>
  chunk({ content: `${(index % 1000).toString().padStart(3, '0')} ` }),
)
const tail = `${chunk({}, 'stop')}${chunk({}, null, { choices: [], usage })}data: [DONE]\n\n`
const whole = body('x'.repeat(CHUNKS * 4), usage)

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
