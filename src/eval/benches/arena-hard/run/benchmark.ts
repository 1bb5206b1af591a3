import { createHash } from 'node:crypto'
import { textOf } from '../../../../core/message.js'
import type { Sampling } from '../../../../core/request.js'
import type { Benchmark, Judge, JudgeDesk, JudgeTask, Sample } from '../../../harness/benchmark.js'
import type { RecordedTurns } from '../../../harness/contestant.js'
import { v01Judgment, v01Matches, v01Step, type V01JudgeSettings, type V01Match } from '../judge-v01.js'
import { v2JudgeRequests, v2Judgment, type V2JudgeSettings } from '../judge-v2.js'
import type { ArenaAnswer, ArenaQuestion, V01Game, V01Judgment, V2Judgment } from '../records.js'

/** How a version judges. */
export type ArenaProtocol =
  | { readonly version: 'v0.1'; readonly settings: V01JudgeSettings }
  | { readonly version: 'v2.0'; readonly settings: V2JudgeSettings }

export interface ArenaRunOptions {
  readonly samples: readonly Sample[]
  /** The contestant whose answers the others' are compared with. */
  readonly baseline: string
  readonly judge: Judge
  readonly protocol: ArenaProtocol
  /** In place of temperature 0 and 4096 tokens. */
  readonly sampling?: Sampling
}

/** The line of the judgment file that came of a question, without the prompts, which follow from the answers. */
export type ArenaVerdict = V01Judgment | V2Judgment

interface QuestionTask extends JudgeTask {
  readonly contestant: string
  readonly sample: Sample
}

/** A sample for each question; ids are question ids. */
export function arenaSamples(questions: readonly ArenaQuestion[]): readonly Sample[] {
  return questions.map(({ id, category, prompt }) => ({ id, category, turns: [prompt] }))
}

/** Recorded answers by sample. */
export function arenaTurns(answers: readonly ArenaAnswer[]): RecordedTurns {
  return new Map(answers.map(({ questionId, text }) => [questionId, [text]] as const))
}

const ANSWER_MAX_TOKENS = 4096

/** Arena-Hard as the harness runs it: one answer to each question, judged against the baseline's in two games. */
export function arenaHard(options: ArenaRunOptions): Benchmark {
  const { samples, baseline, sampling = {} } = options
  return {
    samples,
    request: ({ turns }, answered) =>
      answered.length > 0
        ? undefined
        : {
            messages: [{ role: 'user', content: turns[0] ?? '' }],
            temperature: 0,
            maxTokens: ANSWER_MAX_TOKENS,
            ...sampling,
          },
    tasks: ({ contestants }) =>
      contestants
        .filter((contestant) => contestant !== baseline)
        .flatMap((contestant) =>
          samples.map((sample): QuestionTask => ({
            id: `${contestant}/${sample.id}`,
            needs: [
              [baseline, sample.id],
              [contestant, sample.id],
            ],
            contestant,
            sample,
          })),
        ),
    async judge(task, desk) {
      const verdict = withoutPrompts(await judgeQuestion(task as QuestionTask, desk, options))
      const mute = verdict.games.findIndex((game) => (game?.score ?? null) === null)
      return { verdict, ...(mute >= 0 && { unscored: `game ${mute + 1} has no verdict` }) }
    },
  }
}

function withoutPrompts(verdict: ArenaVerdict): ArenaVerdict {
  if ('uid' in verdict)
    return {
      ...verdict,
      games: verdict.games.map(
        (game) => game && { score: game.score, ...(game.judgment && { judgment: game.judgment }) },
      ),
    }
  return {
    ...verdict,
    games: verdict.games.map(({ score, judgment = '' }) => ({ judgment, score })),
  }
}

/** A line of the judgment file in full, its prompts put together anew. */
export function withPrompts(verdict: ArenaVerdict, shown: Shown, protocol: ArenaProtocol): ArenaVerdict {
  if ('uid' in verdict && protocol.version === 'v2.0') {
    const requests = v2JudgeRequests({ settings: protocol.settings, category: verdict.category, ...shown })
    return {
      ...verdict,
      games: verdict.games.map(
        (game, index) => game && { ...game, prompt: requests[index as 0 | 1].messages },
      ),
    }
  }
  if ('uid' in verdict || protocol.version !== 'v0.1') return verdict
  const matches = v01Matches({ settings: protocol.settings, ...shown })
  const prompts = matches.map((match) => {
    const step = v01Step(match)
    return step.done ? '' : textOf(step.request.messages[1]?.content ?? '')
  })
  return {
    ...verdict,
    games: verdict.games.map((game, index) => ({ user_prompt: prompts[index] ?? '', ...game })),
  }
}

/** Name of the attachment that says how the run judges. */
export const PROTOCOL_FILE = 'protocol.json'

function judgeQuestion(task: QuestionTask, desk: JudgeDesk, options: ArenaRunOptions): Promise<ArenaVerdict> {
  const { contestant, sample } = task
  const text = (name: string): string => desk.answer(name, sample.id).turns[0] ?? ''
  const shown = {
    question: sample.turns[0] ?? '',
    baseline: text(options.baseline),
    candidate: text(contestant),
  }
  const { protocol } = options
  return protocol.version === 'v0.1'
    ? judgeV01(task, shown, { desk, settings: protocol.settings, judge: options.judge })
    : judgeV2(task, shown, { desk, settings: protocol.settings, ...options })
}

/** A question with the two answers that are compared. */
export interface Shown {
  readonly question: string
  readonly baseline: string
  readonly candidate: string
}

async function judgeV01(
  { contestant, sample }: QuestionTask,
  shown: Shown,
  at: { readonly desk: JudgeDesk; readonly settings: V01JudgeSettings; readonly judge: Judge },
): Promise<V01Judgment> {
  const [one, two] = v01Matches({ settings: at.settings, ...shown })
  const games = await Promise.all([playV01(one, at), playV01(two, at)])
  return v01Judgment({ questionId: sample.id, model: contestant, judge: at.judge.name, games })
}

/** Asks until there is a label, or no further attempt. */
async function playV01(
  match: V01Match,
  { desk, judge }: { readonly desk: JudgeDesk; readonly judge: Judge },
): Promise<V01Game> {
  for (let played = match; ;) {
    const step = v01Step(played)
    if (step.done) return step.game
    const { text } = await desk.ask(step.request, judge)
    played = { ...played, replies: [...played.replies, text] }
  }
}

async function judgeV2(
  { contestant, sample }: QuestionTask,
  shown: Shown,
  at: {
    readonly desk: JudgeDesk
    readonly settings: V2JudgeSettings
    readonly judge: Judge
    readonly baseline: string
  },
): Promise<V2Judgment> {
  const category = sample.category ?? ''
  const requests = v2JudgeRequests({ settings: at.settings, category, ...shown })
  const [one, two] = await Promise.all([
    at.desk.ask(requests[0], at.judge),
    at.desk.ask(requests[1], at.judge),
  ])
  return v2Judgment({
    uid: sample.id,
    category,
    judge: at.judge.name,
    model: contestant,
    baseline: at.baseline,
    requests,
    replies: [one.text, two.text],
  })
}

/** An id for an answer line that is always the same for the same answer. */
export function answerId(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 22)
}
