// A client on bare sockets that looks at as little as it can: it counts events and finds the end of each answer.
import { connect } from 'node:net'

const END = Buffer.from('0\r\n\r\n')
const EVENT = Buffer.from('"content":"')

function run({ port, model, connections, answers, stream = true }) {
  const body = JSON.stringify({
    model,
    stream,
    messages: [{ role: 'user', content: 'Why is the sky blue? Explain it to a general audience.' }],
  })
  const request = Buffer.from(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  const started = performance.now()
  const times = []
  let begun = 0
  let tokens = 0
  return new Promise((resolve) => {
    const open = () => {
      const socket = connect(port, '127.0.0.1')
      let sent = 0
      let left = -1
      const next = () => {
        if (begun === answers) {
          socket.destroy()
          return
        }
        begun += 1
        sent = performance.now()
        left = -1
        socket.write(request)
      }
      const answered = () => {
        times.push(performance.now() - sent)
        if (times.length === answers) {
          times.sort((a, b) => a - b)
          const seconds = (performance.now() - started) / 1000
          resolve({
            answers,
            tokens,
            seconds,
            p50: times[answers >> 1],
            p99: times[Math.floor(answers * 0.99)],
          })
        }
        next()
      }
      socket.setNoDelay(true)
      socket.on('connect', next)
      socket.on('data', (data) => {
        if (stream) {
          for (let at = data.indexOf(EVENT); at !== -1; at = data.indexOf(EVENT, at + 8)) tokens += 1
          if (data.subarray(-END.length).equals(END)) answered()
          return
        }
        if (left === -1) {
          const head = data.indexOf('\r\n\r\n') + 4
          left = Number(/content-length: (\d+)/i.exec(data.toString('latin1', 0, head))[1]) + head
        }
        left -= data.length
        if (left <= 0) answered()
      })
    }
    for (let index = 0; index < connections; index += 1) open()
  })
}

process.on('message', async (load) => process.send(await run(load)))
process.on('disconnect', () => process.exit(0))
process.send('ready')
