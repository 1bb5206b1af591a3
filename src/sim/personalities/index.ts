import { ada } from './ada.js'
import { alan } from './alan.js'
import { barbara } from './barbara.js'
import { donald } from './donald.js'
import { edsger } from './edsger.js'
import { grace } from './grace.js'
import { katherine } from './katherine.js'
import { kurt } from './kurt.js'
import { linus } from './linus.js'
import { margaret } from './margaret.js'
import type { Personality } from './personality.js'
import { radia } from './radia.js'

/** Every simulated writer by name. */
export const PERSONALITIES: ReadonlyMap<string, Personality> = new Map(
  [ada, grace, alan, edsger, barbara, donald, katherine, linus, margaret, radia, kurt].map((personality) => [
    personality.name,
    personality,
  ]),
)

export type { Block, Personality } from './personality.js'
