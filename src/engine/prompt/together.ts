import type { Degradation, Message, TextPart } from '../../core/index.js'
import { sha256Hex } from '../../util/index.js'

/** SHA-256 of the template of the published reference scripts (togethercomputer/MoA at 1b5cab0, 606 bytes). */
export const REFERENCE_TEMPLATE_SHA256 = '051f3701ff1fbfdf3e0474a2bfe16dc9621c1c6665b1d0adefd43cd246dcc378'

/**
 * Shows references to a model as the reference scripts of arXiv 2406.04692 do: template and numbered list in the
 * system message, no delimiters, user turns untouched. Without references the messages stay as they are.
 *
 * Two deviations where the scripts corrupt their input: a leading `developer` message counts as the system
 * message, and content parts get one more text part.
 */
export function injectReferences(
  messages: readonly Message[],
  template: string,
  references: readonly string[],
): readonly Message[] {
  if (references.length === 0) return messages
  let block = template
  for (const [index, reference] of references.entries()) block += `\n${index + 1}. ${reference}`
  return appendToSystem(messages, block)
}

/** Adds text to the leading system (or developer) message after an empty line, or puts a new one in front. */
export function appendToSystem(messages: readonly Message[], text: string): readonly Message[] {
  const [first, ...rest] = messages
  if (first?.role !== 'system' && first?.role !== 'developer')
    return [{ role: 'system', content: text }, ...messages]
  const content =
    typeof first.content === 'string'
      ? `${first.content}\n\n${text}`
      : [...first.content, { type: 'text', text: `\n\n${text}` } satisfies TextPart]
  return [{ ...first, content }, ...rest]
}

/** What to disclose about a template that is not the published one. */
export function templateDeviation(template: string): readonly Degradation[] {
  const hash = sha256Hex(template)
  if (hash === REFERENCE_TEMPLATE_SHA256) return []
  return [
    {
      code: 'deviation',
      message:
        `The template of mode "together" is not the published one (SHA-256 ${hash.slice(0, 12)}…, ` +
        `expected ${REFERENCE_TEMPLATE_SHA256.slice(0, 12)}…), so the run does not reproduce published results.`,
    },
  ]
}
