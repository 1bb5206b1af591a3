import { Pool } from 'undici'

const body = (model, stream) =>
  JSON.stringify({
    model,
    messages: [
      { role: 'system', content: 'You are a helpful assistant.' },
      {
        role: 'user',
        content: 'What are some fun things to do in San Francisco with children on a rainy day?',
      },
    ],
    temperature: 0.7,
    max_tokens: 256,
    stream,
  })

/** Sends one request; resolves with the time to the first byte of the body and to its end, in milliseconds. */
function send(pool, { model, stream, headers }) {
  return new Promise((resolve, reject) => {
    const from = performance.now()
    let first
    let code
    let tail = ''
    pool.dispatch(
      { method: 'POST', path: '/v1/chat/completions', headers, body: body(model, stream) },
      {
        onRequestStart() {},
        onResponseStart(_, status) {
          code = status
        },
        onResponseData(_, part) {
          if (code !== 200) reject(new Error(`port ${pool.port}: status ${code}: ${part}`))
          // A stream has begun when its first text is there.
          if (first === undefined && (!stream || part.includes('tok'))) first = performance.now() - from
          if (stream)
            tail = part.length > 20 ? part.subarray(-20).toString('latin1') : tail + part.toString('latin1')
        },
        onResponseEnd() {
          if (stream && !tail.trimEnd().endsWith('[DONE]')) reject(new Error(`a stream ended with ${tail}`))
          else resolve({ first, total: performance.now() - from })
        },
        onResponseError(_, error) {
          reject(error)
        },
      },
    )
  })
}

/** One request after the other on each of `atOnce` connections, for a while. */
export async function saturate({ port, atOnce, ms, tolerant = false, ...request }) {
  const pool = Object.assign(new Pool(`http://127.0.0.1:${port}`, { connections: atOnce, pipelining: 1 }), {
    port,
  })
  const until = performance.now() + ms
  const from = performance.now()
  let done = 0
  let failed = 0
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (performance.now() < until) {
        await send(pool, request).then(
          () => (done += 1),
          (error) => {
            if (!tolerant) throw error
            failed += 1
          },
        )
      }
    }),
  )
  const seconds = (performance.now() - from) / 1000
  await pool.close()
  return { done, failed, perSecond: done / seconds }
}

/** Requests at a fixed rate, whatever their answers take. */
export async function paced({ port, perSecond, ms, tolerant = false, ...request }) {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 256, pipelining: 1 })
  const from = performance.now()
  const pending = []
  for (let sent = 0; sent < (perSecond * ms) / 1000; sent += 1) {
    const due = from + (sent * 1000) / perSecond
    const wait = due - performance.now()
    if (wait > 0.5) await new Promise((resolve) => setTimeout(resolve, wait))
    pending.push(tolerant ? send(pool, request).catch(() => undefined) : send(pool, request))
  }
  const results = await Promise.all(pending)
  await pool.close()
  return results.filter((result) => result !== undefined)
}
