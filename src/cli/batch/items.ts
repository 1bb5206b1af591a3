import { MoaError } from '../../core/errors.js'

/** One thing to answer, with the row it came from. */
export interface BatchItem {
  /** What is asked, turn by turn. */
  readonly turns: readonly string[]
  readonly row: Readonly<Record<string, unknown>>
}

const SHAPES =
  'Expected objects with "instruction" (AlpacaEval), "turns" (MT-Bench), "prompt" or "text", in a JSON array or one on each line.'

/**
 * The items of an input file: a JSON array, one JSON object, or JSON Lines.
 *
 * @param source the file's name, for messages
 * @throws {@link MoaError} `data_invalid` for the first row that can't be asked; nothing is left out
 */
export function readItems(text: string, source: string): readonly BatchItem[] {
  const rows = readRows(text.replace(/^\uFEFF/, ''), source)
  if (rows.length === 0) throw new MoaError('data_invalid', `${source} holds nothing to ask. ${SHAPES}`)
  return rows.map(({ place, value }) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new MoaError('data_invalid', `${place} is not an object. ${SHAPES}`)
    const row = value as Readonly<Record<string, unknown>>
    return { turns: turnsOf(row, place), row }
  })
}

interface Row {
  readonly place: string
  readonly value: unknown
}

function readRows(text: string, source: string): readonly Row[] {
  if (text.trimStart().startsWith('[')) {
    const whole = parse(text)
    if (Array.isArray(whole))
      return whole.map((value: unknown, index) => ({ place: `${source}, item ${index + 1}`, value }))
    throw new MoaError('data_invalid', `${source} is not valid JSON (${(whole as Broken).broken}).`)
  }
  // One object may be spread over several lines.
  const only = parse(text)
  if (!(only instanceof Broken)) return [{ place: source, value: only }]
  return text.split('\n').flatMap((line, index, lines) => {
    if (line.trim() === '') return []
    const place = `${source}, line ${index + 1}`
    const value = parse(line)
    if (!(value instanceof Broken)) return [{ place, value }]
    const cut = index === lines.length - 1 ? ' The file may be cut off: it does not end with a new line.' : ''
    throw new MoaError('data_invalid', `${place} is not valid JSON (${value.broken}).${cut}`)
  })
}

class Broken {
  readonly broken: string

  constructor(broken: string) {
    this.broken = broken
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return new Broken((error as SyntaxError).message)
  }
}

function turnsOf(row: Readonly<Record<string, unknown>>, place: string): readonly string[] {
  const { turns } = row
  if (turns !== undefined) {
    const texts = Array.isArray(turns) ? turns.map(turnText) : []
    if (texts.length > 0 && texts.every((text) => isQuestion(text))) return texts
    throw new MoaError('data_invalid', `${place}: "turns" should be a list of questions, none of them empty.`)
  }
  const field = ['instruction', 'prompt', 'text'].find((name) => row[name] !== undefined)
  if (field === undefined) throw new MoaError('data_invalid', `${place} asks nothing. ${SHAPES}`)
  const question = row[field]
  if (!isQuestion(question))
    throw new MoaError('data_invalid', `${place}: "${field}" should be a text that is not empty.`)
  return [question]
}

/** A turn is a text, or an object that holds one, as Arena-Hard writes it. */
function turnText(turn: unknown): unknown {
  return typeof turn === 'object' && turn !== null && 'content' in turn ? turn.content : turn
}

function isQuestion(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}
