import type { Random } from '../../util/index.js'
import type { Personality } from '../personalities/index.js'
import { formatNumber } from '../prompt/arithmetic.js'
import type { PromptView } from '../prompt/view.js'
import { list, titled } from './blocks.js'
import { between, startWriting } from './fill.js'
import { CHINESE } from './chinese.js'
import { codeBlock } from './code.js'

/** The Chinese answer to a Chinese prompt: same structure, one set of sentences. */
export function composeChinese(view: PromptView, personality: Personality, random: Random): string {
  if (view.kind === 'greeting') return CHINESE.greeting
  const writing = startWriting(view, random)
  const say = (bank: readonly string[]): string => writing.fill(writing.draw(bank))
  const parts: string[] = []
  const { images, files } = view.attachments
  if (images + files > 0) parts.push(`我看到了${images}张图片和${files}个文件。`)
  for (const result of view.toolResults) parts.push(`工具返回：${result.slice(0, 300)}`)
  if (view.arithmetic)
    return [...parts, `${view.arithmetic.expression} = ${formatNumber(view.arithmetic.value)}`].join('\n\n')
  parts.push(say(CHINESE.openings))
  if (view.kind === 'code') parts.push(codeBlock(view))
  const count = view.count ?? between(random, personality.items)
  const bank = view.kind === 'how' ? CHINESE.steps : CHINESE.points
  const title = view.kind === 'how' ? CHINESE.titles.steps : CHINESE.titles.points
  const entries = Array.from({ length: count }, () => say(bank))
  parts.push(titled(title, list(entries, view.kind === 'how' ? '1)' : personality.bullet), personality))
  const sentences = Array.from({ length: between(random, personality.sentences) }, () =>
    say(CHINESE.sentences),
  )
  parts.push(sentences.join(''), say(CHINESE.closings))
  return parts.join('\n\n')
}
