import { writeJsonl } from '../../jsonl.js'
import type { MtBenchAnswer } from './records.js'

/**
 * An answer file as the published script leaves it: sorted by question id, of several answers to a question the
 * last.
 */
export function writeMtBenchAnswers(answers: Iterable<MtBenchAnswer>): string {
  const last = new Map<number, MtBenchAnswer>()
  for (const answer of answers) last.set(answer.question_id, answer)
  return writeJsonl([...last.values()].sort((a, b) => a.question_id - b.question_id))
}
