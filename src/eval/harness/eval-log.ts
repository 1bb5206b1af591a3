import { MoaError, type ErrorInfo } from '../../core/errors.js'
import type { Journal, Records, Store } from '../../store/index.js'
import { didYouMean } from '../../util/suggest.js'
import { AnswerBook, BookedJournal, JudgmentBook, type Account, type Judging } from './account.js'
import type { Answer, AnswerTable, Judgment, Sample } from './benchmark.js'
import { CallJournal, type FinishedCall } from './calls.js'
import type { RunSpec } from './run-spec.js'

/** How far a run has come. `stopped`: it can go on; why it did not is in `reason`. */
export type RunStatus = 'running' | 'stopped' | 'finished'

/** What is known of a run beside its answers and judgments. */
export interface RunRecord {
  readonly id: string
  readonly spec: RunSpec
  readonly specHash: string
  readonly status: RunStatus
  readonly reason?: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly finishedAt?: number
  /** US dollars of the items that are settled, failed attempts included, as far as prices are known. */
  readonly settledUsd: number
  readonly counts: RunCounts
}

export interface RunCounts {
  readonly answers: Count
  readonly judgments: Count
}

export interface Count {
  readonly done: number
  readonly failed: number
  readonly total: number
}

export const NO_COUNTS: RunCounts = {
  answers: { done: 0, failed: 0, total: 0 },
  judgments: { done: 0, failed: 0, total: 0 },
}

/** An item that could not be finished; it is tried again when the run is resumed. */
export interface ItemFailure {
  readonly item: string
  readonly kind: 'answer' | 'judgment'
  readonly error: ErrorInfo
  /** Tries so far, over all sessions. */
  readonly attempts: number
}

const RUNS = 'eval/runs'

/** All runs of a store. */
export class EvalLogs {
  readonly #store: Store
  readonly #runs: Records<RunRecord>

  constructor(store: Store) {
    this.#store = store
    this.#runs = store.records(RUNS)
  }

  /** Newest first. */
  list(): readonly RunRecord[] {
    return [...this.#runs.scan()].map(({ value }) => value).sort((a, b) => b.createdAt - a.createdAt)
  }

  /**
   * The run of an id, or of the beginning of one.
   *
   * @throws MoaError `usage` when there is none, or several begin so.
   */
  find(id: string): EvalLog {
    const all = this.list()
    const exact = all.find((run) => run.id === id)
    if (exact) return this.#open(exact.id)
    const matches = all.filter((run) => run.id.startsWith(id))
    if (matches.length === 1) return this.#open((matches[0] as RunRecord).id)
    const names = all.map((run) => run.id)
    throw new MoaError(
      'usage',
      matches.length > 1
        ? `Several runs begin with "${id}": ${matches.map((run) => run.id).join(', ')}; name one.`
        : `There is no run "${id}".${didYouMean(id, names)} \`moa eval list\` lists them.`,
    )
  }

  /** The newest run of the same specification; `undefined` when there is none. */
  sameSpec(specHash: string): EvalLog | undefined {
    const run = this.list().find((record) => record.specHash === specHash)
    return run && this.#open(run.id)
  }

  /** Starts a run under a new id. */
  create(
    record: Omit<RunRecord, 'id' | 'status' | 'settledUsd' | 'counts'>,
    samples: readonly Sample[],
  ): EvalLog {
    const base = `${record.spec.benchmark}-${record.specHash.slice(0, 6)}`
    return this.#store.transaction(() => {
      let id = base
      for (let number = 2; this.#runs.get(id) !== undefined; number += 1) id = `${base}-${number}`
      this.#runs.set(id, { ...record, id, status: 'running', settledUsd: 0, counts: NO_COUNTS })
      const log = this.#open(id)
      log.saveSamples(samples)
      return log
    })
  }

  #open(id: string): EvalLog {
    return new EvalLog(this.#store, this.#runs, id)
  }
}

/**
 * One run's log: its samples, answers and judgments, written before they are used. A finished log is enough to compute
 * every metric again.
 */
export class EvalLog implements AnswerTable {
  readonly id: string
  readonly calls: CallJournal
  readonly #store: Store
  readonly #runs: Records<RunRecord>
  readonly #samples: Records<Sample>
  readonly #answers: Journal<Answer>
  readonly #judgments: Journal<Judgment>
  readonly #failures: Records<ItemFailure>
  readonly #attachments: Records<string>
  readonly #bookedJudgments: BookedJournal<Judgment, JudgmentBook>
  #bookedAnswers: BookedJournal<Answer, AnswerBook> | undefined
  #table: Map<string, Answer> | undefined

  constructor(store: Store, runs: Records<RunRecord>, id: string) {
    this.id = id
    this.#store = store
    this.#runs = runs
    const place = `eval/run/${id}`
    this.#samples = store.records(`${place}/samples`)
    this.#answers = store.journal(`${place}/answers`)
    this.#judgments = store.journal(`${place}/judgments`)
    this.#bookedJudgments = new BookedJournal((after) => this.#judgments.scan({ after }), new JudgmentBook())
    this.#failures = store.records(`${place}/failures`)
    this.#attachments = store.records(`${place}/attachments`)
    this.calls = new CallJournal(store.records<FinishedCall>(`${place}/calls`))
  }

  get record(): RunRecord {
    const record = this.#runs.get(this.id)
    if (record) return record
    throw new MoaError('internal', `Run ${this.id} has vanished from the store.`)
  }

  update(change: Partial<Omit<RunRecord, 'id' | 'reason'>> & { readonly reason?: string | undefined }): void {
    const { reason, ...rest } = change
    const { reason: before, ...record } = this.record
    const why = 'reason' in change ? reason : before
    this.#runs.set(this.id, { ...record, ...rest, ...(why !== undefined && { reason: why }) })
  }

  saveSamples(samples: readonly Sample[]): void {
    for (const [index, sample] of samples.entries()) this.#samples.set(String(index).padStart(6, '0'), sample)
  }

  /** In the order of the benchmark. */
  samples(): readonly Sample[] {
    return [...this.#samples.scan()].map(({ value }) => value)
  }

  /** Keeps a file that metrics need, so that the log alone is enough for them. */
  attach(name: string, text: string): void {
    this.#attachments.set(name, text)
  }

  attachment(name: string): string | undefined {
    return this.#attachments.get(name)
  }

  /** How many answers and judgments are in the log now, while the run goes on too. */
  settled(): { readonly answers: number; readonly judgments: number } {
    return { answers: this.#answers.size().count, judgments: this.#judgments.size().count }
  }

  get contestants(): readonly string[] {
    return this.record.spec.contestants.map(({ name }) => name)
  }

  get(contestant: string, sample: string): Answer | undefined {
    this.#table ??= new Map(
      [...this.eachAnswer()].map((answer) => [answerItem(answer.contestant, answer.sample), answer]),
    )
    return this.#table.get(answerItem(contestant, sample))
  }

  /** All answers, in the order they came, one at a time: what {@link get} keeps at hand is not made for it. */
  eachAnswer(): Generator<Answer> {
    return this.#answersWithBook().read()
  }

  /** What each contestant's answers took. Costs nothing once all answers were read for something else. */
  answerAccounts(): ReadonlyMap<string, Account> {
    return this.#answersWithBook().book().accounts()
  }

  #answersWithBook(): BookedJournal<Answer, AnswerBook> {
    this.#bookedAnswers ??= new BookedJournal(
      (after) => this.#answers.scan({ after }),
      new AnswerBook(this.contestants),
    )
    return this.#bookedAnswers
  }

  /** How many answers there are. */
  answers(): number {
    return this.#answers.size().count
  }

  judgment(id: string): Judgment | undefined {
    return this.#judgments.get(judgmentItem(id))
  }

  hasJudgment(id: string): boolean {
    return this.#judgments.has(judgmentItem(id))
  }

  /** In the order they were made. */
  judgments<Verdict>(): Generator<Judgment<Verdict>> {
    return this.#bookedJudgments.read() as Generator<Judgment<Verdict>>
  }

  /** What all judgments took, and those without a verdict. As cheap as {@link answerAccounts}. */
  judging(): Judging {
    return this.#bookedJudgments.book().judging()
  }

  failures(): readonly ItemFailure[] {
    return [...this.#failures.scan()].map(({ value }) => value)
  }

  attempts(item: string): number {
    return this.#failures.get(item)?.attempts ?? 0
  }

  /** US dollars paid so far, for items that are not settled too. */
  spentUsd(): number {
    return this.record.settledUsd + this.calls.spentUsd()
  }

  /** Settles an answer: it is journaled, and its single calls are forgotten, in one step. */
  addAnswer(answer: Answer): void {
    const item = answerItem(answer.contestant, answer.sample)
    this.#settle(item, answer.costUsd, () => this.#answers.append(item, answer))
    this.#table?.set(item, answer)
  }

  addJudgment(judgment: Judgment): void {
    const item = judgmentItem(judgment.id)
    this.#settle(item, judgment.costUsd, () => this.#judgments.append(item, judgment))
  }

  #settle(item: string, costUsd: number | null, append: () => boolean): void {
    this.#store.transaction(() => {
      append()
      this.#failures.delete(item)
      this.calls.settle(item)
      this.update({ settledUsd: this.record.settledUsd + (costUsd ?? 0) })
    })
  }

  /**
   * Notes that an item failed. Its finished calls are kept for the next try.
   *
   * @param costUsd of the try, replayed calls included.
   */
  addFailure(failure: ItemFailure, costUsd: number): void {
    this.#store.transaction(() => {
      this.#failures.set(failure.item, failure)
      this.calls.dropUseless(failure.item)
      const wasted = Math.max(0, costUsd - this.calls.spentUsd(failure.item))
      this.update({ settledUsd: this.record.settledUsd + wasted })
    })
  }
}

/** The item an answer is journaled as. */
export function answerItem(contestant: string, sample: string): string {
  return `answer\t${contestant}\t${sample}`
}

/** The item a judgment is journaled as. */
export function judgmentItem(id: string): string {
  return `judgment\t${id}`
}
