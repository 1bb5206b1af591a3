import { collect } from '../../../core/collect.js'
import { MoaError } from '../../../core/errors.js'
import { textOf } from '../../../core/message.js'
import type { RunTrace } from '../../../core/run-trace.js'
import type { UiPart, UiRequest } from '../../../gateway/index.js'
import type { RunFilter } from '../../../history/index.js'
import { array, bad, object, optionalString, string } from '../../../wire/check.js'
import { again, hasProposals, type Changes } from '../../replay/again.js'
import type { UiContext } from '../context.js'
import { comparisonRoutes } from './comparison-routes.js'
import { callText, type RunTexts } from './run-texts.js'
import type { AgainAnswer, ListedRun, RunDocument, RunList } from './types.js'

const PAGE = 50
const QUESTION_LENGTH = 160

/** What the run view can ask for. */
export function runsPart(context: UiContext, texts: RunTexts): UiPart {
  const run = { context, texts }
  return {
    routes: [
      { method: 'GET', path: 'runs', handle: (request) => list(run, request) },
      { method: 'GET', path: 'runs/:id', handle: (request) => show(run, request) },
      { method: 'POST', path: 'runs/:id/again', handle: (request) => answerAgain(run, request) },
      ...comparisonRoutes(context),
    ],
  }
}

interface Runs {
  readonly context: UiContext
  readonly texts: RunTexts
}

/** The history does not say whose runs they were, so with keys they are for those who run the gateway. */
function requireOperator({ write }: UiContext, { visit: { key } }: UiRequest): void {
  if (key === undefined || write) return
  throw new MoaError(
    'forbidden',
    'The runs of all keys are shown only by a gateway that was started with --write; your own conversations are in the chat.',
  )
}

async function list({ context, texts }: Runs, request: UiRequest): Promise<RunList> {
  requireOperator(context, request)
  const { settings, history } = context.workspace()
  const content = settings.history.content === true
  if (history === undefined) return { off: 'disabled', content, runs: [] }
  await history.ready()
  history.flush()
  const { query } = request
  const recipe = query.get('recipe') ?? undefined
  const only = query.get('only')
  const before = numberOf(query.get('before'))
  const filter: RunFilter = {
    limit: PAGE + 1,
    ...(recipe !== undefined && { recipe }),
    ...((only === 'failed' || only === 'degraded') && { only }),
    ...(before !== undefined && { before }),
  }
  const found = [...history.list(filter)]
  const shown = found.slice(0, PAGE)
  const last = found.length > PAGE ? shown.at(-1) : undefined
  return { content, runs: shown.map((trace) => listed(trace, texts)), ...(last && { before: last.at }) }
}

function listed(trace: RunTrace, texts: RunTexts): ListedRun {
  const { id, at, durationMs, source, recipe, outcome, finishReason, cost, simulated, calls, degraded } =
    trace
  const messages = trace.content?.messages ?? texts.recording(id)?.run.request.messages
  const asked = messages?.findLast(({ role }) => role === 'user')
  const question = asked && textOf(asked.content).slice(0, QUESTION_LENGTH)
  return {
    ...{ id, at, durationMs, source, recipe, outcome, cost },
    ...(finishReason && { finishReason }),
    ...(simulated && { simulated }),
    calls: calls.length,
    degraded: degraded.length,
    ...(question !== undefined && { question }),
  }
}

async function show({ context, texts }: Runs, request: UiRequest): Promise<RunDocument> {
  requireOperator(context, request)
  const id = request.params['id'] ?? ''
  const { history } = context.workspace()
  await history?.ready()
  history?.flush()
  const [trace, more] = history?.find(id) ?? []
  if (trace === undefined || more !== undefined)
    throw new MoaError('not_found', 'There is no such run in the history; it may have been deleted.')
  const kept = texts.recording(trace.id)
  const proposers = trace.stages.filter(({ kind }) => kind === 'propose').flatMap(({ slots }) => slots)
  return {
    trace,
    ...(kept && { texts: kept.recording.calls.map(callText) }),
    again: kept !== undefined && hasProposals(kept.run) && proposers.length > 0,
    proposers: [...new Set(proposers.map(({ name }) => name))],
  }
}

/** Answers a run's question anew from the same proposals; no proposer is asked. */
async function answerAgain({ context, texts }: Runs, request: UiRequest): Promise<AgainAnswer> {
  requireOperator(context, request)
  const changes = changesOf(await request.body())
  const kept = texts.recording(request.params['id'] ?? '')
  if (kept === undefined)
    throw new MoaError(
      'not_found',
      'What this run asked and answered is not kept, so there are no proposals to go on with.',
    )
  const leaving = new AbortController()
  request.visit.exchange.onGone(() => leaving.abort(new MoaError('aborted', 'The page was left.')))
  const { plan, model } = await again(
    { ...kept, workspace: context.workspace() },
    { ...changes, fresh: true },
  )
  const startedAt = Date.now()
  const result = await collect(model.stream(kept.run.request, { signal: leaving.signal, delivery: 'whole' }))
  const calls = result.calls.filter(({ replayedFrom }) => replayedFrom === undefined)
  const priced = calls.flatMap(({ costUsd }) => (costUsd === null ? [] : [costUsd]))
  return {
    aggregator: plan.stages.at(-1)?.slots[0]?.ref.model ?? '',
    mode: plan.mode,
    text: result.text,
    model: result.model,
    durationMs: Date.now() - startedAt,
    usage: result.usage,
    cost: {
      usd: calls.length > 0 && priced.length === 0 ? null : priced.reduce((sum, usd) => sum + usd, 0),
      unpricedCalls: calls.length - priced.length,
    },
    calls,
    degraded: result.degraded,
  }
}

function changesOf(body: unknown): Changes {
  const fields = object(body, 'body')
  const aggregator = optionalString(fields['aggregator'], 'aggregator')
  const mode = optionalString(fields['mode'], 'mode')
  if (mode !== undefined && mode !== 'native' && mode !== 'together')
    throw bad('mode', 'expected "native" or "together".')
  const without = array(fields['without'] ?? [], 'without').map((name) => string(name, 'without'))
  return {
    ...(aggregator !== undefined && { aggregator }),
    ...(mode !== undefined && { mode }),
    ...(without.length > 0 && { without }),
  }
}

function numberOf(text: string | null): number | undefined {
  const number = Number(text ?? NaN)
  return Number.isFinite(number) ? number : undefined
}
