import { textOf } from '../../core/index.js'
import type { Message } from '../../core/index.js'
import { estimatePromptTokens } from '../../util/index.js'

/**
 * Leaves out the oldest turns until a conversation fits. Instructions and the last user turn (with what follows it)
 * stay, and a tool result never stands without its call.
 */
export function trimHistory(
  messages: readonly Message[],
  budgetTokens: number,
): { messages: readonly Message[]; leftOut: number } {
  const sizes = messages.map(({ content }) => estimatePromptTokens([textOf(content)]))
  let total = sizes.reduce((sum, size) => sum + size, 0)
  const lastUser = messages.findLastIndex(({ role }) => role === 'user')
  const dropped = new Set<number>()
  for (const [index, { role }] of messages.entries()) {
    const orphan = role === 'tool' && dropped.has(index - 1)
    if (total <= budgetTokens && !orphan) break
    if (index >= lastUser) break
    if (role === 'system' || role === 'developer') continue
    dropped.add(index)
    total -= sizes[index] ?? 0
  }
  if (dropped.size === 0) return { messages, leftOut: 0 }
  return { messages: messages.filter((_, index) => !dropped.has(index)), leftOut: dropped.size }
}
