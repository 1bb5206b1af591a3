import { contentText, type FileContent, is, type LeanOptions, readRecords } from '../../jsonl.js'
import { ProblemLog, type ProblemPlace, type Read } from '../../problems.js'
import type {
  MtBenchAnswer,
  MtBenchJudgePrompt,
  MtBenchQuestion,
  MtBenchVote,
  PairJudgment,
  SingleJudgment,
} from './records.js'

interface Source {
  /** The file's name, for problems and errors. */
  readonly source?: string
}

interface ReadJudgmentsOptions extends Source {
  /** Reads only what scores need, several times faster; for files given as bytes. */
  readonly lean?: boolean
}

const SINGLE: LeanOptions = {
  fields: ['question_id', 'model', 'judge', 'score', 'turn'],
  build: ([question_id, model, judge, score, turn]) => ({ question_id, model, judge, score, turn }),
}
const PAIR: LeanOptions = {
  fields: ['question_id', 'model_1', 'model_2', 'g1_winner', 'g2_winner', 'judge', 'turn'],
  build: ([question_id, model_1, model_2, g1_winner, g2_winner, judge, turn]) => ({
    question_id,
    model_1,
    model_2,
    g1_winner,
    g2_winner,
    judge,
    turn,
  }),
}

const isTurn = (value: unknown): boolean => value === 1 || value === 2
const isJudge = (value: unknown): boolean => is.texts(value) && (value as readonly string[]).length === 2
const WINNERS: ReadonlySet<unknown> = new Set(['model_1', 'model_2', 'tie', 'error'])

/**
 * Reads `question.jsonl`. Of questions with the same id the first is kept.
 * @throws MoaError `data_invalid` when no line holds a question.
 */
export function readMtBenchQuestions(
  content: FileContent,
  { source }: Source = {},
): Read<readonly MtBenchQuestion[]> {
  const seen = new Set<number>()
  const { data: records, problems } = readRecords<MtBenchQuestion>(content, {
    source,
    what: 'an MT-Bench question',
    shape: { question_id: is.number, category: is.text, turns: is.texts },
    id: 'question_id',
    convert: (value, here) => {
      const question = value as unknown as MtBenchQuestion
      if (seen.has(question.question_id)) {
        here.note('record-duplicate', 'The question id occurs more than once; the first question was kept.')
        return undefined
      }
      seen.add(question.question_id)
      return question
    },
  })
  return { data: records, problems }
}

export interface ReadAnswersOptions extends Source {
  /** Reports answers to other questions and questions without an answer. */
  readonly questions?: readonly MtBenchQuestion[]
}

/**
 * Reads an answer or reference answer file into a map by question id. Of several answers to a question the last
 * counts, as in the published scripts.
 * @throws MoaError `data_invalid` when no line holds an answer.
 */
export function readMtBenchAnswers(
  content: FileContent,
  { source, questions }: ReadAnswersOptions = {},
): Read<ReadonlyMap<number, MtBenchAnswer>> {
  const { data: records, problems } = readRecords(content, {
    source,
    what: 'an MT-Bench answer',
    shape: { question_id: is.number, choices: hasTurns },
    id: 'question_id',
    convert: (value, here) => ({ answer: value as unknown as MtBenchAnswer, place: here.place() }),
  })
  const log = new ProblemLog()
  log.merge(problems)
  const answers = new Map<number, MtBenchAnswer>()
  for (const { answer, place } of records) {
    if (answers.has(answer.question_id)) {
      log.add('record-duplicate', 'The question is answered more than once; the last answer counts.', place)
    }
    answers.set(answer.question_id, answer)
  }
  if (questions !== undefined) compareWithQuestions(answers, questions, { log, source })
  return { data: answers, problems: log.list() }
}

function hasTurns(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && is.texts((value[0] as { turns?: unknown } | null)?.turns)
}

function compareWithQuestions(
  answers: ReadonlyMap<number, MtBenchAnswer>,
  questions: readonly MtBenchQuestion[],
  { log, source }: { readonly log: ProblemLog; readonly source: string | undefined },
): void {
  const place = (id: number): ProblemPlace => ({ ...(source !== undefined && { source }), id: String(id) })
  const known = new Set(questions.map(({ question_id }) => question_id))
  for (const id of answers.keys()) {
    if (!known.has(id)) log.add('id-unknown', 'The question set has no question of this id.', place(id))
  }
  for (const { question_id, turns } of questions) {
    const answered = answers.get(question_id)?.choices[0]?.turns.length ?? 0
    if (answered === 0) log.add('record-missing', 'The question has no answer.', place(question_id))
    else if (answered < turns.length) {
      log.add('record-missing', 'The answer has fewer turns than the question.', place(question_id))
    }
  }
}

/**
 * Reads `judge_prompts.jsonl` into a map by name.
 * @throws MoaError `data_invalid` when no line holds a judge prompt.
 */
export function readMtBenchJudgePrompts(
  content: FileContent,
  { source }: Source = {},
): Read<ReadonlyMap<string, MtBenchJudgePrompt>> {
  const { data: records, problems } = readRecords(content, {
    source,
    what: 'an MT-Bench judge prompt',
    shape: { name: is.text, type: is.text, system_prompt: is.text, prompt_template: is.text },
    id: 'name',
    convert: (value) => value as unknown as MtBenchJudgePrompt,
  })
  return { data: new Map(records.map((prompt) => [prompt.name, prompt])), problems }
}

/**
 * Reads a single-answer judgment file, keeping every row. A `score` of null becomes -1, the format's own mark for
 * a judge that gave none.
 * @throws MoaError `data_invalid` when no line holds such a judgment.
 */
export function readSingleJudgments(
  content: FileContent,
  { source, lean }: ReadJudgmentsOptions = {},
): Read<readonly SingleJudgment[]> {
  const { data: records, problems } = readRecords(content, {
    source,
    what: 'an MT-Bench single judgment',
    lean: lean === true ? SINGLE : undefined,
    shape: { question_id: is.number, model: is.text, judge: isJudge, score: isScore, turn: isTurn },
    id: 'question_id',
    convert: (value, here) => {
      if (value['score'] !== null) return value as unknown as SingleJudgment
      here.note('unscored', 'The score is null; it counts as not scored (-1).')
      return { ...value, score: -1 } as unknown as SingleJudgment
    },
  })
  return { data: records, problems }
}

const isScore = (value: unknown): boolean => value === null || typeof value === 'number'

/**
 * Reads a pairwise judgment file, keeping every row. A winner that isn't one of the format's becomes `error`.
 * @throws MoaError `data_invalid` when no line holds such a judgment.
 */
export function readPairJudgments(
  content: FileContent,
  { source, lean }: ReadJudgmentsOptions = {},
): Read<readonly PairJudgment[]> {
  const { data: records, problems } = readRecords(content, {
    source,
    what: 'an MT-Bench pairwise judgment',
    lean: lean === true ? PAIR : undefined,
    shape: {
      question_id: is.number,
      model_1: is.text,
      model_2: is.text,
      g1_winner: (value) => value !== undefined,
      g2_winner: (value) => value !== undefined,
      judge: isJudge,
      turn: isTurn,
    },
    id: 'question_id',
    convert: (value, here) => {
      const { g1_winner, g2_winner } = value
      if (WINNERS.has(g1_winner) && WINNERS.has(g2_winner)) return value as unknown as PairJudgment
      here.note('value-unusable', 'A winner is none of model_1, model_2, tie, error; it counts as error.')
      return {
        ...value,
        g1_winner: WINNERS.has(g1_winner) ? g1_winner : 'error',
        g2_winner: WINNERS.has(g2_winner) ? g2_winner : 'error',
      } as unknown as PairJudgment
    },
  })
  return { data: records, problems }
}

/**
 * Reads votes for {@link judgeAgreement}, either JSON Lines or the published JSON array.
 * @throws MoaError `data_invalid` when nothing in the text is a vote.
 */
export function readMtBenchVotes(
  content: FileContent,
  { source }: Source = {},
): Read<readonly MtBenchVote[]> {
  const { data: records, problems } = readRecords(linesOfArray(contentText(content)), {
    source,
    what: 'an MT-Bench vote',
    shape: {
      question_id: is.number,
      model_a: is.text,
      model_b: is.text,
      winner: is.text,
      judge: (value) => is.text(value) || isJudge(value),
      turn: isTurn,
    },
    id: 'question_id',
    convert: (value) => value as unknown as MtBenchVote,
  })
  return { data: records, problems }
}

function linesOfArray(text: string): string {
  if (!text.trimStart().startsWith('[')) return text
  try {
    return (JSON.parse(text) as unknown[]).map((value) => JSON.stringify(value)).join('\n')
  } catch {
    // Not an array after all: the line reader says what is wrong where.
    return text
  }
}
