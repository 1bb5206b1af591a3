// The floor of bench/gateway.js: a proxy written by hand on node:http and undici that passes bytes on and reads none.
import { createServer } from 'node:http'
import { Pool } from 'undici'
import { reportUsage } from './usage.js'

const pool = new Pool(`http://127.0.0.1:${process.argv[2]}`, { connections: 256, pipelining: 1 })
const server = createServer((request, response) => {
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', () => {
    pool.dispatch(
      {
        method: 'POST',
        path: '/v1/chat/completions',
        headers: { 'content-type': 'application/json', authorization: 'Bearer key' },
        body: parts.length === 1 ? parts[0] : Buffer.concat(parts),
      },
      {
        onRequestStart(controller) {
          response.on('close', () => {
            if (!response.writableFinished) controller.abort(new Error('gone'))
          })
        },
        onResponseStart(controller, status, headers) {
          response.writeHead(status, { 'content-type': headers['content-type'] })
        },
        onResponseData(controller, part) {
          if (response.write(part)) return
          controller.pause()
          response.once('drain', () => controller.resume())
        },
        onResponseEnd() {
          response.end()
        },
        onResponseError(controller, error) {
          response.destroy(error)
        },
      },
    )
  })
})
server.keepAliveTimeout = 60_000
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send({ port: server.address().port }),
)
reportUsage()
