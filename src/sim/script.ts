import { seededRandom } from '../util/index.js'
import type { Behaviour } from './behaviour.js'
import type { Fault } from './fault.js'
import type { SimName } from './name.js'
import { readModifiers } from './read-modifiers.js'

/** One line of a script: which calls it is about, and what happens to them. */
export interface ScriptEntry {
  /** All fields have to fit; an empty match fits every call. */
  readonly match?: {
    /** The model's name as it was asked for, or its base name (`ada` fits `ada+slow=5`). */
    readonly model?: string
    /** Number of the call to that model, from 1. */
    readonly call?: number
  }
  /** Modifiers joined by `+` (`429`, `disconnect=3`, `hang-before+first=50`), or `none` for a good answer. */
  readonly fault: string
}

/** A script, checked. */
export type Script = readonly {
  readonly match: NonNullable<ScriptEntry['match']>
  readonly behaviour: Behaviour
}[]

/** @throws {@link MoaError} `model_not_found` for a fault that is no list of modifiers. */
export function readScript(entries: readonly ScriptEntry[]): Script {
  return entries.map(({ match, fault }, index) => ({
    match: match ?? {},
    behaviour: readModifiers(fault === 'none' ? [] : fault.split('+'), `script[${index}]: ${fault}`),
  }))
}

/** What is to happen to one call. */
export interface CallPlan {
  readonly fault: Fault | undefined
  readonly behaviour: Behaviour
}

/**
 * Decides a call's fate: the first script entry that fits, else the model's name. A script entry replaces the
 * name's faults; what it does not mention (latency, length, …) stays as the name says.
 *
 * @param call.number of the call to this model, from 1
 */
export function planCall(
  name: SimName,
  call: { number: number; seed: string | number; script: Script },
): CallPlan {
  const entry = call.script.find(
    ({ match }) =>
      (match.model === undefined || match.model === name.text || match.model === name.base) &&
      (match.call === undefined || match.call === call.number),
  )
  const behaviour = entry ? { ...name.behaviour, ...entry.behaviour } : name.behaviour
  // A scripted fault with a count has chosen its calls by `match` already.
  const number = entry ? 1 : call.number
  return { fault: pickFault(behaviour, number, `${call.seed}|${name.text}|${call.number}`), behaviour }
}

function pickFault(behaviour: Behaviour, call: number, seed: string): Fault | undefined {
  let used = 0
  for (const [index, { fault, calls, probability }] of behaviour.faults.entries()) {
    if (probability !== undefined) {
      if (seededRandom(`${seed}|${index}`).next() < probability) return fault
    } else if (calls === undefined) return fault
    else {
      used += calls
      if (call <= used) return fault
    }
  }
  return undefined
}
