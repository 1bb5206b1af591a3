// The simulated provider of bench/gateway.js: one JSON answer, or a stream of 50 chunks, each a write of its own.
// The request's model name says which: `json`, `stream` (as fast as it goes), `paced` (2 ms apart).
import { createServer } from 'node:http'
import { body, chunk } from '../chat-wire.js'

const CHUNKS = 50
const PACE_MS = 2
const usage = { prompt_tokens: 12, completion_tokens: CHUNKS, total_tokens: 12 + CHUNKS }
const pieces = [
  chunk({ role: 'assistant', content: '' }),
  ...Array.from({ length: CHUNKS - 2 }, (_, index) =>
    chunk({ content: ` tok${String(index).padStart(2, '0')}` }),
  ),
  `${chunk({}, 'stop')}${chunk({}, null, { choices: [], usage })}data: [DONE]\n\n`,
]
const whole = body('tok0 '.repeat(50), usage)

function stream(response, wait) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  let next = 0
  const step = () => {
    if (response.destroyed) return
    if (next === pieces.length - 1) return response.end(pieces[next])
    response.write(pieces[next++])
    wait(step)
  }
  step()
}

const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('latin1').on('data', (part) => (body += part))
  request.on('end', () => {
    if (body.includes('"stream":true')) {
      if (body.includes('paced')) stream(response, (step) => setTimeout(step, PACE_MS))
      else stream(response, setImmediate)
      return
    }
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length })
    response.end(whole)
  })
})
server.keepAliveTimeout = 60_000
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send({ port: server.address().port }),
)
process.on('disconnect', () => process.exit())
