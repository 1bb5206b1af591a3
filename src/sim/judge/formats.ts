import type { Random } from '../../util/index.js'
import type { ShownAnswer } from './answers.js'
import { sigmoid } from './quality.js'

/** What a judge has to go by. */
export interface Case {
  readonly prompt: string
  /** Where the prompt asks for the format, the last time it does. */
  readonly asked: RegExpMatchArray
  readonly answers: readonly ShownAnswer[]
  readonly random: Random
  /** Quality of an answer with a little noise; the same answer keeps its noise. */
  readonly quality: (answer: ShownAnswer | undefined) => number
}

/** What a judge says. */
export interface Reply {
  readonly text: string
  /** The tokens it chose between with their probabilities, when the reply is one token. */
  readonly choices?: readonly (readonly [string, number])[]
}

/** A form of verdict: how a prompt asks for it, and how it is given. More can be added without touching anything else. */
export interface JudgeFormat {
  readonly name: string
  readonly asks: RegExp
  reply(judged: Case): Reply
}

/** First match wins, so the more specific ones come first. */
export const JUDGE_FORMATS: readonly JudgeFormat[] = [
  {
    name: 'five labels, [[A>>B]] to [[B>>A]]',
    asks: /\[\[A>>B\]\]/g,
    reply: (judged) => {
      const margin = marginOf(judged)
      const size = Math.abs(margin)
      const label =
        size < 0.15 ? 'A=B' : `${margin < 0 ? 'A' : 'B'}${size > 0.8 ? '>>' : '>'}${margin < 0 ? 'B' : 'A'}`
      return { text: `${remark(judged)}\n\nMy final verdict is: [[${label}]]` }
    },
  },
  {
    name: 'pairwise, [[A]] or [[B]] or [[C]]',
    asks: /\[\[A\]\][\s\S]*?\[\[B\]\]/g,
    reply: (judged) => {
      const margin = marginOf(judged)
      const ties = judged.prompt.includes('[[C]]')
      const letter = ties && Math.abs(margin) < 0.1 ? 'C' : margin < 0 ? 'A' : 'B'
      return { text: `${remark(judged)}\n\n[[${letter}]]` }
    },
  },
  {
    name: 'single rating, [[7]]',
    asks: /\[\[rating\]\]/g,
    reply: (judged) => ({
      text: `${remark(judged)}\n\nRating: [[${rate(judged, judged.answers.at(-1), scaleOf(judged.prompt, 10))}]]`,
    }),
  },
  {
    name: 'one token of two',
    asks: /\b(?:only|just)\b[^\n]{0,160}?(?::|\bsay|\banswer(?: with)?|\breply(?: with)?|\bchoose|\boutput)\s+["'`]?([A-Za-z0-9]{1,3})["'`]? or ["'`]?([A-Za-z0-9]{1,3})["'`]?(?![A-Za-z0-9])/g,
    reply: (judged) => {
      const [, first = 'A', second = 'B'] = judged.asked
      const probability = sigmoid(1.6 * marginOf(judged))
      return {
        text: probability < 0.5 ? first : second,
        choices: [
          [first, 1 - probability],
          [second, probability],
        ],
      }
    },
  },
  {
    name: 'Output (a) or Output (b), one line per example',
    asks: /Output \(a\)"? or "?Output \(b\)|preferred outputs? for/gi,
    reply: (judged) => ({
      text: examplesOf(judged)
        .map((pair) => `Output ${better(judged, pair) ?? '(a)'}`)
        .join('\n'),
    }),
  },
  {
    name: 'ranking as a list of dictionaries',
    asks: /'model':\s*<model-name>,\s*'rank'/g,
    reply: (judged) => ({
      text: `[${ranked(judged)
        .map(({ label }, index) => `{'model': '${label}', 'rank': ${index + 1}}`)
        .join(', ')}]`,
    }),
  },
  {
    name: 'ranking in one line, RANKING: 2 > 1 > 3',
    asks: /RANKING: *\d+ *> *\d+/g,
    reply: (judged) => ({
      text: `${remark(judged)}\n\nRANKING: ${ranked(judged)
        .map(({ label }) => label)
        .join(' > ')}`,
    }),
  },
  {
    name: 'final ranking as a numbered list',
    asks: /FINAL RANKING:?/g,
    reply: (judged) => ({
      text: `${remark(judged)}\n\nFINAL RANKING:\n${ranked(judged)
        .map(({ label }, index) => `${index + 1}. Response ${label}`)
        .join('\n')}`,
    }),
  },
  {
    name: 'two scores on the first line',
    asks: /single line containing only two values/gi,
    reply: (judged) => {
      const scale = scaleOf(judged.prompt, 10)
      const scores = [0, 1].map((index) => rate(judged, judged.answers[index], scale))
      return { text: `${scores.join(' ')}\n${remark(judged)}` }
    },
  },
  {
    name: 'dictionary of scores by skill',
    asks: /dictionary[^.]{0,80}\bkeys?\b[^.]{0,60}\bscores?\b/gi,
    reply: (judged) => {
      const scale = scaleOf(judged.prompt, 5)
      const skills = skillsOf(judged.prompt)
      const scores = skills.map((skill) => [skill, rate(judged, judged.answers.at(-1), scale)] as const)
      const remarks = scores.map(
        ([skill, score]) => `${skill}: ${score < scale / 2 ? 'weak' : 'sound'} in places.`,
      )
      return {
        text: `${remarks.join('\n')}\n\n{${scores.map(([skill, score]) => `'${skill}': ${score}`).join(', ')}}`,
      }
    },
  },
]

/** Answers from best to worst. */
export function ranked({ answers, quality }: Pick<Case, 'answers' | 'quality'>): ShownAnswer[] {
  return [...answers].sort((a, b) => quality(b) - quality(a))
}

/** How much better the second answer is than the first. */
export function marginOf({ answers, quality }: Pick<Case, 'answers' | 'quality'>): number {
  return quality(answers[1]) - quality(answers[0])
}

/** A whole mark from 1 to `scale`. */
export function rate(
  { quality, random }: Pick<Case, 'quality' | 'random'>,
  answer: ShownAnswer | undefined,
  scale: number,
): number {
  const wobble = 0.3 * random.normal()
  return 1 + Math.round((scale - 1) * sigmoid(quality(answer) - 1.2 + wobble))
}

function better(judged: Case, pair: readonly ShownAnswer[]): string | undefined {
  return ranked({ answers: pair, quality: judged.quality })[0]?.label
}

/** The pairs of a batch that are asked about: the range named at the end, else all, else the only one. */
function examplesOf({ prompt, answers }: Case): (readonly ShownAnswer[])[] {
  const range = /examples? (\d+)\s*[-–]\s*(\d+)(?![\s\S]*examples? \d+\s*[-–]\s*\d+)/i.exec(prompt)
  const numbers = [...new Set(answers.map((answer) => answer.example))]
  const from = Number(range?.[1] ?? 0)
  const to = Number(range?.[2] ?? Infinity)
  const wanted = numbers.filter((number) => number === undefined || (number >= from && number <= to))
  return (wanted.length > 0 ? wanted : [undefined]).map((number) =>
    answers.filter((answer) => answer.example === number),
  )
}

function scaleOf(prompt: string, otherwise: number): number {
  return Number(/scale of 1 to (\d{1,3})/i.exec(prompt)?.[1] ?? otherwise)
}

/** Names that stand before a colon, with a rubric of numbered scores under them. */
function skillsOf(prompt: string): string[] {
  const names = [...prompt.matchAll(/^([A-Z][\w /-]{2,60}):[^\n]*\n(?=Score 1\b)/gm)].map(
    (match) => match[1] as string,
  )
  return names.length > 0 ? names : ['Overall']
}

const REMARKS = [
  'Both points of view were considered; the difference lies in detail and order.',
  'Checked against the question: the main point is there, the supporting detail varies.',
  'What decided it was how completely the question was covered and how easy the text is to follow.',
] as const

function remark({ random }: Case): string {
  return random.pick(REMARKS)
}
