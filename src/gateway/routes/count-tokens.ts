import { decodeMessagesRequest } from '../../wire/index.js'
import { checkAllowed, promptTokens } from '../access/admission.js'
import type { Gateway, Visit } from '../gateway.js'
import { parseJson, readBody } from '../http/body.js'
import { JSON_TYPE } from '../http/error-reply.js'

/** `POST /v1/messages/count_tokens`: an estimate, since models count differently. */
export async function countTokens(gateway: Gateway, { exchange, key, route }: Visit): Promise<void> {
  const body = await readBody(exchange, { memory: gateway.bodies, limit: gateway.settings.maxBodyBytes })
  try {
    const { model, request } = decodeMessagesRequest(parseJson(body.bytes))
    checkAllowed(key, model, undefined)
    await gateway.targets.find(model)
    gateway.metrics.request(route, 200)
    exchange.send({
      status: 200,
      headers: JSON_TYPE,
      body: JSON.stringify({ input_tokens: promptTokens(request) }),
    })
  } finally {
    body.release()
  }
}
