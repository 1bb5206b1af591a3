import type { Sample } from '../../../harness/benchmark.js'
import type { RecordedTurns } from '../../../harness/contestant.js'
import type { ModelOutputs } from '../types.js'

/** A sample for each row of the evaluation set; ids are places in it, from 0. */
export function samplesOf(evaluationSet: ModelOutputs): readonly Sample[] {
  return evaluationSet.outputs.map(({ instruction, dataset }, place) => ({
    id: String(place),
    turns: [instruction],
    ...(dataset !== undefined && { category: dataset }),
  }))
}

/** Recorded outputs by sample: the row at the sample's place where it is the same instruction, else the first such row. */
export function recordedTurns(outputs: ModelOutputs, samples: readonly Sample[]): RecordedTurns {
  const byInstruction = new Map<string, string>()
  for (const { instruction, output } of outputs.outputs)
    if (!byInstruction.has(instruction)) byInstruction.set(instruction, output)
  const turns = new Map<string, readonly string[]>()
  for (const [place, { id, turns: asked }] of samples.entries()) {
    const instruction = asked[0] ?? ''
    const row = outputs.outputs[place]
    const output = row?.instruction === instruction ? row.output : byInstruction.get(instruction)
    if (output !== undefined) turns.set(id, [output])
  }
  return turns
}
