import type { Random } from '../../util/index.js'
import type { Block, Personality } from '../personalities/index.js'
import { formatNumber } from '../prompt/arithmetic.js'
import type { PromptView } from '../prompt/view.js'
import { writeBlock } from './blocks.js'
import { composeChinese } from './compose-chinese.js'
import { codeBlock } from './code.js'
import { capitalise, startWriting, type Writing } from './fill.js'

/** An answer in a personality's manner: Markdown, never empty. Pure in the view and the random numbers. */
export function composeAnswer(view: PromptView, personality: Personality, random: Random): string {
  if (view.language === 'chinese') return composeChinese(view, personality, random)
  const writing = startWriting(view, random)
  const parts = [...notes(view), ...body(personality, writing)]
  return parts.join('\n\n')
}

/** One more stretch of text on the same question, for answers that have to be longer. */
export function continueAnswer(view: PromptView, personality: Personality, random: Random): string {
  if (view.language === 'chinese') return composeChinese(view, personality, random)
  const writing = startWriting(view, random)
  return (['view', 'paragraph', 'points', 'example', 'paragraph'] as const)
    .map((block) => writeBlock(block, personality, writing))
    .join('\n\n')
}

function body(personality: Personality, writing: Writing): string[] {
  const { view } = writing
  const write = (block: Block): string => writeBlock(block, personality, writing)
  const layout = personality.layouts?.[view.kind] ?? personality.layout
  switch (view.kind) {
    case 'greeting':
      return [
        `${pick(writing, ['Hello!', 'Hi there.', 'Good to meet you.', 'Hello, and welcome.'])} ${pick(
          writing,
          ['What shall we look at?', 'What are you working on?', 'How can I help?', 'Ask me something.'],
        )}`,
      ]
    case 'arithmetic':
      return arithmetic(personality, writing)
    case 'code':
      return [write('opening'), codeBlock(view), write('points'), write('closing')]
    case 'compose':
      return [
        capitalise(view.topic),
        write('paragraph'),
        write('example'),
        write('paragraph'),
        write('closing'),
      ]
    case 'summarise':
      return [write('points'), write('closing')]
    case 'yes-no': {
      const verdict = pick(writing, [
        'Yes, mostly.',
        'No, not as a rule.',
        'It depends, but more often yes.',
        'Yes.',
      ])
      const [first, ...rest] = layout.map(write)
      return [`${verdict} ${first ?? ''}`.trim(), ...rest]
    }
    case 'compare':
      return (layout.includes('table') ? layout : (['opening', 'table', ...layout.slice(1)] as const)).map(
        write,
      )
    case 'how':
      return (layout.includes('steps') ? layout : (['opening', 'steps', ...layout.slice(1)] as const)).map(
        write,
      )
    case 'list':
      return (layout.includes('points') ? layout : (['opening', 'points', ...layout.slice(1)] as const)).map(
        write,
      )
    case 'why':
    case 'what':
    case 'other':
      return layout.map(write)
  }
}

function arithmetic(personality: Personality, writing: Writing): string[] {
  const sum = writing.view.arithmetic
  if (sum === undefined) return [writeBlock('opening', personality, writing)]
  const value = formatNumber(sum.value)
  const stated = `The answer is ${personality.emphasis}${value}${personality.emphasis}.`
  return pick(writing, [
    [stated],
    [`${sum.expression} = ${value}`, stated],
    [
      'Step by step:',
      `1) Read the expression as ${sum.expression}.\n2) Work it out from the inside: ${value}.`,
      stated,
    ],
  ])
}

/** What the model says of attachments, tool results and earlier turns before it answers. */
function notes(view: PromptView): string[] {
  const { images, files, sounds } = view.attachments
  const seen = [counted(images, 'image'), counted(files, 'file'), counted(sounds, 'sound recording')].filter(
    (part) => part !== undefined,
  )
  return [
    ...(seen.length > 0 ? [`I looked at ${seen.join(' and ')}.`] : []),
    ...view.toolResults.map(
      (result) => `The tool answered: ${result.length > 300 ? `${result.slice(0, 300)}…` : result}`,
    ),
    ...(view.earlierTurns > 0 && view.kind !== 'greeting'
      ? [
          `Following on from ${view.earlierTurns === 1 ? 'your earlier question' : `your ${view.earlierTurns} earlier questions`}:`,
        ]
      : []),
  ]
}

function counted(count: number, noun: string): string | undefined {
  return count === 0 ? undefined : `${count} ${noun}${count === 1 ? '' : 's'}`
}

function pick<T>(writing: Writing, items: readonly [T, ...T[]]): T {
  return writing.random.pick(items)
}
