import { MoaError, errorInfo, isAbort, toMoaError, type ErrorCode } from '../../core/errors.js'
import { systemClock, type Clock } from '../../util/clock.js'
import { askContestant, askJudge } from './ask.js'
import type { Benchmark, JudgeTask, Sample } from './benchmark.js'
import { Budget } from './budget.js'
import type { Contestant } from './contestant.js'
import { answerItem, judgmentItem, type Count, type EvalLog, type RunStatus } from './eval-log.js'
import type { EvalEvent, Phase, Progress } from './events.js'
import { Pace } from './pace.js'
import { inParallel } from './pool.js'
import { Tally } from './tally.js'

export interface RunOptions {
  readonly log: EvalLog
  readonly benchmark: Benchmark
  readonly contestants: readonly Contestant[]
  /** Items in work at a time. */
  readonly concurrency: number
  /** US dollars for the whole run, earlier sessions included. */
  readonly maxCostUsd?: number
  /** Sampling seed for the contestants' requests. */
  readonly seed?: number
  /** Whether the run was begun before. */
  readonly resumed: boolean
  readonly signal: AbortSignal
  readonly onEvent?: (event: EvalEvent) => void
  readonly clock?: Clock
}

/**
 * Errors that say something about the model or the installation, not about one item: the next item would meet the same
 * one, so no more are tried.
 */
const HOPELESS: ReadonlySet<ErrorCode> = new Set([
  'authentication',
  'permission',
  'quota_exhausted',
  'upstream_model_not_found',
  'unsupported_parameter',
  'model_not_found',
  'provider_not_found',
  'recipe_not_found',
  'recipe_invalid',
  'config_invalid',
  'template_missing',
  'key_missing',
  'data_invalid',
])

/** Errors that say nothing about the next item. */
const OF_ONE_ITEM: ReadonlySet<ErrorCode> = new Set(['content_filter', 'context_length', 'data_invalid'])

/** When so many items from the first on have failed and none has come, the rest would fail as well. */
const GIVE_UP_AFTER = 20

/**
 * Runs a benchmark: every contestant answers every sample, then everything is judged. What the log has already is not
 * asked again; what failed before is tried again. Answers and judgments are journaled before they are used, so a run
 * that is killed at any moment goes on where it was.
 *
 * @returns how the run ended; `stopped` when it can go on later.
 * @throws `signal.reason` when aborted; the judge's error when no item can be judged because of it.
 */
export async function runBenchmark(options: RunOptions): Promise<RunStatus> {
  const run = new Run(options)
  return run.go()
}

class Run {
  readonly #options: RunOptions
  readonly #clock: Clock
  readonly #budget: Budget
  /** Contestants nobody needs to ask again, with what they said. */
  readonly #hopeless = new Map<string, unknown>()

  constructor(options: RunOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    const { log } = options
    this.#budget = new Budget(options.maxCostUsd, log.spentUsd())
  }

  async go(): Promise<RunStatus> {
    const { log, resumed } = this.#options
    log.update({ status: 'running', reason: undefined })
    this.#tell({ type: 'run-start', run: log.id, resumed })
    try {
      const answers = await this.#answers()
      const judgments = await this.#judgments()
      const open = answers.failed + judgments.failed
      if (open > 0)
        return this.#end('stopped', `${open} items failed; run the same command to try them again.`)
      return this.#end('finished')
    } catch (error) {
      const { message, code } = toMoaError(error)
      const status = this.#end('stopped', isAbort(error) ? 'It was interrupted.' : message)
      if (code === 'budget') return status
      throw error
    }
  }

  #end(status: RunStatus, reason?: string): RunStatus {
    const { log } = this.#options
    const finishedAt = status === 'finished' ? { finishedAt: Math.floor(this.#clock.now()) } : {}
    log.update({ status, reason, ...finishedAt })
    this.#tell({ type: 'run-end', run: log.id, status, ...(reason !== undefined && { reason }) })
    return status
  }

  #tell(event: EvalEvent): void {
    this.#options.onEvent?.(event)
  }

  #answers(): Promise<Count> {
    const { contestants, log } = this.#options
    const samples = log.samples()
    // Sample by sample, so that a run that is stopped has whole samples to compare contestants on.
    const items = samples.flatMap((sample) => contestants.map((contestant) => ({ sample, contestant })))
    const todo = items.filter(({ sample, contestant }) => log.get(contestant.name, sample.id) === undefined)
    return this.#phase('answers', {
      total: items.length,
      todo: todo.map((item) => ({
        id: answerItem(item.contestant.name, item.sample.id),
        kind: 'answer',
        work: (tally, attempt) => this.#answer(item, tally, attempt),
        skip: () => this.#hopeless.get(item.contestant.name),
        failed: (error) => {
          if (HOPELESS.has(toMoaError(error).code) && !item.contestant.recorded)
            this.#hopeless.set(item.contestant.name, error)
        },
      })),
    })
  }

  async #answer(
    { sample, contestant }: { sample: Sample; contestant: Contestant },
    tally: Tally,
    attempt: number,
  ): Promise<void> {
    const { benchmark, log, signal, seed } = this.#options
    const answer = await askContestant({
      benchmark,
      sample,
      contestant,
      tally,
      attempt,
      signal,
      clock: this.#clock,
      ...(seed !== undefined && { seed }),
    })
    log.addAnswer(answer)
  }

  #judgments(): Promise<Count> {
    const { benchmark, log } = this.#options
    const tasks = benchmark.tasks(log)
    const todo = tasks.filter(({ id }) => !log.hasJudgment(id))
    const ready = todo.filter(({ needs }) =>
      needs.every(([contestant, sample]) => log.get(contestant, sample) !== undefined),
    )
    let hopeless: unknown
    return this.#phase('judgments', {
      total: tasks.length,
      missing: todo.length - ready.length,
      todo: ready.map((task) => ({
        id: judgmentItem(task.id),
        kind: 'judgment',
        work: (tally, attempt) => this.#judge(task, tally, attempt),
        skip: () => hopeless,
        failed: (error) => {
          if (!HOPELESS.has(toMoaError(error).code)) return
          hopeless = error
          // Without a judge nothing is left to do.
          throw error
        },
      })),
    })
  }

  async #judge(task: JudgeTask, tally: Tally, attempt: number): Promise<void> {
    const { benchmark, log, signal } = this.#options
    const judgment = await askJudge({ benchmark, task, log, tally, attempt, signal, clock: this.#clock })
    log.addJudgment(judgment)
  }

  async #phase(
    phase: Phase,
    { total, todo, missing = 0 }: { total: number; todo: readonly Item[]; missing?: number },
  ): Promise<Count> {
    const { concurrency, log, signal } = this.#options
    const pace = new Pace(this.#clock.now())
    let done = total - todo.length - missing
    let failed = missing
    let tried = 0
    let came = false
    const progress = (): Progress => {
      const now = this.#clock.now()
      const perMinute = pace.perMinute(now)
      const remainingMs = pace.remainingMs(total - done - failed, now)
      return {
        count: { done, failed, total },
        spentUsd: this.#budget.paidUsd,
        ...(perMinute !== undefined && { perMinute }),
        ...(remainingMs !== undefined && { remainingMs }),
      }
    }
    const keepCounts = (): void =>
      log.update({ counts: { ...log.record.counts, [phase]: { done, failed, total } } })
    // Whoever looks at the log from outside learns how much there is to do.
    keepCounts()
    this.#tell({ type: 'phase-start', phase, count: { done, failed, total } })
    try {
      await inParallel(todo, concurrency, async (item) => {
        signal.throwIfAborted()
        const error = await this.#item(item)
        if (error === undefined) done += 1
        else failed += 1
        came ||= error === undefined
        pace.add(this.#clock.now())
        const at = progress()
        if (error === undefined) this.#tell({ type: 'item-end', phase, item: item.id, ...at })
        else this.#tell({ type: 'item-failed', phase, item: item.id, error: errorInfo(error.value), ...at })
        if (came || error === undefined || OF_ONE_ITEM.has(toMoaError(error.value).code)) return
        tried += 1
        if (tried >= GIVE_UP_AFTER) throw noneCame(phase, tried, error.value)
      })
    } finally {
      keepCounts()
    }
    return { done, failed, total }
  }

  /** Works on one item. An error that concerns it alone is recorded and returned. */
  async #item(item: Item): Promise<{ readonly value: unknown } | undefined> {
    const { log, signal } = this.#options
    const attempts = log.attempts(item.id) + 1
    const tally = new Tally()
    const fail = (error: unknown): { readonly value: unknown } => {
      const failure = { item: item.id, kind: item.kind, error: errorInfo(error), attempts }
      log.addFailure(failure, tally.costUsd ?? 0)
      return { value: error }
    }
    const known = item.skip()
    if (known !== undefined) return fail(known)
    this.#budget.begin()
    try {
      await item.work(tally, attempts)
      return undefined
    } catch (error) {
      if (signal.aborted) throw signal.reason
      const failure = fail(error)
      item.failed(error)
      return failure
    } finally {
      this.#budget.end(tally.paidUsd)
      this.#budget.checkPrices(tally.unpriced)
    }
  }
}

function noneCame(phase: Phase, tried: number, last: unknown): MoaError {
  const { code, message } = toMoaError(last)
  return new MoaError(
    code,
    `The first ${tried} ${phase} all failed, so the rest was not tried. The last one: ${message}`,
    { cause: last },
  )
}

interface Item {
  readonly id: string
  readonly kind: 'answer' | 'judgment'
  work(tally: Tally, attempt: number): Promise<void>
  /** Why there is no point in trying. */
  skip(): unknown
  /** Told of an error; throws it when the run has no point any more. */
  failed(error: unknown): void
}
