// The simulated provider of bench/gateway-soak.js: every answer is a stream of tokens, one write each, all paced by one
// timer. Answers hold escapes and characters of two and four bytes. The aggregator's begin with a number of their own, and
// the SHA-256 of what was served under it can be asked for.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'

const PROPOSAL_TOKENS = 40
const ANSWER_TOKENS = 60
const PACE_MS = 100
const WORDS = [
  'mixture ',
  'of “agents” ',
  'naïve\n',
  '\\tab\t',
  '日本語 ',
  '𝕏🙂 ',
  '"quoted" ',
  'é',
  '</p> ',
  '\u2028',
]

const open = new Set()
const digests = new Map()
let answers = 0
let served = 0

const head =
  '{"id":"c","object":"chat.completion.chunk","created":1700000000,"model":"soak","choices":[{"index":0,"delta":'
const piece = (text) => `data: ${head}${JSON.stringify({ content: text })},"finish_reason":null}]}\n\n`
const last = (tokens) =>
  `data: ${head}{},"finish_reason":"stop"}]}\n\ndata: {"id":"c","object":"chat.completion.chunk","created":1700000000,"model":"soak","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":${tokens},"total_tokens":${9 + tokens}}}\n\ndata: [DONE]\n\n`
const pieces = WORDS.map(piece)

function begin(response, isAnswer) {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const call = {
    response,
    next: 0,
    of: isAnswer ? ANSWER_TOKENS : PROPOSAL_TOKENS,
    salt: served++ % WORDS.length,
  }
  if (isAnswer) {
    call.number = `#${answers++} `
    call.hash = createHash('sha256').update(call.number)
    response.write(piece(call.number))
  }
  open.add(call)
}

function step(call) {
  const { response } = call
  if (response.destroyed) return open.delete(call)
  if (call.next === call.of) {
    if (call.hash) digests.set(call.number.trim(), call.hash.digest('hex'))
    open.delete(call)
    return response.end(last(call.of))
  }
  const index = (call.next++ * 7 + call.salt) % WORDS.length
  call.hash?.update(WORDS[index])
  response.write(pieces[index])
}

/** All calls once in a pace, a tenth of them each time, so that writes come spread out. */
let tick = 0
setInterval(() => {
  tick = (tick + 1) % 10
  for (const call of [...open]) if (call.salt % 10 === tick) step(call)
}, PACE_MS / 10)

const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('latin1').on('data', (part) => (body += part))
  request.on('end', () => begin(response, body.includes('"model":"aggregator"')))
})
server.keepAliveTimeout = 60_000
server.listen({ port: 0, host: '127.0.0.1', backlog: 8192 }, () =>
  process.send({ port: server.address().port }),
)
process.on('message', (number) => {
  process.send({ digest: digests.get(number), served })
  digests.delete(number)
})
process.on('disconnect', () => process.exit())
