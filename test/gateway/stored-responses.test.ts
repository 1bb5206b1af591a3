import { afterEach, describe, expect, it } from 'vitest'
import { createKey, memoryKeyStore } from '../../src/gateway/index.js'
import { StoredResponses } from '../../src/gateway/run/stored-responses.js'
import { systemClock } from '../../src/util/index.js'
import { Lab, post, type Json } from './harness.js'

const RESPONSES = '/v1/responses'
let lab: Lab | undefined
afterEach(async () => {
  await lab?.close()
  lab = undefined
})

interface Answer extends Json {
  readonly id: string
  readonly output: readonly { readonly id: string; readonly content: readonly { readonly text: string }[] }[]
}

const said = ({ output }: Answer): string | undefined => output.at(-1)?.content[0]?.text

/** Asks one model, and what the simulator was told then. */
async function client(headers: Record<string, string> = {}): Promise<{
  ask: (fields: Json) => Promise<Answer>
  stream: (fields: Json) => Promise<Answer>
  heard: () => unknown
}> {
  lab ??= await Lab.open()
  const fetch = lab.fetch('over a socket')
  const send = (fields: Json): Promise<Response> =>
    fetch(RESPONSES, post({ model: 'lab/ada', ...fields }, headers))
  return {
    ask: async (fields) => (await send(fields)).json() as Promise<Answer>,
    async stream(fields) {
      const text = await (await send({ ...fields, stream: true })).text()
      const last = text.split('\n').findLast((line) => line.startsWith('data: '))
      return (JSON.parse(last?.slice(6) ?? '') as { response: Answer }).response
    },
    heard: () => lab?.sim.log.at(-1)?.messages?.map(({ role, content }) => [role, content]),
  }
}

describe('answers that later requests refer to', () => {
  it('are the conversation before a request that names the last of them', async () => {
    const { ask, stream, heard } = await client()
    const first = await ask({ input: 'Name a bird.', instructions: 'Answer like a poet.' })
    expect(first).toMatchObject({ store: true, previous_response_id: null })
    const second = await stream({ input: 'And another?', previous_response_id: first.id })
    expect(second).toMatchObject({ status: 'completed', store: true, previous_response_id: first.id })
    await ask({ input: 'A third?', previous_response_id: second.id, instructions: 'Be brief.' })
    expect(heard()).toEqual([
      ['system', 'Be brief.'],
      ['user', 'Name a bird.'],
      ['assistant', said(first)],
      ['user', 'And another?'],
      ['assistant', said(second)],
      ['user', 'A third?'],
    ])
  })

  it('stand where their items are named', async () => {
    const { ask, stream, heard } = await client()
    for (const answer of [await ask({ input: 'Name a bird.' }), await stream({ input: 'Name a bird.' })]) {
      const reference = { type: 'item_reference', id: answer.output.at(-1)?.id }
      await ask({ input: [{ role: 'user', content: 'Hm.' }, reference, { role: 'user', content: 'So?' }] })
      expect(heard()).toEqual([
        ['user', 'Hm.'],
        ['assistant', said(answer)],
        ['user', 'So?'],
      ])
    }
  })

  it('hold the calls of tools, so that results alone go on with them', async () => {
    const { ask, heard } = await client()
    const tools = [{ type: 'function', name: 'look', parameters: { type: 'object' } }]
    const called = await ask({ input: 'Look outside.', tools, tool_choice: 'required' })
    const call = called.output.at(-1) as unknown as { call_id: string; type: string }
    expect(call.type).toBe('function_call')
    const results = [{ type: 'function_call_output', call_id: call.call_id, output: 'rain' }]
    await ask({ input: results, previous_response_id: called.id, tools })
    expect(heard()).toMatchObject([
      ['user', 'Look outside.'],
      ['assistant', null],
      ['tool', 'rain'],
    ])
  })

  it('can be read again and deleted, and are not there with store: false', async () => {
    const { ask } = await client()
    const fetch = (lab as Lab).fetch('in process')
    const answer = await ask({ input: 'Name a bird.' })
    const path = `${RESPONSES}/${answer.id}`
    expect(await (await fetch(path)).json()).toEqual(answer)
    expect(await (await fetch(path, { method: 'DELETE' })).json()).toEqual({
      id: answer.id,
      object: 'response',
      deleted: true,
    })
    expect((await fetch(path)).status).toBe(404)
    expect((await fetch(path, { method: 'DELETE' })).status).toBe(404)
    const unkept = await ask({ input: 'Name a fish.', store: false })
    expect(unkept['store']).toBe(false)
    expect((await fetch(`${RESPONSES}/${unkept.id}`)).status).toBe(404)
  })

  it('are not found once they are gone, by strangers, or when nothing is kept', async () => {
    const { ask } = await client()
    const gone = { code: 'not_found', param: 'previous_response_id' }
    expect(await ask({ input: 'x', previous_response_id: 'resp_0' })).toMatchObject({ error: gone })
    expect(await ask({ input: [{ type: 'item_reference', id: 'msg_0' }] })).toMatchObject({
      error: { code: 'not_found', param: 'input[0]' },
    })
    const first = await ask({ input: 'Name a bird.' })
    const second = await ask({ input: 'And another?', previous_response_id: first.id })
    await (lab as Lab).fetch('in process')(`${RESPONSES}/${first.id}`, { method: 'DELETE' })
    expect(await ask({ input: 'x', previous_response_id: second.id })).toMatchObject({ error: gone })
    await lab?.close()

    const keys = memoryKeyStore()
    lab = await Lab.open({ gateway: { keys } })
    const key = async (name: string): Promise<Record<string, string>> => ({
      authorization: `Bearer ${(await createKey(keys, { name, limits: {}, now: Date.now() })).key}`,
    })
    const mine = await client(await key('mine'))
    const theirs = await client(await key('theirs'))
    const { id, output } = await mine.ask({ input: 'Name a bird.' })
    expect(await theirs.ask({ input: 'x', previous_response_id: id })).toMatchObject({ error: gone })
    expect(await theirs.ask({ input: [{ type: 'item_reference', id: output[0]?.id }] })).toMatchObject({
      error: { code: 'not_found' },
    })
    expect((await mine.ask({ input: 'x', previous_response_id: id }))['error']).toBeNull()
    await lab.close()

    lab = await Lab.open({ gateway: { settings: { storeMs: 0 } } })
    const { ask: askUnkept } = await client()
    const answer = await askUnkept({ input: 'Name a bird.' })
    expect(answer['store']).toBe(false)
    expect(await askUnkept({ input: 'x', previous_response_id: answer.id })).toMatchObject({
      error: { code: 'unsupported_parameter', param: 'previous_response_id' },
    })
  })

  it('do not move the place of a mistake', async () => {
    const { ask } = await client()
    const { id } = await ask({ input: 'Name a bird.' })
    for (const [input, param] of [
      [[{ role: 'robot', content: 'x' }], 'input[0].role'],
      [[], 'input'],
      [7, 'input'],
    ])
      expect(await ask({ input, previous_response_id: id })).toMatchObject({ error: { param } })
    expect(await ask({ input: 'x', previous_response_id: 7 })).toMatchObject({
      error: { param: 'previous_response_id' },
    })
    expect(await ask({ input: 'x', store: 'yes' })).toMatchObject({ error: { param: 'store' } })
  })

  it('go with their time after the last use, and the oldest first when they are many', () => {
    let now = 0
    const clock = { ...systemClock, now: () => now }
    const stored = new StoredResponses({ storeMs: 1000, storeChars: 600 }, clock)
    const keep = (id: string): void => {
      const response = { id, output: [{ id: id.replace('resp', 'msg'), text: 'x'.repeat(100) }] }
      stored.keep(response, { asked: stored.recall({ input: 'q' }, ''), who: '' })
    }
    const left = (...ids: string[]): string[] => ids.filter((id) => stored.get(id, '') !== undefined)
    for (const id of ['resp_1', 'resp_2', 'resp_3']) keep(id)
    expect(stored.size).toBeGreaterThan(300)
    expect(left('resp_2', 'resp_3', 'resp_1')).toEqual(['resp_2', 'resp_3', 'resp_1'])
    keep('resp_4')
    expect(stored.size).toBeLessThanOrEqual(600)
    expect(left('resp_1', 'resp_2', 'resp_3', 'resp_4')).toEqual(['resp_1', 'resp_3', 'resp_4'])
    now = 900
    expect(left('resp_3')).toEqual(['resp_3'])
    now = 1500
    expect(left('resp_1', 'resp_3', 'resp_4')).toEqual(['resp_3'])
    now = 3000
    expect(left('resp_3')).toEqual([])
    expect(stored.size).toBe(0)
  })
})
