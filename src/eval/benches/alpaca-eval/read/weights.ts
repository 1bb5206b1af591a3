import { NOTES } from '../notes.js'
import { ProblemLog, type Read } from '../../../problems.js'
import type { LengthControlWeights } from '../types.js'
import { readCsv, requireNumber, writeCsv } from '../../../csv.js'

/** The official names of the weights. */
export const WEIGHT_COLUMNS = {
  length: 'np.tanh(std_delta_len)',
  difficulty: 'instruction_difficulty',
  model: 'not_gamed_baseline.astype(float)',
} as const satisfies Record<keyof LengthControlWeights, string>

/** Stored weights by model name, in the file's order. */
export type WeightTable = ReadonlyMap<string, LengthControlWeights>

/**
 * Reads the weights of length-controlled fits; a model's last row counts.
 *
 * @throws MoaError `data_invalid` for missing columns or cells that are no numbers.
 */
export function readWeights(text: string, source: string): Read<WeightTable> {
  const table = readCsv(text, { source, needs: Object.values(WEIGHT_COLUMNS) })
  const log = new ProblemLog()
  const weights = new Map<string, LengthControlWeights>()
  for (const row of table.rows) {
    const model = row.cells[0] ?? ''
    if (weights.has(model)) log.add(...NOTES.repeatedName, { source, line: row.line, id: model })
    weights.set(model, {
      length: requireNumber(table, row, WEIGHT_COLUMNS.length),
      difficulty: requireNumber(table, row, WEIGHT_COLUMNS.difficulty),
      model: requireNumber(table, row, WEIGHT_COLUMNS.model),
    })
  }
  return { data: weights, problems: log.list() }
}

/** Writes weights as the original does, with 16 decimals. */
export function writeWeights(weights: WeightTable): string {
  const rows = [...weights].map(([model, { length, difficulty, model: own }]) => [
    model,
    ...[length, difficulty, own].map((value) => value.toFixed(16)),
  ])
  return writeCsv([['', ...Object.values(WEIGHT_COLUMNS)], ...rows])
}
