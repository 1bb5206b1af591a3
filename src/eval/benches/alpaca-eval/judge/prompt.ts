import { MoaError } from '../../../../core/index.js'
import { PYTHON_SPACE, pythonStrip } from '../../../python/text.js'

const SLOT = new RegExp(`\\{([^${PYTHON_SPACE}]+?)\\}`, 'gu')

/** Values for the slots of a template, such as instruction, output_1 and output_2. */
export type PromptExample = Readonly<Record<string, string>>

/**
 * Names of a template's slots, in order of first appearance. A slot is `{`, characters that are no white space, `}`; a
 * brace before white space is none.
 */
export function slotNames(template: string): readonly string[] {
  return [...new Set([...template.matchAll(SLOT)].map((match) => match[1] as string))]
}

/**
 * Fills a judge's template with as many examples as share a prompt. Values replace the first `{name}` of the text so far,
 * so an instruction that contains `{output_1}` takes that output's place, as in the original.
 *
 * @throws MoaError `data_invalid` when a slot does not occur once per example, or an example lacks its value.
 */
export function fillTemplate(template: string, examples: readonly PromptExample[]): string {
  const names = slotNames(template)
  const counts = new Map<string, number>()
  for (const [, name = ''] of template.matchAll(SLOT)) counts.set(name, (counts.get(name) ?? 0) + 1)
  for (const [name, count] of counts) {
    if (count === examples.length) continue
    throw new MoaError(
      'data_invalid',
      `Prompt template: expected {${name}} once for each of the ${examples.length} examples in a prompt, found it ${count} times; make batch_size and template agree.`,
    )
  }
  let prompt = template
  for (const example of examples) {
    for (const name of names) {
      const value = Object.hasOwn(example, name) ? example[name] : undefined
      if (value === undefined) {
        throw new MoaError(
          'data_invalid',
          `Prompt template: nothing to put into {${name}}; rename or remove the slot.`,
        )
      }
      // A function, so that `$&` and the like in a value stay what they are.
      prompt = prompt.replace(`{${name}}`, () => value)
    }
  }
  return prompt
}

/** A filled template without the white space around it, as it is sent. */
export function buildPrompt(template: string, examples: readonly PromptExample[]): string {
  return pythonStrip(fillTemplate(template, examples))
}
