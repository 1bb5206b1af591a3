import type { EvalLog } from '../../../harness/eval-log.js'
import { fileName, type ExportFile } from '../../../harness/export-file.js'
import { pandasJson } from '../../../python/pandas-json.js'
import { votesOf } from './judges-results.js'
import { annotationRecords } from './results.js'

/** A run's answers and annotations as the original writes them. */
export function alpacaEvalFiles(log: EvalLog): readonly ExportFile[] {
  const { baseline } = log.record.spec
  const samples = log.samples()
  return log.contestants.flatMap((contestant): ExportFile[] => {
    const outputs = samples.flatMap(({ id, turns, category }) => {
      const output = log.get(contestant, id)?.turns[0]
      const [instruction = ''] = turns
      return output === undefined ? [] : [{ dataset: category, instruction, output, generator: contestant }]
    })
    const name = fileName(contestant)
    const answers = { path: `${name}/model_outputs.json`, text: pandasJson(outputs) }
    if (contestant === baseline) return [answers]
    return [
      answers,
      { path: `${name}/annotations.json`, text: pandasJson(annotationRecords(log, contestant)) },
    ]
  })
}

/** A run's votes as judges' cache files have them, a file for each seed. */
export function alpacaJudgesFiles(log: EvalLog): readonly ExportFile[] {
  return votesOf(log).flatMap(({ name, votes }) => {
    const seeds = [...new Set(votes.map(({ seed }) => seed))].sort((a, b) => a - b)
    return seeds.map((seed): ExportFile => ({
      path: `${fileName(name)}/annotations_seed${seed}_configs.json`,
      text: pandasJson(
        votes
          .filter((vote) => vote.seed === seed)
          .map(({ instruction, output_1, output_2, preference, price, time }) => ({
            instruction,
            output_1,
            output_2,
            annotator: name,
            preference,
            price_per_example: price,
            time_per_example: time,
          })),
      ),
    }))
  })
}
