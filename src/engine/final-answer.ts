/** Longer things are texts, not final answers. */
const MAX_LENGTH = 60

/**
 * The final answer a text states, normalised so that equal answers are equal strings: `\boxed{…}`, "the answer is …"
 * (also in Chinese), or a text that is nothing but a short answer. `undefined` when it states none.
 */
export function finalAnswer(text: string): string | undefined {
  const stated = boxed(text) ?? announced(text) ?? wholeText(text)
  if (stated === undefined) return undefined
  const normal = normalise(stated)
  return normal === '' || normal.length > MAX_LENGTH ? undefined : normal
}

function boxed(text: string): string | undefined {
  const start = text.lastIndexOf('\\boxed{')
  if (start === -1) return undefined
  let depth = 0
  for (let index = start + 6; index < text.length; index += 1) {
    if (text[index] === '{') depth += 1
    else if (text[index] === '}') {
      depth -= 1
      if (depth === 0) return text.slice(start + 7, index)
    }
  }
  return undefined
}

const ANNOUNCED =
  /(?:(?:final|correct|right|best)\s+(?:answer|choice|option)|\banswer)\b[^\S\n]*(?:is|:|=|\*\*:|:\*\*)+[^\S\n]*(?:option\s+)?([^\n]{1,120})|(?:最终)?答案(?:是|为|：|:)+\s*([^\n]{1,60})/giu

function announced(text: string): string | undefined {
  let last: string | undefined
  for (const match of text.matchAll(ANNOUNCED)) last = match[1] ?? match[2]
  if (last === undefined) return undefined
  // One sentence; a point between digits is no end.
  return last.split(/(?<!\d)[.。;；](?=\s|$)|[.。](?!\d)(?=\s|$)/u)[0]
}

function wholeText(text: string): string | undefined {
  const trimmed = text.trim()
  return trimmed.length <= MAX_LENGTH && !trimmed.includes('\n') ? trimmed : undefined
}

function normalise(answer: string): string {
  const plain = answer
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\\(?:text|mathrm|mathbf)\{([^{}]*)\}/g, '$1')
    .replace(/\\[,;! ]|[*_`$"'“”‘’]/g, '')
    .replace(/^\s*(?:option|choice)\s+/u, '')
    .trim()
  // A choice: "(B)", "B)", "B. Paris", "b".
  const choice = /^\(?([a-h])\)?(?:[).:]\s*.*)?$/u.exec(plain)
  if (choice) return choice[1] ?? plain
  // A number, whatever its currency sign, thousands separators and unit.
  const number = /^[^\p{L}\d-]*(-?\d[\d,]*(?:\.\d+)?)\s*(%?)\s*[\p{L}°/²³. ]{0,20}$/u.exec(plain)
  if (number) return `${Number((number[1] ?? '').replaceAll(',', ''))}${number[2] ?? ''}`
  return plain
    .replace(/[\p{P}\p{S}\s]+/gu, ' ')
    .replace(/\b(?:a|an|the)\b/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
