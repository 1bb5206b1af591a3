import type { Random } from '../../util/index.js'
import type { PromptView } from '../prompt/view.js'
import { startWriting } from './fill.js'

const THOUGHTS = [
  'The user asks about {topic}. What do they really need?',
  'First, {a}. I should be careful not to mix it up with {b}.',
  'Wait, does {c} change anything here? Probably not, but let me check.',
  'If {a} holds, then {b} follows; if it does not, I need another way.',
  'A simple case: leave {b} out. Then {a} is all there is, which fits.',
  'Hmm, that argument about {c} was too quick. Once more, slowly.',
  'So both ways lead to the same place. Good.',
  'I could mention {c}, but it would only distract.',
  'An example would help; {b} is the obvious one.',
  'Now to put this in order and keep it short.',
] as const

const CHINESE_THOUGHTS = [
  '用户问的是{topic}。他们真正需要什么？',
  '先看{a}，不要和{b}混淆。',
  '等等，{c}会影响结论吗？应该不会，再确认一下。',
  '如果{a}成立，那么{b}也成立。',
  '换一种思路，结果是一样的。',
  '现在整理一下，写得简短些。',
] as const

const LENGTHS: Readonly<Record<string, number>> = {
  none: 0,
  minimal: 1,
  low: 2,
  medium: 5,
  high: 8,
  xhigh: 10,
}

/** What a reasoning model thinks before it answers; longer with more effort. */
export function think(view: PromptView, effort: string | undefined, random: Random): string {
  const bank = view.language === 'chinese' ? CHINESE_THOUGHTS : THOUGHTS
  const count = Math.min(bank.length, LENGTHS[effort ?? 'medium'] ?? 5)
  const writing = startWriting(view, random)
  const lines = bank.filter((_, index) => index < count - 1)
  const sum = view.arithmetic
  return [
    ...lines.map((line) => writing.fill(line)),
    ...(sum && count > 0 ? [`${sum.expression}: inner parts first, then the rest.`] : []),
    ...(count > 0 ? [writing.fill(bank.at(-1) as string)] : []),
  ].join('\n')
}
