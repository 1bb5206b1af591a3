import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Source } from './source.js'

/**
 * Runs a configuration written in TypeScript or JavaScript and takes what it exports as default. `${NAME}` has no
 * meaning in it: the language reads the environment itself.
 *
 * @throws whatever the file throws
 */
export async function loadModule(file: string): Promise<Source> {
  const run = /\.m?ts$/.test(file) ? importTypeScript : importJavaScript
  const exported = await run(file)
  return { file, value: defaultOf(exported), place: () => undefined }
}

const importJavaScript = (file: string): Promise<unknown> => import(pathToFileURL(file).href)

async function importTypeScript(file: string): Promise<unknown> {
  const { createJiti } = await import('jiti')
  // The package is found from wherever the file is, also when it is installed elsewhere or globally.
  const index = fileURLToPath(new URL('../index.js', import.meta.url))
  const jiti = createJiti(import.meta.url, {
    alias: { 'mixture-of-agents': index },
    fsCache: false,
    moduleCache: false,
  })
  return jiti.import(file)
}

function defaultOf(exported: unknown): unknown {
  const module = exported as { default?: unknown }
  return module.default ?? module
}
