import { createHash } from 'node:crypto'
import { MoaError } from '../../../../core/errors.js'
import type { Sampling } from '../../../../core/request.js'
import type { Answer, Benchmark, Judge, JudgeDesk, JudgeTask, Sample } from '../../../harness/benchmark.js'
import type { RecordedTurns } from '../../../harness/contestant.js'
import { answerRecord, answerRequest } from '../answer-plan.js'
import { pairJudgeCalls, singleJudgeCall, type JudgingData } from '../judge-request.js'
import { pairJudgment, singleJudgment } from '../judgment.js'
import { matchPlan, type MtBenchMatch, type MtBenchMode } from '../match-plan.js'
import type {
  MtBenchAnswer,
  MtBenchJudgePrompt,
  MtBenchQuestion,
  PairJudgment,
  SingleJudgment,
} from '../records.js'

export interface MtBenchOptions {
  readonly mode: MtBenchMode
  readonly samples: readonly Sample[]
  readonly judge: Judge
  readonly data: JudgingData
  /** For mode `pairwise-baseline`. */
  readonly baseline?: string
  /** Forces a temperature, or another length than 1024 tokens, on the contestants. */
  readonly sampling?: Sampling
}

/** The line of the judgment file that came of a match, without the prompts, which follow from the answers. */
export type MtBenchVerdict = SingleJudgment | PairJudgment

interface MatchTask extends JudgeTask {
  readonly match: MtBenchMatch
}

/** A sample for each question; ids are question ids. */
export function mtBenchSamples(questions: readonly MtBenchQuestion[]): readonly Sample[] {
  return questions.map(({ question_id, category, turns }) => ({ id: String(question_id), category, turns }))
}

/** The question a sample was made of, as far as judging and scoring look at it. */
export function questionOf({ id, category = '', turns }: Sample): MtBenchQuestion {
  return { question_id: Number(id), category, turns }
}

/** Recorded answers by sample. */
export function mtBenchTurns(answers: ReadonlyMap<number, MtBenchAnswer>): RecordedTurns {
  return new Map(
    [...answers].map(([question, { choices }]) => [String(question), choices[0]?.turns ?? []] as const),
  )
}

/** MT-Bench as the harness runs it: two turns, each answered with the turn before in view, then judged. */
export function mtBench(options: MtBenchOptions): Benchmark {
  const { mode, samples, baseline, sampling = {} } = options
  const questions = new Map(samples.map((sample) => [sample.id, questionOf(sample)]))
  return {
    samples,
    request: (sample, answers) => answerRequest({ question: questionOf(sample), answers, ...sampling }),
    tasks: ({ contestants }) =>
      matchPlan({
        mode,
        questions: [...questions.values()],
        models: contestants,
        ...(baseline !== undefined && { baseline }),
      }).map((match): MatchTask => {
        const { questionId, turn, promptName, models } = match
        const sample = String(questionId)
        return {
          id: `${models.join(' vs ')}/${promptName}/${sample}/${turn}`,
          needs: models.map((model) => [model, sample] as const),
          match,
        }
      }),
    async judge(task, desk) {
      const { match } = task as MatchTask
      const question = questions.get(String(match.questionId))
      if (question === undefined) throw new MoaError('internal', `${task.id} is about an unknown question.`)
      return match.models.length === 1
        ? judgeSingle({ question, match, model: match.models[0] }, desk, options)
        : judgePair({ question, match, models: match.models }, desk, options)
    },
  }
}

interface Matched {
  readonly question: MtBenchQuestion
  readonly match: MtBenchMatch
}

type Outcome = Awaited<ReturnType<Benchmark['judge']>>

async function judgeSingle(
  { question, match, model }: Matched & { readonly model: string },
  desk: JudgeDesk,
  { judge, data }: MtBenchOptions,
): Promise<Outcome> {
  const answer = answerLine(question, desk.answer(model, String(question.question_id)))
  const call = singleJudgeCall({ question, turn: match.turn, answer }, data)
  const { text } = await desk.ask(call.request, judge)
  const judgment = singleJudgment({ ...judgedBy(match, judge, desk), model, call, reply: text })
  const { user_prompt: _, ...verdict } = judgment
  return { verdict, ...(verdict.score === -1 && { unscored: `the reply has no rating: ${excerpt(text)}` }) }
}

async function judgePair(
  { question, match, models }: Matched & { readonly models: readonly [string, string] },
  desk: JudgeDesk,
  { judge, data }: MtBenchOptions,
): Promise<Outcome> {
  const [first, second] = models.map((model) =>
    answerLine(question, desk.answer(model, String(question.question_id))),
  ) as [MtBenchAnswer, MtBenchAnswer]
  const calls = pairJudgeCalls({ question, turn: match.turn, answers: [first, second] }, data)
  const [one, two] = await Promise.all([desk.ask(calls[0].request, judge), desk.ask(calls[1].request, judge)])
  const {
    g1_user_prompt: _,
    g2_user_prompt: __,
    ...verdict
  } = pairJudgment({
    ...judgedBy(match, judge, desk),
    models,
    calls,
    replies: [one.text, two.text],
  })
  const failed = verdict.g1_winner === 'error' ? one : verdict.g2_winner === 'error' ? two : undefined
  return { verdict, ...(failed && { unscored: `a game has no verdict: ${excerpt(failed.text)}` }) }
}

function judgedBy({ questionId, turn }: MtBenchMatch, judge: Judge, desk: JudgeDesk) {
  return { questionId, turn, judge: judge.name, time: desk.now() }
}

/** The end of a reply, where a verdict should be. */
function excerpt(text: string): string {
  const end = text.trim().replace(/\s+/g, ' ').slice(-80)
  return end === '' ? 'it is empty' : `"${end}"`
}

/** An answer as a line of the answer file. Its id follows from its content, so that it is always the same. */
export function answerLine(question: MtBenchQuestion, { contestant, turns, at }: Answer): MtBenchAnswer {
  const content = [contestant, question.question_id, ...turns].join('\n')
  return answerRecord({
    question,
    model: contestant,
    choices: [turns],
    id: createHash('sha256').update(content).digest('base64url').slice(0, 22),
    time: at,
  })
}

/** A line of the judgment file in full, its prompts put together anew. */
export function withPrompts(
  verdict: MtBenchVerdict,
  {
    question,
    answer,
    data,
  }: {
    readonly question: MtBenchQuestion
    readonly answer: (model: string) => MtBenchAnswer
    readonly data: JudgingData
  },
): MtBenchVerdict {
  const { turn } = verdict
  if ('model' in verdict) {
    const call = singleJudgeCall({ question, turn, answer: answer(verdict.model) }, data)
    return singleJudgmentLine(verdict, call.userPrompt)
  }
  const answers = [answer(verdict.model_1), answer(verdict.model_2)] as const
  const [one, two] = pairJudgeCalls({ question, turn, answers }, data)
  return pairJudgmentLine(verdict, [one.userPrompt, two.userPrompt])
}

/** In the order of the published files. */
function singleJudgmentLine(verdict: SingleJudgment, user_prompt: string): SingleJudgment {
  const { question_id, model, judge, ...rest } = verdict
  return { question_id, model, judge, user_prompt, ...rest }
}

function pairJudgmentLine(verdict: PairJudgment, [one, two]: readonly [string, string]): PairJudgment {
  const { g1_judgment = '', g2_judgment = '', turn, tstamp = 0, ...rest } = verdict
  return { ...rest, g1_user_prompt: one, g1_judgment, g2_user_prompt: two, g2_judgment, turn, tstamp }
}

/** Name of the attachment with prompts and reference answers. */
export const JUDGING_FILE = 'judging.json'

/** What judging needs, as the text of an attachment. */
export function writeJudgingData({ prompts, references }: JudgingData): string {
  return JSON.stringify({ prompts: [...prompts], references: [...references] })
}

/** Reads {@link writeJudgingData}. */
export function readJudgingData(text: string): JudgingData {
  const { prompts, references } = JSON.parse(text) as {
    prompts: [string, MtBenchJudgePrompt][]
    references: [number, MtBenchAnswer][]
  }
  return { prompts: new Map(prompts), references: new Map(references) }
}
