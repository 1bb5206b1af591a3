import type { Invocation } from '../program.js'
import { ask, type AskOptions } from './ask.js'

const SAMPLE_QUESTION = 'What are some fun things to do in SF?'

/** `moa start`: shows the main job to somebody who has just installed the package. */
export async function start(invocation: Invocation<AskOptions>): Promise<void> {
  const args = invocation.args.length > 0 ? invocation.args : [SAMPLE_QUESTION]
  if (invocation.args.length === 0) invocation.shell.note(`> ${SAMPLE_QUESTION}`)
  // Whatever npm is run from may leave an input open that has nothing to say.
  await ask({ ...invocation, args, options: { ...invocation.options, stdin: false } })
}
