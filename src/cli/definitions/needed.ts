import type { Command } from 'commander'
import type { AddCommand } from '../program.js'

/** Commands defined in files of their own, by name: where one is asked for, the others are not loaded. */
const ALONE = new Map<string, (add: AddCommand) => Promise<Command>>([
  ['batch', async (add) => (await import('./batch.js')).batch(add)],
  ['cache', async (add) => (await import('./cache.js')).cache(add)],
  ['config', async (add) => (await import('./config.js')).config(add)],
  ['data', async (add) => (await import('./data.js')).data(add)],
  ['eval', async (add) => (await import('./eval.js')).evaluation(add)],
  ['recipes', async (add) => (await import('./recipes.js')).recipes(add)],
  ['replay', async (add) => (await import('./replay.js')).replay(add)],
  ['runs', async (add) => (await import('./runs.js')).runs(add)],
  ['serve', async (add) => (await import('./serve.js')).serve(add)],
  ['sim', async (add) => (await import('./sim.js')).sim(add)],
])

/** The commands a line needs: the one its first word names, else all, for help and for what was probably meant. */
export async function neededCommands(word: string | undefined, add: AddCommand): Promise<Command[]> {
  const alone = word === undefined ? undefined : ALONE.get(word)
  return alone ? [await alone(add)] : (await import('./index.js')).defineCommands(add)
}
