import { afterEach, describe, expect, it } from 'vitest'
import type { MoaError } from '../../core/index.js'
import { collect, type AnswerEvent, type ChatRequest } from '../../core/index.js'
import { estimateTokens } from '../../util/index.js'
import { ChunkDecoder, decodeResponse, encodeRequest, SseParser } from '../../wire/index.js'
import { simModel } from '../model.js'
import { startSimServer, type SimServer, type SimServerOptions } from './server.js'

const servers: SimServer[] = []
async function start(options: SimServerOptions = {}): Promise<SimServer> {
  const server = await startSimServer(options)
  servers.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

const question: ChatRequest = { messages: [{ role: 'user', content: 'Why is the sky blue?' }] }

function post(server: SimServer, body: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(`${server.url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...init,
  })
}

/** Everything a client gets, read with the decoders every client of ours uses. */
async function ask(server: SimServer, model: string, request: ChatRequest = question, stream = true) {
  const response = await post(server, encodeRequest(request, { model, stream }))
  const events: AnswerEvent[] = []
  const text = async (): Promise<void> => {
    if (!stream) {
      events.push(...decodeResponse(await response.json(), { upstream: 'sim', model }).events)
      return
    }
    const decoder = new ChunkDecoder({ upstream: 'sim', model, emit: (event) => events.push(event) })
    const parser = new SseParser((data) => decoder.data(data))
    const utf8 = new TextDecoder()
    for await (const chunk of response.body as AsyncIterable<Uint8Array>)
      parser.feed(utf8.decode(chunk, { stream: true }))
    parser.end()
    decoder.end()
  }
  const error: unknown = await text().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return { response, events, error: error as MoaError | undefined }
}

async function* replay(events: readonly AnswerEvent[]) {
  yield* events
}

describe('startSimServer', () => {
  it('answers like the model in process, streamed or not', async () => {
    const server = await start({ seed: 3 })
    const signal = new AbortController().signal
    for (const model of ['ada', 'kurt', 'grace+reasoning']) {
      const inProcess = await collect(simModel(model, { seed: 3 }).stream(question, { signal }))
      for (const stream of [true, false]) {
        const { events } = await ask(server, model, question, stream)
        const result = await collect(replay(events))
        expect(result.text).toBe(inProcess.text)
        expect(result.reasoning).toBe(inProcess.reasoning)
        expect(result.usage).toEqual(inProcess.usage)
      }
    }
  })

  it('logs what the client saw', async () => {
    const server = await start()
    const { events, response } = await ask(server, 'ada', question)
    const result = await collect(replay(events))
    await server.idle()
    expect(server.log).toHaveLength(1)
    expect(server.log[0]).toMatchObject({
      id: response.headers.get('x-request-id'),
      model: 'ada',
      messages: question.messages,
      stream: true,
      promptTokens: result.usage.inputTokens,
      completionTokensServed: estimateTokens(result.text),
      charactersServed: result.text.length,
      chunksServed: events.filter((event) => event.type === 'answer-delta').length,
      outcome: 'completed',
    })
  })

  it('settles the log when the client leaves', async () => {
    const server = await start()
    const controller = new AbortController()
    const response = await post(server, encodeRequest(question, { model: 'ada+pace=20', stream: true }), {
      signal: controller.signal,
    })
    const reader = response.body!.getReader()
    await reader.read()
    controller.abort()
    await server.idle()
    expect(server.log[0]).toMatchObject({ outcome: 'client-left' })
    expect(server.log[0]!.clientLeftAtMs).toBeGreaterThan(0)
    expect(server.log[0]!.chunksServed).toBeLessThan(20)
  })
})
