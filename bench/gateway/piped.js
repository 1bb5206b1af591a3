// The other floor of bench/gateway.js: the proxy most people would write by hand, undici's `request` piped to the reply.
import { createServer } from 'node:http'
import { Pool } from 'undici'
import { reportUsage } from './usage.js'

const pool = new Pool(`http://127.0.0.1:${process.argv[2]}`, { connections: 256, pipelining: 1 })
const server = createServer(async (request, response) => {
  try {
    const { statusCode, headers, body } = await pool.request({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer key',
        'content-length': request.headers['content-length'],
      },
      body: request,
    })
    response.writeHead(statusCode, { 'content-type': headers['content-type'] })
    body.pipe(response)
    response.on('close', () => body.destroy())
  } catch (error) {
    response.destroy(error)
  }
})
server.keepAliveTimeout = 60_000
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send({ port: server.address().port }),
)
reportUsage()
