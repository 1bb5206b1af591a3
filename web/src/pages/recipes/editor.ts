import { computed, signal } from '@preact/signals'
import type { RecipeCheck, RecipeDocument, RecipeList } from '../../../../src/cli/ui/recipes/types.js'
import { api, messageOf } from '../../api/client.js'
import { readText } from './text.js'

/** How long typing has to pause before the gateway is asked. */
const PAUSE_MS = 250

/** All recipes; `undefined` until they are there. */
export const list = signal<RecipeList | undefined>(undefined)
/** The recipe that is open, as the gateway has it; absent for one that is new. */
export const stored = signal<RecipeDocument | undefined>(undefined)
/** Name of the recipe that is open. */
export const name = signal<string | undefined>(undefined)
/** Its text as it is being written. */
export const text = signal('')
export const check = signal<RecipeCheck | undefined>(undefined)
export const checking = signal(false)
/** What went wrong with the last thing that was asked for. */
export const problem = signal<string | undefined>(undefined)
export const savedTo = signal<string | undefined>(undefined)

export const value = computed(() => readText(text.value))
export const writable = computed(() => list.value?.write.allowed === true)
export const dirty = computed(() => name.value !== undefined && text.value !== stored.value?.text)

let timer: ReturnType<typeof setTimeout> | undefined
let asked: AbortController | undefined
/** The recipe that was asked for last: what arrives for another is not shown. */
let awaited: string | undefined

export async function loadList(): Promise<void> {
  await told(async () => {
    list.value = await api.get<RecipeList>('recipes')
  })
}

/** Opens a recipe of the gateway. */
export async function openRecipe(wanted: string): Promise<void> {
  awaited = wanted
  if (name.value === wanted && stored.value !== undefined) return
  await told(async () => {
    const found = await api.get<RecipeDocument>(address(wanted))
    if (awaited === wanted) show(found)
  })
}

/** Begins a recipe that nobody has yet. */
export function beginRecipe(wanted: string, body: string): void {
  awaited = wanted
  stored.value = undefined
  name.value = wanted
  write(body)
}

export function closeRecipe(): void {
  stop()
  awaited = undefined
  stored.value = undefined
  name.value = undefined
  text.value = ''
  check.value = undefined
  problem.value = undefined
  savedTo.value = undefined
}

/** Takes a new text over and has it looked at. */
export function write(next: string): void {
  text.value = next
  savedTo.value = undefined
  problem.value = undefined
  stop()
  checking.value = true
  timer = setTimeout(() => void look(), PAUSE_MS)
}

/** The text as the gateway has it. */
export function revert(): void {
  if (stored.value) show(stored.value)
}

/** Loads what the file says now; what was changed here is lost. */
export async function reload(): Promise<void> {
  const wanted = name.value
  stored.value = undefined
  if (wanted !== undefined) await openRecipe(wanted)
}

export async function save(): Promise<void> {
  const wanted = name.value
  if (wanted === undefined) return
  stop()
  await told(async () => {
    const version = stored.value?.version
    const sent = text.value
    const body = { text: sent, ...(version !== undefined && { version }) }
    const after = await api.put<RecipeDocument>(address(wanted), body)
    if (name.value === wanted) {
      const typed = text.value
      show(after)
      if (typed === sent) savedTo.value = after.file
      else write(typed) // Changed while it was being saved: that is the next version.
    } else await catchUp()
    await loadList()
  })
}

/** Takes the open recipe out of the configuration. @returns whether it is gone and nobody has opened another meanwhile */
export async function remove(): Promise<boolean> {
  const { name: wanted, version = '' } = stored.value ?? {}
  if (wanted === undefined) return false
  let leave = false
  await told(async () => {
    await api.delete(`${address(wanted)}?version=${encodeURIComponent(version)}`)
    leave = awaited === wanted
    if (leave) closeRecipe()
    else void catchUp()
    // Whoever waits for this goes on at once: by the time the list is there, something else may be open.
    void loadList()
  })
  return leave
}

/** The recipe that is open stands in a file that was changed for another one from here: its text is as current as before. */
async function catchUp(): Promise<void> {
  const open = stored.value
  if (open === undefined) return
  await told(async () => {
    const { text: now, version } = await api.get<RecipeDocument>(address(open.name))
    if (stored.value === open && now === open.text && version !== undefined)
      stored.value = { ...open, version }
  })
}

async function look(): Promise<void> {
  const wanted = name.value
  if (wanted === undefined) return
  const own = (asked = new AbortController())
  try {
    const found = await api.post<RecipeCheck>(`${address(wanted)}/check`, { text: text.value }, own)
    if (own.signal.aborted) return
    // What it came to before is shown until there is something new.
    check.value = found.outline || !check.value?.outline ? found : { ...found, outline: check.value.outline }
  } catch (error) {
    if (!own.signal.aborted) problem.value = messageOf(error)
  } finally {
    if (asked === own) checking.value = false
  }
}

function show(document: RecipeDocument): void {
  stop()
  stored.value = document
  name.value = document.name
  text.value = document.text
  check.value = document.check
  problem.value = undefined
  savedTo.value = undefined
}

function stop(): void {
  clearTimeout(timer)
  asked?.abort()
  checking.value = false
}

async function told(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    problem.value = messageOf(error)
  }
}

const address = (recipe: string): string => `recipes/${encodeURIComponent(recipe)}`
