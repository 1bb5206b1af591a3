import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { extname } from 'node:path'
import { MoaError } from '../../core/errors.js'
import type { Answer, EvalLog, Sample } from '../../eval/harness/index.js'
import { writeReason } from '../../util/file-reason.js'
import type { BatchItem } from './items.js'

export interface OutputOptions {
  readonly path: string
  readonly items: readonly BatchItem[]
  /** What the outputs are signed with. */
  readonly generator: string
  /** Tokens, cost, time and shortcomings with every output. */
  readonly details: boolean
}

/**
 * Writes all answers there are, in the order of the input, as `model_outputs`: a JSON array, or lines when the file is
 * called `.jsonl`. The file appears whole or not at all.
 *
 * @returns how many answers were written
 * @throws {@link MoaError} `file_unreadable`
 */
export function writeOutputs(log: EvalLog, { path, items, generator, details }: OutputOptions): number {
  const rows = log.samples().flatMap((sample, index) => {
    const answer = log.get(generator, sample.id)
    if (answer === undefined) return []
    return [outputRow({ sample, answer, row: items[index]?.row ?? {}, details })]
  })
  const lines = extname(path) === '.jsonl'
  const text = lines
    ? rows.map((row) => `${JSON.stringify(row)}\n`).join('')
    : `${JSON.stringify(rows, null, 2)}\n`
  const temporary = `${path}.writing`
  try {
    writeFileSync(temporary, text)
    renameSync(temporary, path)
  } catch (error) {
    throw new MoaError('file_unreadable', `Cannot write ${path}: ${writeReason(error)}.`, { cause: error })
  }
  return rows.length
}

/**
 * Refuses to overwrite what somebody paid for. What an unfinished batch has written is its own to complete.
 *
 * @throws {@link MoaError} `usage`
 */
export function checkOutput(
  path: string,
  { overwrite, journal }: { overwrite: boolean; journal: string },
): void {
  if (overwrite || !existsSync(path) || existsSync(journal)) return
  throw new MoaError('usage', `${path} is there already; give --overwrite to replace it, or another name.`)
}

function outputRow(from: {
  readonly sample: Sample
  readonly answer: Answer
  readonly row: Readonly<Record<string, unknown>>
  readonly details: boolean
}): Readonly<Record<string, unknown>> {
  const { sample, answer, row, details } = from
  const { instruction: _, output: __, generator: ___, ...kept } = row
  const [instruction] = sample.turns
  const [output] = answer.turns
  return {
    instruction,
    output,
    generator: answer.contestant,
    ...kept,
    // Of several turns `instruction` and `output` are the first; here are all.
    ...(sample.turns.length > 1 && { outputs: answer.turns }),
    ...(details && {
      finish_reasons: answer.finishReasons,
      usage: { input_tokens: answer.usage.inputTokens, output_tokens: answer.usage.outputTokens },
      cost_usd: answer.costUsd,
      unpriced_calls: answer.unpricedCalls,
      seconds: answer.seconds,
      calls: answer.calls,
      degraded: answer.degraded,
    }),
  }
}
