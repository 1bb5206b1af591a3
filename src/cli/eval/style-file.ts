import { MoaError } from '../../core/errors.js'
import type { ArenaAnswer, StyleMetadata } from '../../eval/benches/arena-hard/records.js'
import { is, misfit, type Shape } from '../../eval/jsonl.js'
import { readDataText } from './data-file.js'

const METADATA: Shape = {
  token_len: is.number,
  header_count: is.object,
  list_count: is.object,
  bold_count: is.object,
}

/**
 * Reads the style of answers without the answers: `{ model: { question: metadata } }`, metadata as Arena-Hard's answer
 * files hold it.
 *
 * @throws {@link MoaError} `file_unreadable`, `data_invalid`
 */
export async function readStyleFile(file: string): Promise<ArenaAnswer[]> {
  const wrong = (where: string): MoaError =>
    new MoaError(
      'data_invalid',
      `${file}: expected { model: { question: { token_len, header_count, list_count, bold_count } } }, but ${where} is something else.`,
    )
  let value: unknown
  try {
    value = JSON.parse(await readDataText(file))
  } catch (error) {
    if (error instanceof MoaError) throw error
    throw wrong('the file, which is no JSON,')
  }
  if (!is.object(value)) throw wrong('the file')
  return Object.entries(value).flatMap(([model, questions]) => {
    if (!is.object(questions)) throw wrong(`"${model}"`)
    return Object.entries(questions).map(([questionId, style]): ArenaAnswer => {
      if (!is.object(style) || misfit(style, METADATA) !== undefined)
        throw wrong(`"${model}", question ${questionId},`)
      const { token_len } = style as unknown as StyleMetadata
      return { questionId, model, text: '', tokenLength: token_len, style: style as unknown as StyleMetadata }
    })
  })
}
