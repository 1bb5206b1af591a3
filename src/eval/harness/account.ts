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

/** What a contestant's answers in the log took. */
export function answersAccount(log: EvalLog, contestant: string): Account {
  let account = EMPTY
  for (const { id } of log.samples()) {
    const answer = log.get(contestant, id)
    if (answer === undefined) continue
    account = added(account, {
      ...answer,
      degraded: answer.degraded.length > 0,
      truncated: answer.finishReasons.includes('length'),
    })
  }
  return account
}

/** What the judgments in the log took. */
export function judgmentsAccount(log: EvalLog): Account {
  let account = EMPTY
  for (const judgment of log.judgments())
    account = added(account, { ...judgment, unpricedCalls: 0, degraded: false, truncated: false })
  return account
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
