import {
  NO_COST,
  NO_USAGE,
  addCost,
  addUsage,
  costOf,
  type Cost,
  type Usage,
} from '../../../../src/core/usage.js'
import type { RunView } from '../../../../src/gateway/ui/run-view.js'

/** Tokens of all calls so far. */
export const usageSoFar = ({ finish, calls }: RunView): Usage =>
  finish?.usage ?? calls.map(({ usage }) => usage).reduce(addUsage, NO_USAGE)

/** Cost of all calls so far. */
export const costSoFar = ({ finish, calls }: RunView): Cost =>
  finish?.cost ?? calls.map(({ costUsd }) => costOf(costUsd)).reduce(addCost, NO_COST)
