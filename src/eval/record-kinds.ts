/** Fields that give a known record away, most telling first. */
const KINDS: readonly (readonly [what: string, fields: readonly string[]])[] = [
  ['an MT-Bench pairwise judgment', ['question_id', 'model_1', 'model_2', 'g1_winner', 'g2_winner']],
  ['an MT-Bench vote', ['question_id', 'model_a', 'model_b', 'winner', 'turn']],
  ['an MT-Bench single judgment', ['question_id', 'model', 'score', 'turn']],
  ['an MT-Bench judge prompt', ['name', 'system_prompt', 'prompt_template']],
  ['an Arena-Hard v2.0 judgment', ['uid', 'model', 'games']],
  ['an Arena-Hard v0.1 judgment', ['question_id', 'model', 'games']],
  ['an Arena-Hard v2.0 answer', ['uid', 'model', 'messages']],
  ['an Arena-Hard v2.0 question', ['uid', 'category', 'prompt']],
  ['a FLASK review', ['score', 'review']],
  ['a FLASK instance', ['idx', 'instruction', 'skill']],
  ['a FLASK instance', ['question_id', 'text', 'metrics']],
  ['a FLASK answer', ['question_id', 'text']],
  ['an AlpacaEval annotation', ['instruction', 'preference']],
  ['an AlpacaEval output', ['instruction', 'output']],
  ['an Arena-Hard v0.1 question', ['question_id', 'cluster', 'turns']],
  ['an MT-Bench question', ['question_id', 'category', 'turns']],
]

/** What a record of a benchmark file seems to be, with its article; `undefined` when nothing gives it away. */
export function describeRecord(value: Readonly<Record<string, unknown>>): string | undefined {
  if ('question_id' in value && Array.isArray(value['choices'])) return describeAnswer(value['choices'])
  for (const [what, fields] of KINDS) {
    if (fields.every((field) => field in value)) return what
  }
  return undefined
}

/** MT-Bench writes an answer's turns as texts, Arena-Hard v0.1 as objects. */
function describeAnswer(choices: readonly unknown[]): string {
  const turn = (choices[0] as { turns?: unknown[] } | null | undefined)?.turns?.[0]
  return typeof turn === 'string' ? 'an MT-Bench answer' : 'an Arena-Hard v0.1 answer'
}
