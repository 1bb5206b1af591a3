import { addUsage, NO_USAGE, type Usage } from '../../core/index.js'
import type { EvalLog } from './eval-log.js'

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

const EMPTY: Account = {
  items: 0,
  calls: 0,
  usage: NO_USAGE,
  costUsd: null,
  unpricedCalls: 0,
  seconds: 0,
  degraded: 0,
  truncated: 0,
}

/** What each contestant's answers in the log took. */
export function answerAccounts(log: EvalLog): ReadonlyMap<string, Account> {
  const accounts = new Map(log.contestants.map((name) => [name, EMPTY]))
  for (const answer of log.eachAnswer()) {
    const { contestant, degraded, finishReasons } = answer
    const item = { ...answer, degraded: degraded.length > 0, truncated: finishReasons.includes('length') }
    accounts.set(contestant, added(accounts.get(contestant) ?? EMPTY, item))
  }
  return accounts
}

/** What a contestant's answers in the log took. */
export function answersAccount(log: EvalLog, contestant: string): Account {
  return answerAccounts(log).get(contestant) ?? EMPTY
}

/** What the judgments in the log took. */
export function judgmentsAccount(log: EvalLog): Account {
  return judgingOf(log).account
}

/** What the judgments took, and those that gave no verdict. */
export function judgingOf(log: EvalLog): {
  readonly account: Account
  readonly unscored: readonly { readonly id: string; readonly reason: string }[]
} {
  let account = EMPTY
  const unscored: { id: string; reason: string }[] = []
  for (const judgment of log.judgments()) {
    const { id, unscored: reason } = judgment
    // A judgment keeps what is known of its cost and not what is unknown.
    account = added(account, { ...judgment, unpricedCalls: 0, degraded: false, truncated: false })
    if (reason !== undefined) unscored.push({ id, reason })
  }
  return { account, unscored }
}

interface Item extends Pick<Account, 'calls' | 'usage' | 'costUsd' | 'unpricedCalls' | 'seconds'> {
  readonly degraded: boolean
  readonly truncated: boolean
}

function added(account: Account, item: Item): Account {
  return {
    items: account.items + 1,
    calls: account.calls + item.calls,
    usage: addUsage(account.usage, item.usage),
    costUsd: item.costUsd === null ? account.costUsd : (account.costUsd ?? 0) + item.costUsd,
    unpricedCalls: account.unpricedCalls + item.unpricedCalls,
    seconds: account.seconds + item.seconds,
    degraded: account.degraded + Number(item.degraded),
    truncated: account.truncated + Number(item.truncated),
  }
}
