import { contentText, type FileContent, is, misfit, readJsonl, readRecords, type Shape } from '../../jsonl.js'
import { ProblemLog, type ProblemPlace, type Read } from '../../problems.js'
import type {
  ArenaAnswer,
  ArenaQuestion,
  StyleMetadata,
  V01AnswerRecord,
  V01Judgment,
  V2AnswerRecord,
  V2Judgment,
} from './records.js'

interface Source {
  /** The file's name, for problems and errors. */
  readonly source?: string
}

export type ArenaVersion = 'v0.1' | 'v2.0'

type Row = Readonly<Record<string, unknown>>

/** Which version's records a text holds: those of v2.0 have a `uid`. Goes by the first whole line. */
export function arenaVersion(content: FileContent): ArenaVersion {
  const feed = typeof content === 'string' ? content.indexOf('\n') : content.indexOf(10)
  const first = contentText(content.slice(0, feed + 1 || content.length))
  const [record] = readJsonl(first).data
  return record !== undefined && 'uid' in record.value ? 'v2.0' : 'v0.1'
}

/**
 * Reads the questions of either version. Of questions with the same id the first is kept.
 * @throws MoaError `data_invalid` when no line holds a question.
 */
export function readArenaQuestions(
  content: FileContent,
  { source }: Source = {},
): Read<readonly ArenaQuestion[]> {
  const second = arenaVersion(content) === 'v2.0'
  const seen = new Set<string>()
  const { data: records, problems } = readRecords<ArenaQuestion>(content, {
    source,
    what: `an Arena-Hard ${second ? 'v2.0' : 'v0.1'} question`,
    shape: second
      ? { uid: is.text, category: is.text, prompt: is.text }
      : { question_id: is.text, category: is.text, turns: holdsContent },
    id: second ? 'uid' : 'question_id',
    convert: (value, here) => {
      const id = value[second ? 'uid' : 'question_id'] as string
      if (seen.has(id)) {
        here.note('record-duplicate', 'The question id occurs more than once; the first question was kept.')
        return undefined
      }
      seen.add(id)
      const prompt = second ? value['prompt'] : (value['turns'] as { content: string }[])[0]?.content
      return { id, category: value['category'] as string, prompt: prompt as string }
    },
  })
  return { data: records, problems }
}

function holdsContent(value: unknown): boolean {
  return Array.isArray(value) && is.text((value[0] as { content?: unknown } | null | undefined)?.content)
}

const V01_ANSWER: Shape = {
  question_id: is.text,
  model_id: is.text,
  choices: (value) => Array.isArray(value) && holdsContent((value[0] as { turns?: unknown } | null)?.turns),
}
const V2_ANSWER: Shape = { uid: is.text, model: is.text, messages: (value) => answerOf(value) !== undefined }

function answerOf(messages: unknown): string | undefined {
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined
  const answer = (last as { content?: { answer?: unknown } | null } | null | undefined)?.content?.answer
  return typeof answer === 'string' ? answer : undefined
}

/**
 * Reads one model's answers, of either version. Of several answers to a question the last counts.
 * @throws MoaError `data_invalid` when no line holds an answer.
 */
export function readArenaAnswers(
  content: FileContent,
  { source, questions }: Source & { readonly questions?: readonly ArenaQuestion[] } = {},
): Read<readonly ArenaAnswer[]> {
  const second = arenaVersion(content) === 'v2.0'
  const { data: records, problems } = readRecords(content, {
    source,
    what: `an Arena-Hard ${second ? 'v2.0' : 'v0.1'} answer`,
    shape: second ? V2_ANSWER : V01_ANSWER,
    id: second ? 'uid' : 'question_id',
    convert: (value, here) => ({ place: here.place(), answer: second ? v2Answer(value) : v01Answer(value) }),
  })
  const log = new ProblemLog()
  log.merge(problems)
  const answers = new Map<string, ArenaAnswer>()
  for (const { answer, place } of records) {
    if (answers.has(answer.questionId)) {
      log.add('record-duplicate', 'The question is answered more than once; the last answer counts.', place)
    }
    answers.set(answer.questionId, answer)
  }
  if (questions !== undefined) compareWithQuestions(answers, questions, { log, source })
  return { data: [...answers.values()], problems: log.list() }
}

function v01Answer(value: Row): ArenaAnswer {
  const { question_id, model_id, choices, conv_metadata } = value as unknown as V01AnswerRecord
  const turn = choices[0]?.turns[0]
  const tokenLength = turn?.token_len ?? conv_metadata?.token_len
  return {
    questionId: question_id,
    model: model_id,
    text: turn?.content ?? '',
    ...(typeof tokenLength === 'number' && { tokenLength }),
    ...styleOf(conv_metadata),
  }
}

function v2Answer(value: Row): ArenaAnswer {
  const { uid, model, messages, metadata } = value as unknown as V2AnswerRecord
  return {
    questionId: uid,
    model,
    text: answerOf(messages) ?? '',
    ...(typeof metadata?.token_len === 'number' && { tokenLength: metadata.token_len }),
    ...styleOf(metadata),
  }
}

const STYLE: Shape = {
  token_len: is.number,
  header_count: is.object,
  list_count: is.object,
  bold_count: is.object,
}

function styleOf(metadata: StyleMetadata | undefined): { readonly style?: StyleMetadata } {
  const known = is.object(metadata) && misfit(metadata, STYLE) === undefined
  return known ? { style: metadata } : {}
}

function compareWithQuestions(
  answers: ReadonlyMap<string, ArenaAnswer>,
  questions: readonly ArenaQuestion[],
  { log, source }: { readonly log: ProblemLog; readonly source: string | undefined },
): void {
  const place = (id: string): ProblemPlace => ({ ...(source !== undefined && { source }), id })
  const known = new Set(questions.map(({ id }) => id))
  for (const id of answers.keys()) {
    if (!known.has(id)) log.add('id-unknown', 'The question set has no question of this id.', place(id))
  }
  for (const id of known)
    if (!answers.has(id)) log.add('record-missing', 'The question has no answer.', place(id))
}

const isGames = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every(
    (game) => game === null || (is.object(game) && (game['score'] === null || is.text(game['score']))),
  )

/**
 * Reads a v0.1 judgment file, keeping every row.
 * @throws MoaError `data_invalid` when no line holds such a judgment.
 */
export function readV01Judgments(
  content: FileContent,
  { source }: Source = {},
): Read<readonly V01Judgment[]> {
  const { data: records, problems } = readRecords(content, {
    source,
    what: 'an Arena-Hard v0.1 judgment',
    shape: { question_id: is.text, model: is.text, judge: is.text, games: isGames },
    id: 'question_id',
    convert: (value) => value as unknown as V01Judgment,
  })
  return { data: records, problems }
}

/**
 * Reads a v2.0 judgment file, keeping every row.
 * @throws MoaError `data_invalid` when no line holds such a judgment.
 */
export function readV2Judgments(content: FileContent, { source }: Source = {}): Read<readonly V2Judgment[]> {
  const { data: records, problems } = readRecords(content, {
    source,
    what: 'an Arena-Hard v2.0 judgment',
    shape: { uid: is.text, category: is.text, judge: is.text, model: is.text, games: isGames },
    id: 'uid',
    convert: (value) => value as unknown as V2Judgment,
  })
  return { data: records, problems }
}

/**
 * Reads a judgment file of whichever version its first line is.
 * @throws MoaError `data_invalid` when no line holds a judgment of that version.
 */
export function readArenaJudgments(
  content: FileContent,
  options: Source = {},
):
  | ({ readonly version: 'v0.1' } & Read<readonly V01Judgment[]>)
  | ({ readonly version: 'v2.0' } & Read<readonly V2Judgment[]>) {
  const version = arenaVersion(content)
  if (version === 'v0.1') return { version, ...readV01Judgments(content, options) }
  return { version, ...readV2Judgments(content, options) }
}
