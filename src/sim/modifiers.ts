import type { Behaviour, FaultRule } from './behaviour.js'
import type { Fault } from './fault.js'

/** A behaviour while its modifiers are being read. */
export type BehaviourDraft = { -readonly [K in keyof Behaviour]: Behaviour[K] } & { faults: FaultRule[] }

/** What stands after a modifier's equals sign. */
export type ModifierValue = 'none' | 'count' | 'position' | 'milliseconds' | 'tokens' | 'probability'

/** One modifier: what it takes, what it is for, what it does to a behaviour. */
export interface Modifier {
  readonly value: ModifierValue
  /** `true` when the modifier also stands without its value. */
  readonly optional?: boolean
  readonly help: string
  apply(draft: BehaviourDraft, value: number | undefined): void
}

const status = (code: number, help: string): Modifier => ({
  value: 'count',
  optional: true,
  help,
  apply: (draft, calls) =>
    void draft.faults.push({
      fault: { type: 'status', status: code },
      ...(calls !== undefined && { calls }),
    }),
})

const whole = (type: 'timeout' | 'html' | 'error-200' | 'no-finish' | 'no-done', help: string): Modifier => ({
  value: 'count',
  optional: true,
  help,
  apply: (draft, calls) => void draft.faults.push({ fault: { type }, ...(calls !== undefined && { calls }) }),
})

const after = (type: 'hang-between' | 'disconnect' | 'malformed' | 'error-mid', help: string): Modifier => ({
  value: 'position',
  help,
  apply: (draft, position) => void draft.faults.push({ fault: { type, after: position ?? 0 } }),
})

const chance = (fault: Fault, help: string): Modifier => ({
  value: 'probability',
  help,
  apply: (draft, probability) =>
    void draft.faults.push({ fault, ...(probability !== undefined && { probability }) }),
})

const flag = (help: string, apply: (draft: BehaviourDraft) => void): Modifier => ({
  value: 'none',
  help,
  apply,
})

/** Every modifier by name. */
export const MODIFIERS: Readonly<Record<string, Modifier>> = {
  '400': status(400, 'refuses with HTTP 400'),
  '401': status(401, 'refuses the API key'),
  '403': status(403, 'refuses permission'),
  '404': status(404, 'does not know the model'),
  '408': status(408, 'answers HTTP 408'),
  '429': status(429, 'limits the rate, with Retry-After and retry-after-ms'),
  '500': status(500, 'answers HTTP 500'),
  '502': status(502, 'answers HTTP 502'),
  '503': status(503, 'answers HTTP 503'),
  '504': status(504, 'answers HTTP 504'),
  '529': status(529, 'answers HTTP 529, overloaded'),
  quota: status(402, 'reports an exhausted balance (HTTP 402)'),
  'context-length': status(413, 'says the prompt is too long for the model (HTTP 400)'),
  timeout: whole('timeout', 'never answers, not even with headers'),
  'hang-before': {
    value: 'count',
    optional: true,
    help: 'sends headers, then no token',
    apply: (draft, calls) =>
      void draft.faults.push({ fault: { type: 'hang-before' }, ...(calls !== undefined && { calls }) }),
  },
  'hang-between': after('hang-between', 'stops for good after this many pieces'),
  disconnect: after('disconnect', 'destroys the socket after this many pieces'),
  malformed: after('malformed', 'sends an event that is not JSON after this many pieces'),
  'error-mid': after('error-mid', 'sends an error event after this many pieces'),
  'no-finish': whole('no-finish', 'ends the stream without a finish reason'),
  'no-done': whole('no-done', 'leaves out the final [DONE]'),
  html: whole('html', 'answers 200 with a web page'),
  'error-200': whole('error-200', 'answers 200 with an error as JSON'),
  'fail-rate': chance({ type: 'status', status: 503 }, 'fails this share of calls with HTTP 503 (0 to 1)'),
  'stall-rate': chance(
    { type: 'hang-between', after: 3 },
    'hangs after three pieces in this share of calls (0 to 1)',
  ),
  empty: flag('an answer without text', (draft) => (draft.body = 'empty')),
  'whitespace-only': flag('an answer of white space', (draft) => (draft.body = 'whitespace')),
  garbage: flag('one phrase over and over', (draft) => (draft.body = 'garbage')),
  'content-filter': flag('breaks off with finish reason content_filter', (draft) => (draft.filtered = true)),
  length: {
    value: 'tokens',
    optional: true,
    help: 'cuts the answer after this many tokens (16), with finish reason length',
    apply: (draft, tokens) => (draft.cutAfter = tokens ?? 16),
  },
  tokens: {
    value: 'tokens',
    help: 'an answer of this many tokens',
    apply: (draft, tokens) => set(draft, 'tokens', tokens),
  },
  reasoning: flag('thinks aloud before it answers', (draft) => (draft.reasons = true)),
  first: {
    value: 'milliseconds',
    help: 'time to the first piece',
    apply: (draft, ms) => set(draft, 'first', ms),
  },
  pace: {
    value: 'milliseconds',
    help: 'time between pieces',
    apply: (draft, ms) => set(draft, 'pace', ms),
  },
  slow: {
    value: 'milliseconds',
    help: 'drips: a piece takes this long and comes in two halves, cut anywhere',
    apply: (draft, ms) => set(draft, 'drip', ms),
  },
  'retry-after': {
    value: 'milliseconds',
    help: 'how long refused calls are told to wait (100)',
    apply: (draft, ms) => set(draft, 'retryAfter', ms),
  },
  'no-usage': flag('never reports usage', (draft) => (draft.usage = 'none')),
  'usage-every-chunk': flag('reports usage with every chunk', (draft) => (draft.usage = 'every-chunk')),
}

function set(
  draft: BehaviourDraft,
  field: 'tokens' | 'first' | 'pace' | 'drip' | 'retryAfter',
  value: number | undefined,
): void {
  if (value !== undefined) draft[field] = value
}

/** What a modifier is called, what it takes and what it does, for help pages. */
export interface ModifierHelp {
  readonly name: string
  /** `none`, or what stands after `=`, in brackets when it may be left out. */
  readonly value: string
  readonly help: string
}

/** Every modifier a simulated model's name can carry. */
export const SIM_MODIFIERS: readonly ModifierHelp[] = Object.entries(MODIFIERS).map(
  ([name, { value, optional, help }]) => ({ name, value: optional === true ? `[${value}]` : value, help }),
)
