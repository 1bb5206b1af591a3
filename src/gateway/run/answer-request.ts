import { MoaError, type ChatRequest } from '../../core/index.js'
import type { DecodedRequest } from '../../wire/index.js'
import { checkAllowed } from '../access/admission.js'
import type { Target } from '../catalog.js'
import type { Gateway, Visit } from '../gateway.js'
import { parseJson, readBody } from '../http/body.js'
import type { HeaderList, ReplySink } from '../http/exchange.js'
import { cacheWish } from './cache-wish.js'
import { withBudget, withLimits } from './limits.js'
import { readMoaOptions, type MoaOptions } from './moa-field.js'
import { bothObservers, type RunObserver } from './observer.js'
import { Run, type RunOutcome } from './run.js'
import type { Reply, Surface, Understood } from './surface.js'

/** One request for an answer, and where the answer goes. */
export interface Job {
  readonly gateway: Gateway
  readonly surface: Surface
  readonly visit: Visit
  readonly sink: ReplySink
  /** Also gets every event, the proposals' text while it is being written included. */
  readonly watcher?: RunObserver
  /** What the run is to be called. Default: the model says. */
  readonly runId?: string
}

/** A request that is understood, and what answers it. */
export interface Order {
  readonly decoded: Pick<DecodedRequest, 'model' | 'stream' | 'ignored'>
  readonly options: MoaOptions
  readonly request: ChatRequest
  readonly target: Target
}

/**
 * Answers one request: body, format, permission, limits, run. Resolves when everything is settled; what goes wrong is
 * told to the client.
 *
 * @throws {@link MoaError} what can be said before the body is read
 */
export async function answerRequest(gateway: Gateway, surface: Surface, visit: Visit): Promise<void> {
  checkReady(gateway)
  const { exchange, key } = visit
  const { maxBodyBytes: limit } = gateway.settings
  const body = await readBody(exchange, { memory: gateway.bodies, limit })
  try {
    const share = gateway.shared.share(exchange, key?.id ?? '', body.bytes)
    if (share.joined) return
    const job = { gateway, surface, visit, sink: share.reply ?? exchange }
    let ok = false
    try {
      // Only a good answer may be given again.
      ok = (await runJob(job, parseJson(body.bytes))).error === undefined
    } catch (error) {
      gateway.refuse(visit, job.sink, error)
    } finally {
      share.settle?.(ok)
    }
  } finally {
    body.release()
  }
}

/** @throws {@link MoaError} `shutting_down`, `overloaded` when no further run may begin */
export function checkReady(gateway: Gateway): void {
  if (gateway.stopping)
    throw new MoaError('shutting_down', 'The gateway is shutting down; ask again in a moment.', {
      retryable: true,
    })
  gateway.overload.check(gateway.runs.size)
}

/**
 * Runs a request that has been read, to its end.
 *
 * @returns how the run ended, which its client has been told
 * @throws {@link MoaError} when there is no run: the request is wrong, or its key does not allow it
 */
export async function runJob(job: Job, body: unknown): Promise<RunOutcome> {
  const understood = job.surface.decode(body, { stored: job.gateway.stored, who: job.visit.key?.id ?? '' })
  const order = understand(job, understood.decoded)
  return runOrder(job, order instanceof Promise ? await order : order, understood)
}

/**
 * Runs an order to its end: admission, budget, metrics, log.
 *
 * @throws {@link MoaError} when there is no run: its key does not allow it
 */
export async function runOrder(
  job: Job,
  order: Order,
  understood: Pick<Understood, 'reply'>,
): Promise<RunOutcome> {
  const { gateway, visit } = job
  const { target, request } = order
  const { key } = visit
  const running = key === undefined ? 0 : gateway.runs.ofKey(key.id)
  const admission = gateway.admission.admit(key, { request, target, running })
  const admitted = admission instanceof Promise ? await admission : admission
  const reply = understood.reply(Math.floor(gateway.clock.now() / 1000))
  const outcome = await perform(job, order, {
    request: withBudget(request, target, admitted.leftUsd),
    reply,
    headers: admitted.headers,
  })
  const { account } = outcome
  admitted.settle(account.usage, account.cost.usd ?? 0)
  record(job, order, outcome)
  return outcome
}

function understand(job: Job, decoded: DecodedRequest): Order | Promise<Order> {
  const { gateway, visit } = job
  if (decoded.n > 1)
    throw new MoaError(
      'unsupported_parameter',
      `n: one answer is given at a time, got ${decoded.n}; ask several times.`,
      {
        param: 'n',
      },
    )
  const { settings } = gateway
  const asked = readMoaOptions(decoded.moa, settings)
  const wish = asked.cache === undefined ? cacheWish(visit.exchange) : undefined
  const options =
    wish !== undefined && settings.overrides.includes('cache') ? { ...asked, cache: wish } : asked
  checkAllowed(visit.key, decoded.model, options.changes)
  const found = gateway.targets.find(decoded.model, options.changes)
  const order = (target: Target): Order => {
    const { request, ignored: left } = forwarded(decoded, target, settings.forward)
    const ignored = wish === options.cache || wish === undefined ? left : [...left, 'cache-control']
    return {
      decoded: ignored === decoded.ignored ? decoded : { ...decoded, ignored },
      options,
      request: withLimits(request, { options, target }),
      target,
    }
  }
  return found instanceof Promise ? found.then(order) : order(found)
}

/** Parameters that a single model may know are passed on to it; the rest counts as ignored. */
function forwarded(
  { request, ignored, unknown }: DecodedRequest,
  target: Target,
  names: readonly string[],
): { request: ChatRequest; ignored: readonly string[] } {
  const known = target.kind === 'model' ? names.filter((name) => Object.hasOwn(unknown, name)) : []
  if (known.length === 0) return { request, ignored }
  const extra = Object.fromEntries(known.map((name) => [name, unknown[name]]))
  return { request: { ...request, extra }, ignored: ignored.filter((name) => !known.includes(name)) }
}

/** Runs an order to its end, however that comes. */
async function perform(
  { gateway, surface, visit, sink, watcher, runId }: Job,
  { decoded, target, options }: Order,
  { request, reply, headers }: { request: ChatRequest; reply: Reply; headers: HeaderList },
): Promise<RunOutcome> {
  const { requestId, key, exchange } = visit
  const { settings, heartbeat, targets } = gateway
  const tracer = gateway.tracing?.begin({
    requestId,
    model: decoded.model,
    kind: target.kind,
    stream: decoded.stream,
    request,
    headers: { traceparent: exchange.header('traceparent'), tracestate: exchange.header('tracestate') },
  })
  const observer = tracer && watcher ? bothObservers(tracer, watcher) : (tracer ?? watcher)
  const liveProposals = watcher !== undefined
  const run = new Run({
    requestId,
    surface,
    decoded,
    reply,
    request,
    options,
    target,
    settings,
    heartbeat,
    observer,
    liveProposals,
    headers,
    ...(runId !== undefined && { runId }),
  })
  const unuse = targets.use()
  const remove = gateway.runs.add({
    keyId: key?.id,
    model: decoded.model,
    startedAt: gateway.clock.now(),
    abort: (reason) => run.abort(reason),
  })
  if (key) gateway.keyWatch?.wake()
  sink.onGone(() => run.abort(new MoaError('aborted', 'The client left before it had its answer.')))
  const cancelDeadline = deadlineOf(gateway, { target, options, run })
  try {
    const outcome = await run.run(sink)
    observer?.end(outcome)
    return outcome
  } finally {
    cancelDeadline()
    remove()
    unuse()
  }
}

/** Mixtures divide their time by themselves; a single model is called off. */
function deadlineOf(
  { clock }: Gateway,
  { target, options, run }: { target: Target; options: MoaOptions; run: Run },
): () => void {
  const deadlineMs = Math.min(options.deadlineMs ?? Infinity, options.maxLatencyMs ?? Infinity)
  if (deadlineMs === Infinity || target.kind === 'recipe') return () => {}
  return clock.after(deadlineMs, () =>
    run.abort(
      new MoaError('deadline', `The answer was not there within ${deadlineMs} ms, as the request demanded.`),
    ),
  )
}

/** Counts a run and writes one line about it: no prompt, no answer, no key. */
function record({ gateway, visit }: Job, { decoded }: Order, outcome: RunOutcome): void {
  const { metrics, log } = gateway
  const { account, status, error, firstTokenMs, durationMs } = outcome
  metrics.request(visit.route, status)
  metrics.run(decoded.model, outcome)
  gateway.onRun?.({ model: decoded.model, keyId: visit.key?.id, at: gateway.clock.now(), outcome })
  const { usage, cost, degraded } = account
  const fields = {
    requestId: visit.requestId,
    route: visit.route,
    model: decoded.model,
    stream: decoded.stream,
    status,
    ...(visit.key && { keyId: visit.key.id }),
    ...(error && { code: error.code }),
    durationMs: Math.round(durationMs),
    ...(firstTokenMs !== undefined && { firstTokenMs: Math.round(firstTokenMs) }),
    calls: account.calls.length,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    costUsd: cost.usd,
    ...(degraded.length > 0 && { degraded: [...new Set(degraded.map(({ code }) => code))] }),
  }
  if (error === undefined) log.info(fields, 'answered')
  else if (error.code === 'internal') log.error({ ...fields, err: error.cause ?? error }, 'run failed')
  else if (error.code === 'aborted') log.info(fields, 'client left')
  else log.warn({ ...fields, error: error.message }, 'run failed')
}
