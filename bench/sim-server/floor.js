// The least a server can do that streams chat completions: it knows every chunk by heart and reads nothing of the
// request but whether to stream and how fast.
import { createServer } from 'node:http'

const chunk = (delta, finish = null) =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-req_00000001',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'bench',
    system_fingerprint: null,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  })}\n\n`
const text = chunk({ content: ' word' })
const end = `${chunk({}, 'stop')}data: [DONE]\n\n`
const burst = text.repeat(250) + end
const whole = JSON.stringify({
  choices: [
    { index: 0, message: { role: 'assistant', content: ' word'.repeat(250) }, finish_reason: 'stop' },
  ],
})

function answer(body, response) {
  if (body.includes('"stream":false')) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length })
    response.end(whole)
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  if (!body.includes('pace=25')) {
    response.end(burst)
    return
  }
  let left = 200
  const timer = setInterval(() => {
    left -= 1
    if (left > 0) response.write(text)
    else {
      clearInterval(timer)
      response.end(text + end)
    }
  }, 25)
}

const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (part) => (body += part))
  request.on('end', () => answer(body, response))
})
let last = process.cpuUsage()
process.on('message', () => {
  const { user, system } = process.cpuUsage(last)
  last = process.cpuUsage()
  process.send(user + system)
})
process.on('disconnect', () => process.exit(0))
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send({ port: server.address().port }),
)
