import { MoaError, errorInfo } from '../core/index.js'
import type { AnswerEvent, ModelEvent, Proposal } from '../core/index.js'
import { agreement } from './agreement.js'
import type { Material } from './prompt/material.js'
import type { Run, SlotFailure } from './run.js'

/** The answer on its way out. White space alone is not an answer yet; it is held back until something follows. */
export class Answer {
  readonly #run: Run
  readonly #sent: string[] = []
  #held: AnswerEvent[] = []
  #onlyText = true
  /** White space at the start of a continuation that was sent already. */
  #skip = 0
  /** Set once something of the answer was sent: from then on nobody else can begin it anew. */
  begun = false

  constructor(run: Run) {
    this.#run = run
  }

  /** The text sent so far, if a model could go on from it: nothing but text was sent. */
  get continuable(): string | undefined {
    return this.begun && this.#onlyText ? this.#sent.join('') : undefined
  }

  /** Forgets what was held back by a model that failed. */
  reset(): void {
    this.#held = []
  }

  /** What comes next continues the text that was sent, beginning after its last visible character. */
  resume(): string {
    const text = this.#sent.join('')
    const visible = text.trimEnd()
    this.#skip = text.length - visible.length
    return visible
  }

  pass(event: ModelEvent): Promise<void> | undefined {
    switch (event.type) {
      case 'answer-delta':
        if (this.begun) return this.#text(event)
        if (event.text.trim() === '') this.#held.push(event)
        else return this.#begin(event)
        return undefined
      case 'answer-start':
        if (!this.begun) this.#held.unshift(event)
        return undefined
      case 'refusal-delta':
      case 'tool-call-delta':
        this.#onlyText = false
        return this.begun ? this.#run.outlet.sendAnswer(event) : this.#begin(event)
      case 'reasoning-delta':
        return this.#run.outlet.sendAnswer(event)
      default:
        return undefined // The run's own finish comes later; progress of a recipe in this slot stays inside.
    }
  }

  #text(event: Extract<AnswerEvent, { type: 'answer-delta' }>): Promise<void> | undefined {
    let { text } = event
    if (this.#skip > 0) {
      const blank = text.length - text.trimStart().length
      const skipped = Math.min(blank, this.#skip)
      this.#skip = blank === text.length ? this.#skip - skipped : 0
      if (skipped > 0) text = text.slice(skipped)
      if (text === '') return undefined
    }
    this.#sent.push(text)
    return this.#run.outlet.sendAnswer(text === event.text ? event : { ...event, text })
  }

  #begin(event: AnswerEvent): Promise<void> | undefined {
    this.begun = true
    for (const held of this.#held) {
      if (held.type === 'answer-delta') this.#sent.push(held.text)
      this.#run.outlet.send(held)
    }
    this.#held = []
    if (event.type === 'answer-delta') this.#sent.push(event.text)
    return this.#run.outlet.sendAnswer(event)
  }
}

/** Ends the run with a proposal as it is. */
export function answerWith(run: Run, proposal: Proposal): void {
  run.outlet.send({ type: 'answer-start', model: proposal.model })
  run.outlet.send({ type: 'answer-delta', text: proposal.text })
  run.finish({ reason: proposal.finishReason })
}

/** The proposal to answer with when nobody can write a better answer: the best ranked, else the most central. */
export function lastResort({ proposals, ranked }: Material): Proposal | undefined {
  return ranked === true ? proposals[0] : proposals[agreement(proposals).central]
}

/** The one error of a run that has nothing to answer with; lists how every slot ended. */
export function nothingUsable(run: Run, last: MoaError | undefined): MoaError {
  return new MoaError(
    'all_failed',
    `No model of recipe "${run.plan.name}" gave a usable answer. ${tellFailures(run.failures)}`,
    { cause: last, retryable: last !== undefined && errorInfo(last).retryable === true },
  )
}

/** Slots that failed alike share a sentence; in the order of the recipe, so that equal failures read equal. */
function tellFailures(failures: readonly SlotFailure[]): string {
  const inOrder = [...failures].sort((a, b) => a.slot.stage - b.slot.stage || a.slot.index - b.slot.index)
  const byReason = new Map<string, Set<string>>()
  for (const { slot, reason } of inOrder) {
    const names = byReason.get(reason)
    if (names) names.add(slot.name)
    else byReason.set(reason, new Set([slot.name]))
  }
  return [...byReason].map(([reason, names]) => `${[...names].join(', ')}: ${reason}`).join(' | ')
}
