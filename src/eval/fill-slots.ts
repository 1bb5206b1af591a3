import { MoaError } from '../core/errors.js'

const SLOT = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g

/**
 * Fills a judge template's `{slots}` in one pass, as Python's `str.format` does: what a value holds is never looked
 * at again, doubled braces in the template become single ones, values without a slot are ignored.
 * @throws MoaError `data_invalid` for a slot without a value or a single brace in the template.
 */
export function fillSlots(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(SLOT, (match: string, name: string | undefined) => {
    if (match === '{{') return '{'
    if (match === '}}') return '}'
    if (name !== undefined && Object.hasOwn(values, name)) return values[name] as string
    const known = Object.keys(values).join(', ')
    throw new MoaError(
      'data_invalid',
      `The judge template has ${name === undefined ? `a single "${match}"` : `a slot "${match}" nothing fills`}; ` +
        `known slots: ${known}. Double braces that are meant as text, or give the benchmark's own template.`,
    )
  })
}
