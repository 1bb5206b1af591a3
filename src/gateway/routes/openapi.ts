import type { Gateway, Visit } from '../gateway.js'
import { JSON_TYPE } from '../http/error-reply.js'
import { openapiDocument } from '../openapi/document.js'

/** `GET /openapi.json` */
export function openapi(gateway: Gateway, { exchange }: Visit): void {
  exchange.send({ status: 200, headers: JSON_TYPE, body: JSON.stringify(openapiDocument(gateway.version)) })
}
