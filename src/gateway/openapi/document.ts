import { SCHEMAS, ref } from './schemas.js'

type Fields = Readonly<Record<string, unknown>>

const json = (schema: Fields): Fields => ({ 'application/json': { schema } })
const described = (description: string, content?: Fields): Fields => ({
  description,
  ...(content && { content }),
})
const error = (description: string): Fields => described(description, json(ref('Error')))

/** Refusals that every route behind a key has. */
const REFUSALS: Readonly<Record<string, Fields>> = {
  '401': error('No key, or not a valid one.'),
  '403': error('The key, or the page that asks, may not do this.'),
}

const RUN_REFUSALS: Readonly<Record<string, Fields>> = {
  ...REFUSALS,
  '400': error('The request can’t be read, or asks for what is not there; `param` names the field.'),
  '402': error('A budget is used up, of the key, the request or the provider.'),
  '404': error('There is no such model.'),
  '408': error('The request took too long to arrive.'),
  '413': error('The body is too large, or the prompt for the limits of the key.'),
  '415': error('The body is compressed.'),
  '429': error('A limit of the key or the provider is reached; `retry-after` says how long.'),
  '502': error('Providers failed.'),
  '503': error('Too much is under way, or the gateway is stopping; `retry-after` says how long.'),
  '504': error('Providers took too long.'),
}

/** The same in Anthropic's shape. */
const MESSAGES_REFUSALS: Fields = Object.fromEntries(
  Object.entries(RUN_REFUSALS).map(([status, refusal]) => [
    status,
    { ...refusal, content: json(ref('MessagesError')) },
  ]),
)

const RUN_HEADERS: Fields = {
  'x-request-id': { description: 'The client’s own, or a new one.', schema: { type: 'string' } },
  'x-moa-ignored': { description: 'Parameters that were left out.', schema: { type: 'string' } },
  'x-moa-degraded': { description: 'In which ways the answer falls short.', schema: { type: 'string' } },
  'x-moa-simulated': { description: 'Simulated models took part.', schema: { const: 'true' } },
  'x-moa-replayed': { description: 'The reply to an earlier request.', schema: { const: 'true' } },
}

const KEY_PARAMETER: Fields = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key with the same body gets the reply of the first such request.',
  schema: { type: 'string', maxLength: 255 },
}

const CACHE_PARAMETER: Fields = {
  name: 'Cache-Control',
  in: 'header',
  required: false,
  description: '`no-store` is `moa.cache: false`, `no-cache` is `moa.cache: "refresh"`; the field wins.',
  schema: { type: 'string' },
}

interface AnswerOptions {
  readonly id: string
  readonly summary: string
  readonly request: Fields
  readonly reply: Fields
  /** Default those in OpenAI's shape. */
  readonly refusals?: Fields
}

function answer({ id, summary, request, reply, refusals = RUN_REFUSALS }: AnswerOptions): Fields {
  return {
    post: {
      operationId: id,
      summary,
      parameters: [KEY_PARAMETER, CACHE_PARAMETER],
      requestBody: { required: true, content: json(request) },
      responses: {
        '200': {
          description: 'The answer; with `stream: true` as server-sent events.',
          headers: RUN_HEADERS,
          content: { ...json(reply), 'text/event-stream': { schema: { type: 'string' } } },
        },
        ...refusals,
      },
    },
  }
}

function read(options: { id: string; summary: string; responses: Fields; more?: Fields }): Fields {
  const { id, summary, responses, more = {} } = options
  return { get: { operationId: id, summary, ...more, responses } }
}

/** Nobody needs a key for these. */
const OPEN: Fields = { security: [] }
const ANY: Fields = { type: 'object' }
const ID_PARAMETER: Fields = { name: 'id', in: 'path', required: true, schema: { type: 'string' } }

const PATHS: Fields = {
  '/v1/chat/completions': answer({
    id: 'createChatCompletion',
    summary: 'Ask a recipe or a model, as OpenAI’s Chat Completions',
    request: ref('ChatRequest'),
    reply: ref('ChatCompletion'),
  }),
  '/v1/responses': answer({
    id: 'createResponse',
    summary: 'Ask, as OpenAI’s Responses',
    request: ref('ResponsesRequest'),
    reply: ANY,
  }),
  '/v1/responses/{id}': {
    get: {
      operationId: 'getResponse',
      summary: 'An answer that is kept',
      parameters: [ID_PARAMETER],
      responses: { '200': described('The answer.', json(ANY)), '404': error('It is not kept.'), ...REFUSALS },
    },
    delete: {
      operationId: 'deleteResponse',
      summary: 'Forget an answer',
      parameters: [ID_PARAMETER],
      responses: {
        '200': described('It is forgotten.', json(ANY)),
        '404': error('It is not kept.'),
        ...REFUSALS,
      },
    },
  },
  '/v1/messages': answer({
    id: 'createMessage',
    summary: 'Ask, as Anthropic’s Messages',
    request: ref('MessagesRequest'),
    reply: ANY,
    refusals: MESSAGES_REFUSALS,
  }),
  '/v1/messages/count_tokens': {
    post: {
      operationId: 'countTokens',
      summary: 'Estimate the tokens of a prompt',
      requestBody: { required: true, content: json(ref('MessagesRequest')) },
      responses: {
        '200': described(
          'An estimate: models count differently.',
          json({
            type: 'object',
            properties: { input_tokens: { type: 'integer' } },
            required: ['input_tokens'],
          }),
        ),
        ...MESSAGES_REFUSALS,
      },
    },
  },
  '/v1/models': read({
    id: 'listModels',
    summary: 'Recipes first, then single models',
    responses: { '200': described('From memory, at once.', json(ref('ModelList'))), ...REFUSALS },
  }),
  '/v1/models/{id}': read({
    id: 'getModel',
    summary: 'One of them; ids may hold slashes',
    more: { parameters: [ID_PARAMETER] },
    responses: {
      '200': described('The model.', json(ref('Model'))),
      '404': error('There is no such model.'),
      ...REFUSALS,
    },
  }),
  '/health': read({
    id: 'health',
    summary: 'The process is alive',
    more: OPEN,
    responses: { '200': described('It is.', json(ANY)) },
  }),
  '/ready': read({
    id: 'ready',
    summary: 'Whether new requests should come here',
    more: OPEN,
    responses: {
      '200': described('They should.', json(ANY)),
      '503': described('It is stopping, or has no models.', json(ANY)),
    },
  }),
  '/metrics': read({
    id: 'metrics',
    summary: 'For Prometheus',
    responses: {
      '200': described('Its text format.', { 'text/plain': { schema: { type: 'string' } } }),
      ...REFUSALS,
    },
  }),
  '/openapi.json': read({
    id: 'openapi',
    summary: 'This document',
    more: OPEN,
    responses: { '200': described('OpenAPI 3.1.', json(ANY)) },
  }),
}

/** What the gateway serves, as OpenAPI 3.1. */
export function openapiDocument(version: string): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'mixture-of-agents',
      version,
      description: 'Mixtures of agents and single models over the interfaces of OpenAI and Anthropic.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ bearer: [] }, { apiKey: [] }],
    paths: PATHS,
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      },
    },
  }
}
