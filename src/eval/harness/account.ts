import type { Usage } from '../../core/index.js'
import type { Answer, Judgment } from './benchmark.js'

/** What a contestant's answers, or all judgments, took. */
export interface Account {
  readonly items: number
  readonly calls: number
  readonly usage: Usage
  /** US dollars; null when no price is known. */
  readonly costUsd: number | null
  readonly unpricedCalls: number
  /** Seconds of all items, added up. */
  readonly seconds: number
  /** Answers that fell short of their recipe. */
  readonly degraded: number
  /** Answers cut off by a limit of length. */
  readonly truncated: number
}

/** What all judgments took, and those that gave no verdict. */
export interface Judging {
  readonly account: Account
  readonly unscored: readonly { readonly id: string; readonly reason: string }[]
}

/** An account in the making: runs have 100,000 items, so nothing is copied for one. */
type OpenAccount = Open<Omit<Account, 'usage'>> & { readonly usage: Open<Usage> }
type Open<T> = { -readonly [Key in keyof T]: T[Key] }

function openAccount(): OpenAccount {
  return {
    items: 0,
    calls: 0,
    usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 },
    costUsd: null,
    unpricedCalls: 0,
    seconds: 0,
    degraded: 0,
    truncated: 0,
  }
}

function count(account: OpenAccount, { calls, usage, costUsd, seconds }: Answer | Judgment): void {
  account.items += 1
  account.calls += calls
  account.usage.inputTokens += usage.inputTokens
  account.usage.outputTokens += usage.outputTokens
  account.usage.cachedInputTokens += usage.cachedInputTokens
  account.usage.reasoningTokens += usage.reasoningTokens
  if (costUsd !== null) account.costUsd = (account.costUsd ?? 0) + costUsd
  account.seconds += seconds
}

const closed = (account: OpenAccount): Account => ({ ...account, usage: { ...account.usage } })

/** Adds up the entries of a journal. */
export interface Book<Entry> {
  add(entry: Entry): void
}

/** What each contestant's answers took. */
export class AnswerBook implements Book<Answer> {
  readonly #accounts: Map<string, OpenAccount>

  constructor(contestants: readonly string[]) {
    this.#accounts = new Map(contestants.map((name) => [name, openAccount()]))
  }

  add(answer: Answer): void {
    const { contestant, degraded, finishReasons, unpricedCalls } = answer
    let account = this.#accounts.get(contestant)
    if (account === undefined) this.#accounts.set(contestant, (account = openAccount()))
    count(account, answer)
    account.unpricedCalls += unpricedCalls
    if (degraded.length > 0) account.degraded += 1
    if (finishReasons.includes('length')) account.truncated += 1
  }

  accounts(): ReadonlyMap<string, Account> {
    return new Map([...this.#accounts].map(([name, account]) => [name, closed(account)]))
  }
}

/** What all judgments took. A judgment keeps what is known of its cost and not what is unknown. */
export class JudgmentBook implements Book<Judgment> {
  readonly #account = openAccount()
  readonly #unscored: { readonly id: string; readonly reason: string }[] = []

  add(judgment: Judgment): void {
    count(this.#account, judgment)
    const { id, unscored: reason } = judgment
    if (reason !== undefined) this.#unscored.push({ id, reason })
  }

  judging(): Judging {
    return { account: closed(this.#account), unscored: [...this.#unscored] }
  }
}

/** A journal that is read together with its book: an entry is entered the first time it comes by. */
export class BookedJournal<Entry, EntryBook extends Book<Entry>> {
  readonly #scan: (after: number) => Iterable<{ readonly sequence: number; readonly value: Entry }>
  readonly #book: EntryBook
  /** The last entry that is in the book, with all before it. */
  #entered = 0

  constructor(
    scan: (after: number) => Iterable<{ readonly sequence: number; readonly value: Entry }>,
    book: EntryBook,
  ) {
    this.#scan = scan
    this.#book = book
  }

  /** All entries in order. */
  read(): Generator<Entry> {
    return this.#readAfter(0)
  }

  /** The book, brought up to date: only entries that no reader has come by yet are read for it. */
  book(): EntryBook {
    for (const _ of this.#readAfter(this.#entered));
    return this.#book
  }

  *#readAfter(after: number): Generator<Entry> {
    for (const { sequence, value } of this.#scan(after)) {
      if (sequence > this.#entered) {
        this.#book.add(value)
        this.#entered = sequence
      }
      yield value
    }
  }
}
