import { MoaError } from '../../../core/errors.js'
import { contentText, type FileContent, type Here, is, misfit, readRecords } from '../../jsonl.js'
import { ProblemLog, type ProblemPlace, type Read } from '../../problems.js'
import { parseFlaskReview } from './parse.js'
import type { FlaskAnswer, FlaskInstance, FlaskPrompt, FlaskReview, FlaskRubric } from './records.js'

interface Source {
  /** The file's name, for problems and errors. */
  readonly source?: string
}

type Row = Readonly<Record<string, unknown>>

/** A row of either generation under the names of the final release. */
interface Renamed {
  readonly idx: number
  readonly instruction: unknown
  readonly skill: unknown
  readonly domain: unknown
  readonly difficulty: unknown
  readonly answer: unknown
  readonly text: unknown
  readonly score: unknown
  readonly review: unknown
  readonly row: Row
}

/** The first release's labels win where both names stand, as in rows converted for the published scripts. */
function rename(row: Row): Row & Renamed {
  return {
    idx: (row['idx'] ?? row['question_id']) as number,
    instruction: row['instruction'] ?? row['text'],
    skill: row['skill'] ?? row['metrics'],
    domain: row['domain_labeled'] ?? row['domain'],
    difficulty: row['difficulty_labeled'] ?? row['difficulty'],
    answer: row['answer'],
    text: row['text'],
    score: row['score'],
    review: row['review'],
    row,
  }
}

/** Labels are texts; a failed one is the number -1 in some rows. */
const label = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
const labels = (value: unknown): readonly string[] => (Array.isArray(value) ? value : [value]).map(label)

/**
 * Reads an evaluation set of either generation. Of instances with the same id the first is kept.
 * @throws MoaError `data_invalid` when no line holds an instance.
 */
export function readFlaskInstances(
  content: FileContent,
  { source }: Source = {},
): Read<readonly FlaskInstance[]> {
  const seen = new Set<number>()
  const { data: records, problems } = readRecords<FlaskInstance>(content, {
    source,
    what: 'a FLASK instance',
    rename,
    shape: {
      idx: is.number,
      instruction: is.text,
      answer: is.text,
      skill: is.texts,
      domain: is.array,
      difficulty: is.id,
    },
    id: 'idx',
    convert: (value, here) => {
      const { idx, instruction, skill, domain, difficulty } = value as unknown as Renamed
      if (isRepeated(idx, seen, here)) return undefined
      return {
        id: idx,
        instruction: instruction as string,
        answer: value['answer'] as string,
        skills: skill as string[],
        domains: labels(domain),
        difficulty: label(difficulty),
        row: value['row'] as Row,
      }
    },
  })
  return { data: records, problems }
}

function isRepeated(id: number, seen: Set<number>, here: Here): boolean {
  if (seen.has(id)) here.note('record-duplicate', 'The id occurs more than once; the first row was kept.')
  const repeated = seen.has(id)
  seen.add(id)
  return repeated
}

/**
 * Reads a model's answers into a map by instance id; of several the first counts, as published. Answers are joined
 * by id, never by position.
 * @throws MoaError `data_invalid` when no line holds an answer.
 */
export function readFlaskAnswers(
  content: FileContent,
  { source, instances }: Source & { readonly instances?: readonly FlaskInstance[] } = {},
): Read<ReadonlyMap<number, string>> {
  const seen = new Set<number>()
  const { data: records, problems } = readRecords<FlaskAnswer>(content, {
    source,
    what: 'a FLASK answer',
    shape: { question_id: is.number, text: is.text },
    id: 'question_id',
    convert: (value, here) => {
      const answer = value as unknown as FlaskAnswer
      return isRepeated(answer.question_id, seen, here) ? undefined : answer
    },
  })
  const log = new ProblemLog()
  log.merge(problems)
  const answers = new Map(records.map((answer) => [answer.question_id, answer.text]))
  if (instances !== undefined) {
    const ids = new Set(instances.map(({ id }) => id))
    const place = (id: number): ProblemPlace => ({ ...(source !== undefined && { source }), id: String(id) })
    for (const id of answers.keys()) {
      if (!ids.has(id)) log.add('id-unknown', 'The evaluation set has no instance of this id.', place(id))
    }
    for (const id of ids)
      if (!answers.has(id)) log.add('record-missing', 'The instance has no answer.', place(id))
  }
  return { data: answers, problems: log.list() }
}

/**
 * Reads a review file of either generation, keeping every row. A row without a usable `score` is scored from its
 * `review` text.
 * @throws MoaError `data_invalid` when no line holds a review.
 */
export function readFlaskReviews(
  content: FileContent,
  { source }: Source = {},
): Read<readonly FlaskReview[]> {
  const { data: records, problems } = readRecords<FlaskReview>(content, {
    source,
    what: 'a FLASK review',
    rename,
    shape: { idx: is.number, score: (value) => value !== undefined && typeof value !== 'number' },
    id: 'idx',
    convert: (value, here) => {
      const { idx, instruction, skill, domain, difficulty } = value as unknown as Renamed
      return {
        id: idx,
        score: scoresOf(value, here),
        ...(typeof instruction === 'string' && { instruction }),
        ...(skill !== undefined && { skills: labels(skill) }),
        ...(domain !== undefined && { domains: labels(domain) }),
        ...(difficulty !== undefined && { difficulty: label(difficulty) }),
      }
    },
  })
  return { data: records, problems }
}

function scoresOf(value: Row, here: Here): FlaskReview['score'] {
  const { score, review } = value as unknown as Renamed
  if (is.object(score)) return score
  here.note('value-unusable', 'The score is not a dictionary; the review text was read again.')
  return typeof review === 'string' ? parseFlaskReview(review).score : {}
}

/**
 * Reads the judge's `prompt.jsonl`.
 * @throws MoaError `data_invalid` when no line holds a prompt.
 */
export function readFlaskPrompts(
  content: FileContent,
  { source }: Source = {},
): Read<readonly FlaskPrompt[]> {
  const { data: records, problems } = readRecords(content, {
    source,
    what: 'a FLASK judge prompt',
    shape: { prompt_id: is.number, system_prompt: is.text, prompt_template: is.text, defaults: is.object },
    id: 'prompt_id',
    convert: (value) => value as unknown as FlaskPrompt,
  })
  return { data: records, problems }
}

/**
 * Reads `skillset_description.json`.
 * @throws MoaError `data_invalid` when it isn't a list of rubrics.
 */
export function readFlaskRubrics(
  content: FileContent,
  { source = 'The rubric file' }: Source = {},
): readonly FlaskRubric[] {
  const shape = { Skill: is.text, Criteria: is.text, Scoring: is.object }
  let value: unknown
  try {
    value = JSON.parse(contentText(content))
  } catch (cause) {
    throw new MoaError(
      'data_invalid',
      `${source} is not valid JSON; give FLASK's skillset_description.json.`,
      { cause },
    )
  }
  if (
    Array.isArray(value) &&
    value.every((rubric) => is.object(rubric) && misfit(rubric, shape) === undefined)
  ) {
    return value as FlaskRubric[]
  }
  throw new MoaError(
    'data_invalid',
    `${source} is not a list of rubrics with Skill, Criteria and Scoring; give FLASK's skillset_description.json.`,
  )
}
