import type { Invocation } from '../program.js'
import type { AskOptions } from './ask.js'

/** `moa start`: serves models to somebody who has just installed the package, or answers the question given. */
export async function start(invocation: Invocation<AskOptions & { readonly port?: number }>): Promise<void> {
  const { args, options } = invocation
  if (args.length === 0) {
    const { serve } = await import('./serve.js')
    const { port, config } = options
    const given = { ...(port !== undefined && { port }), ...(config !== undefined && { config }) }
    return serve({ ...invocation, options: given })
  }
  const { ask } = await import('./ask.js')
  // Whatever npm is run from may leave an input open that has nothing to say.
  return ask({ ...invocation, options: { ...options, stdin: false } })
}
