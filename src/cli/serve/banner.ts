import type { Listening } from '../../gateway/index.js'
import { warn } from '../notices.js'
import type { Shell } from '../shell.js'
import type { KeyPlace } from './key-place.js'
import type { Served } from './served.js'

/** Tells what is served and how to ask for it. */
export function tellServed(
  { workspace, catalog }: Served,
  {
    shell,
    listening,
    keys,
    ui,
  }: { shell: Shell; listening: Listening; keys: KeyPlace | undefined; ui: boolean },
): void {
  const note = (line: string): void => shell.note(line)
  const recipes = catalog.entries.filter(({ kind }) => kind === 'recipe').map(({ id }) => id)
  const models = catalog.entries.length - recipes.length
  const { files } = workspace.settings
  note(`Configuration: ${files.length === 0 ? 'none; keys of the environment' : files.join(', ')}`)
  note(`Recipes: ${recipes.length === 0 ? 'none' : recipes.join(', ')}; single models: ${models}`)
  if (workspace.simulated(workspace.defaultRecipe))
    warn(
      shell,
      `SIMULATED: ${workspace.defaultRecipe} is made of simulated models; no answer of it is real. Set a key such as OPENAI_API_KEY, start a local server such as Ollama, or run \`moa init\`.`,
    )
  note(
    keys === undefined
      ? 'Keys: none needed; `moa keys create NAME` makes one, and from then on the gateway asks for it.'
      : `Keys: needed (${keys.name})`,
  )
  const base = `${listening.url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')}`
  const [model = 'provider/model'] = [workspace.defaultRecipe, ...recipes].filter((id) =>
    catalog.entries.some((entry) => entry.id === id),
  )
  if (ui) note(`\nWeb interface: ${base}/`)
  note(`${ui ? '' : '\n'}OpenAI base URL ${base}/v1, Anthropic base URL ${base}. Try:\n`)
  note(curlLine(base, model, keys !== undefined))
}

function curlLine(base: string, model: string, withKey: boolean): string {
  const body = JSON.stringify({
    model,
    messages: [{ role: 'user', content: 'What are some fun things to do in SF?' }],
  })
  const auth = withKey ? `-H "authorization: Bearer $MOA_KEY" ` : ''
  return `  curl ${base}/v1/chat/completions -H 'content-type: application/json' ${auth}-d '${body}'\n`
}
