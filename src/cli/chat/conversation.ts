import { Collector } from '../../core/collect.js'
import type { Proposal } from '../../core/events.js'
import type { Message } from '../../core/message.js'
import { runAnswer } from '../answer.js'
import { requestOf, select, type RecipeFlags, type Selection } from '../select.js'
import type { Shell } from '../shell.js'
import type { RunFlags } from '../workspace/for-runs.js'
import type { Workspace } from '../workspace/open.js'

export interface ChatFlags extends RecipeFlags, RunFlags {
  readonly system?: string
  readonly showProposals?: boolean
}

/** A conversation: the questions and the final answers, nothing in between. */
export class Conversation {
  readonly shell: Shell
  readonly workspace: Workspace
  #flags: ChatFlags
  #selection: Selection
  #turns: Message[] = []
  /** Of the last turn. */
  proposals: readonly Proposal[] = []

  constructor(init: { shell: Shell; workspace: Workspace; flags: ChatFlags; selection: Selection }) {
    this.shell = init.shell
    this.workspace = init.workspace
    this.#flags = init.flags
    this.#selection = init.selection
  }

  get selection(): Selection {
    return this.#selection
  }

  get turns(): readonly Message[] {
    return this.#turns
  }

  /** Questions and answers from now on start anew. */
  reset(): void {
    this.#turns = []
    this.proposals = []
  }

  /** Another recipe or model answers from now on; what was said stays. @throws {@link MoaError} */
  async use(recipe: string): Promise<void> {
    // Flags that changed the first recipe are not meant for this one.
    const { system, showProposals, temperature, maxTokens, seed } = this.#flags
    const flags: ChatFlags = {
      recipe,
      ...(system !== undefined && { system }),
      ...(showProposals !== undefined && { showProposals }),
      ...(temperature !== undefined && { temperature }),
      ...(maxTokens !== undefined && { maxTokens }),
      ...(seed !== undefined && { seed }),
    }
    this.#selection = await select(this.workspace, flags)
    this.#flags = flags
  }

  /** One turn. A question that got no whole answer is not kept. @throws what the answer throws */
  async ask(question: string, signal: AbortSignal): Promise<void> {
    const { system } = this.#flags
    const asked: Message = { role: 'user', content: question }
    const messages: Message[] = [
      ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
      ...this.#turns,
      asked,
    ]
    const collector = new Collector()
    await runAnswer({
      shell: this.shell,
      selection: this.#selection,
      request: requestOf(messages, this.#flags),
      flags: this.#flags,
      signal,
      onEvent: (event) => collector.add(event),
    })
    const { text, proposals } = collector.result()
    this.#turns.push(asked, { role: 'assistant', content: text })
    this.proposals = [...proposals].sort((a, b) => a.slot.stage - b.slot.stage || a.slot.index - b.slot.index)
  }
}
