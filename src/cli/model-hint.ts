import { MoaError } from '../core/errors.js'
import { didYouMean } from '../util/suggest.js'
import type { Selection } from './select.js'
import type { Workspace } from './workspace/open.js'

/** Longer nobody waits for a hint. */
const PATIENCE_MS = 3_000

/**
 * To the error of a single model that its provider does not know, adds what may have been meant. Any other error is
 * returned as it is.
 */
export async function withModelHint(
  error: unknown,
  { workspace, selection, signal }: { workspace: Workspace; selection: Selection; signal: AbortSignal },
): Promise<unknown> {
  if (!(error instanceof MoaError) || error.code !== 'upstream_model_not_found' || selection.plan)
    return error
  const address = workspace.settings.models[selection.name] ?? selection.name
  const [provider = '', ...rest] = address.split('/')
  const known = await workspace.providers
    .listModels(provider, { signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) })
    .catch(() => []) // Without a list there is no hint, and the error itself is what matters.
  const hint = didYouMean(
    rest.join('/'),
    known.map(({ id }) => id),
  )
  return new MoaError(error.code, `${error.message}${hint} \`moa models ${provider}\` lists what there is.`, {
    cause: error,
    status: error.status,
  })
}
