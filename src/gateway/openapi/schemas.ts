type Schema = Readonly<Record<string, unknown>>

const string = (description?: string): Schema => ({ type: 'string', ...(description && { description }) })
const number = (description: string, bounds: Schema = {}): Schema => ({
  type: 'number',
  ...(description && { description }),
  ...bounds,
})
const integer = (description: string, bounds: Schema = {}): Schema => ({
  type: 'integer',
  ...(description && { description }),
  ...bounds,
})
const list = (items: Schema, description?: string): Schema => ({
  type: 'array',
  items,
  ...(description && { description }),
})
const constant = (value: unknown): Schema => ({ const: value })

/** A reference to a schema by its name. */
export const ref = (name: keyof typeof SCHEMAS): Schema => ({ $ref: `#/components/schemas/${name}` })
const refTo = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })

interface ObjectOptions {
  readonly required?: readonly string[]
  readonly description?: string
  /** More fields are taken; what is unknown is named in a header. */
  readonly open?: boolean
}

function object(properties: Readonly<Record<string, Schema>>, options: ObjectOptions = {}): Schema {
  const { required = [], description, open = false } = options
  return {
    type: 'object',
    ...(description && { description }),
    properties,
    ...(required.length > 0 && { required }),
    ...(!open && { additionalProperties: false }),
  }
}

/** An object in a request's body, where null counts as absent. */
function body(
  properties: Readonly<Record<string, Schema>>,
  options: Pick<ObjectOptions, 'required' | 'description'>,
): Schema {
  const fields = Object.entries(properties).map(([name, schema]) => [
    name,
    options.required?.includes(name) === true ? schema : orNull(schema),
  ])
  return object(Object.fromEntries(fields) as Record<string, Schema>, { ...options, open: true })
}

function orNull(schema: Schema): Schema {
  if (Object.keys(schema).length === 0) return schema
  return typeof schema['type'] === 'string'
    ? { ...schema, type: [schema['type'], 'null'] }
    : { anyOf: [schema, { type: 'null' }] }
}

const MOA_REQUEST = object(
  {
    progress: {
      enum: [true, false, 'proposals'],
      description: 'Show the progress of a mixture as thinking; `proposals`: with their text.',
    },
    trace: { type: 'boolean', description: 'Return every proposal, outcome, time, token count and cost.' },
    usage: { enum: ['run', 'answer'], description: 'Whose tokens `usage` counts.' },
    proposers: list(string('`provider/model`, or a recipe'), 'Take the place of the recipe’s.'),
    aggregator: string('Takes the place of the recipe’s.'),
    layers: integer('Layers, the aggregator included.', { minimum: 2, maximum: 16 }),
    mode: { enum: ['native', 'together'], description: 'How proposals are shown to models.' },
    seed: integer('For proposers and aggregator alike.'),
    deadline_ms: number('Time for the whole answer; at most what the recipe allows.', {
      exclusiveMinimum: 0,
    }),
    max_latency_ms: number(
      'A recipe that is likely to take longer does not begin as planned; at most what the recipe allows.',
      { exclusiveMinimum: 0 },
    ),
    cache: {
      enum: [true, false, 'refresh'],
      description:
        '`false`: no kept answer is used and none is kept; `refresh`: new answers replace kept ones.',
    },
    budget_usd: number('US dollars for the whole answer; at most what the recipe allows.', {
      exclusiveMinimum: 0,
    }),
    inherit: list(
      {
        enum: [
          'temperature',
          'top_p',
          'frequency_penalty',
          'presence_penalty',
          'stop',
          'seed',
          'max_tokens',
          'reasoning_effort',
        ],
      },
      'Parameters of this request that reach the proposers too.',
    ),
  },
  { description: 'How the run is to be done; a field of our own.' },
)

const MOA_RESPONSE = object(
  {
    run_id: string(),
    recipe: string(),
    recipe_hash: string('SHA-256 of the recipe’s meaning.'),
    simulated: constant(true),
    calls: integer('Calls to providers.'),
    usage_scope: { enum: ['run', 'answer'] },
    run_usage: refTo('Usage'),
    cost: object({
      usd: { type: ['number', 'null'], description: 'Of calls whose price is known.' },
      unpriced_calls: integer('Calls whose price is unknown.'),
    }),
    degraded: list(
      object({ code: string(), message: string(), slot: { type: 'object' } }),
      'In which ways the answer is not what the recipe asked for.',
    ),
    trace: {
      type: 'object',
      description: 'With `moa.trace`: `stages`, `proposals`, `failures` and `calls`.',
    },
  },
  { required: ['calls', 'usage_scope', 'cost', 'degraded'], description: 'What the run came to.' },
)

const MESSAGE = object(
  {
    role: { enum: ['system', 'developer', 'user', 'assistant', 'tool'] },
    content: {
      oneOf: [
        string(),
        list(object({ type: string() }, { open: true, required: ['type'] })),
        { type: 'null' },
      ],
    },
    name: string(),
    tool_calls: list(refTo('ToolCall')),
    tool_call_id: string(),
  },
  { required: ['role'], open: true },
)

const SAMPLING = {
  temperature: number('', { minimum: 0, maximum: 2 }),
  top_p: number('', { minimum: 0, maximum: 1 }),
}

const CHAT_REQUEST = body(
  {
    model: string('A recipe, or `provider/model`.'),
    messages: list(refTo('Message')),
    stream: { type: 'boolean' },
    stream_options: object({ include_usage: { type: 'boolean' } }, { open: true }),
    ...SAMPLING,
    frequency_penalty: number('', { minimum: -2, maximum: 2 }),
    presence_penalty: number('', { minimum: -2, maximum: 2 }),
    stop: { oneOf: [string(), list(string())] },
    seed: integer('For the aggregator; `moa.seed` is for the whole run.'),
    max_tokens: integer('Longest answer.', { minimum: 1 }),
    max_completion_tokens: integer('The same; wins over `max_tokens`.', { minimum: 1 }),
    reasoning_effort: string(),
    n: integer('One answer is given at a time.', { minimum: 1, maximum: 1 }),
    logprobs: { type: 'boolean' },
    top_logprobs: integer('', { minimum: 0, maximum: 20 }),
    tools: list({ type: 'object' }, 'For the aggregator alone.'),
    tool_choice: {},
    parallel_tool_calls: { type: 'boolean' },
    response_format: { type: 'object', description: 'For the aggregator alone.' },
    metadata: { type: 'object', additionalProperties: { type: 'string' } },
    moa: refTo('MoaRequest'),
  },
  { required: ['model', 'messages'] },
)

const USAGE = object(
  {
    prompt_tokens: integer(''),
    completion_tokens: integer(''),
    total_tokens: integer(''),
    prompt_tokens_details: object({ cached_tokens: integer('') }),
    completion_tokens_details: object({ reasoning_tokens: integer('') }),
  },
  { required: ['prompt_tokens', 'completion_tokens', 'total_tokens'] },
)

const CHAT_COMPLETION = object(
  {
    id: string(),
    object: constant('chat.completion'),
    created: integer('Seconds since the epoch.'),
    model: string('As it was asked for.'),
    choices: list(
      object({
        index: constant(0),
        message: object(
          {
            role: constant('assistant'),
            content: { type: ['string', 'null'] },
            refusal: { type: ['string', 'null'] },
            reasoning_content: string(),
            tool_calls: list(refTo('ToolCall')),
          },
          { required: ['role', 'content', 'refusal'] },
        ),
        logprobs: { type: ['object', 'null'] },
        finish_reason: { enum: ['stop', 'length', 'tool_calls', 'content_filter'] },
      }),
    ),
    usage: refTo('Usage'),
    system_fingerprint: { type: ['string', 'null'] },
    moa: refTo('MoaResponse'),
  },
  { required: ['id', 'object', 'created', 'model', 'choices', 'usage', 'moa'] },
)

const MODEL = object(
  {
    id: string(),
    object: constant('model'),
    created: integer('Seconds since the epoch.'),
    owned_by: string('`moa` for recipes, the provider for single models.'),
    description: string(),
  },
  { required: ['id', 'object', 'created', 'owned_by'], open: true },
)

/** Everything the document refers to by name. */
export const SCHEMAS = {
  ChatRequest: CHAT_REQUEST,
  ChatCompletion: CHAT_COMPLETION,
  Message: MESSAGE,
  ToolCall: object({
    id: string(),
    type: constant('function'),
    function: object({ name: string(), arguments: string('JSON.') }),
  }),
  Usage: USAGE,
  MoaRequest: MOA_REQUEST,
  MoaResponse: MOA_RESPONSE,
  Model: MODEL,
  ModelList: object(
    { object: constant('list'), data: list(refTo('Model')) },
    { required: ['object', 'data'], open: true },
  ),
  ResponsesRequest: body(
    {
      model: string('A recipe, or `provider/model`.'),
      input: { oneOf: [string(), list({ type: 'object' })] },
      instructions: string(),
      previous_response_id: string('An answer that is kept; this one follows it.'),
      store: { type: 'boolean', description: 'Keep the answer for a while. Default true.' },
      stream: { type: 'boolean' },
      ...SAMPLING,
      max_output_tokens: integer('', { minimum: 1 }),
      reasoning: { type: 'object' },
      text: { type: 'object' },
      tools: list({ type: 'object' }),
      tool_choice: {},
      moa: refTo('MoaRequest'),
    },
    { required: ['model', 'input'], description: 'As OpenAI’s Responses.' },
  ),
  MessagesRequest: body(
    {
      model: string('A recipe, or `provider/model`.'),
      messages: list({ type: 'object' }),
      system: {},
      max_tokens: integer('', { minimum: 1 }),
      stream: { type: 'boolean' },
      ...SAMPLING,
      stop_sequences: list(string()),
      tools: list({ type: 'object' }),
      tool_choice: { type: 'object' },
      moa: refTo('MoaRequest'),
    },
    { required: ['model', 'messages'], description: 'As Anthropic’s Messages.' },
  ),
  Error: object(
    {
      error: object(
        {
          message: string(),
          type: string(),
          param: { type: ['string', 'null'] },
          code: { type: ['string', 'null'] },
        },
        { required: ['message', 'type', 'param', 'code'] },
      ),
      moa: refTo('MoaResponse'),
    },
    { required: ['error'] },
  ),
  MessagesError: object(
    {
      type: constant('error'),
      error: object({ type: string(), message: string() }, { required: ['type', 'message'] }),
      request_id: string(),
      moa: refTo('MoaResponse'),
    },
    { required: ['type', 'error'], description: 'As Anthropic’s.' },
  ),
} satisfies Record<string, Schema>
