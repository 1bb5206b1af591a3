// The simulated upstream of bench/engine.js: first token after 50 ms, then 100 chunks 5 ms apart, or the same in one
// JSON body after as long. One shared timer paces all streams, so that it can serve hundreds at a time on one core.
import { createServer } from 'node:http'
import { body, chunk } from '../chat-wire.js'

const FIRST_MS = 50
const CHUNKS = 100
const PACE_MS = 5
/** When the last chunk goes out. */
export const CALL_MS = FIRST_MS + (CHUNKS - 1) * PACE_MS

const WORD = 'lorem '
const usage = { prompt_tokens: 200, completion_tokens: CHUNKS, total_tokens: 200 + CHUNKS }
const text = Buffer.from(chunk({ content: WORD }))
const first = Buffer.from(chunk({ role: 'assistant', content: '' }) + chunk({ content: WORD }))
const last = Buffer.from(
  chunk({ content: WORD }) + chunk({}, 'stop') + chunk({}, null, { choices: [], usage }) + 'data: [DONE]\n\n',
)
const whole = Buffer.from(body(WORD.repeat(CHUNKS), usage))

const open = new Set()
let late = 0
let served = 0

setInterval(() => {
  const now = performance.now()
  for (const call of open) {
    while (call.next < CHUNKS && call.due <= now) {
      if (call.response.destroyed) {
        open.delete(call)
        break
      }
      const index = call.next++
      if (!call.stream) {
        late += now - call.due
        served += 1
        call.response.end(whole)
        open.delete(call)
        break
      }
      call.response.write(index === 0 ? first : index === CHUNKS - 1 ? last : text)
      if (index === CHUNKS - 1) {
        late += now - call.due
        served += 1
        call.response.end()
        open.delete(call)
      }
      call.due += PACE_MS
    }
  }
}, 1)

const server = createServer((request, response) => {
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', () => {
    const now = performance.now()
    const stream = JSON.parse(Buffer.concat(parts).toString()).stream === true
    response.writeHead(200, {
      'content-type': stream ? 'text/event-stream' : 'application/json',
      ...(!stream && { 'content-length': whole.length }),
    })
    if (stream) response.flushHeaders()
    const call = { response, stream, next: stream ? 0 : CHUNKS - 1, due: now + (stream ? FIRST_MS : CALL_MS) }
    open.add(call)
    response.on('close', () => open.delete(call))
  })
})
server.keepAliveTimeout = 60_000
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send?.({ port: server.address().port }),
)
process.on('message', () => {
  process.send({ lateMs: late / Math.max(1, served) })
  late = 0
  served = 0
})
process.on('disconnect', () => process.exit(0))
