import { OWN_RECIPE_NAMES } from '../../config/recipes.js'
import type { Plan, PlanSlot, PlanStage } from '../../engine/plan.js'
import { INHERITABLE } from '../../engine/recipe.js'
import { tellWarnings } from '../notices.js'
import type { Invocation } from '../program.js'
import { oneLine } from '../terminal/sanitize.js'
import { stageName } from '../view/stage-name.js'
import { table, tableWidth } from '../view/table.js'
import { openWorkspace, type Workspace } from '../workspace/open.js'
import { problemOf } from '../workspace/problem-of.js'

export interface RecipesOptions {
  readonly json?: boolean
  readonly names?: boolean
  readonly config?: string
}

/** `moa recipes list` */
export async function listRecipes({ shell, options }: Invocation<RecipesOptions>): Promise<void> {
  await withWorkspace({ shell, config: options.config }, async (workspace) => {
    const { book, defaultRecipe, settings } = workspace
    const names = book.names()
    if (options.names) return shell.write(names.map((name) => `${name}\n`).join(''))
    tellWarnings(workspace, shell)
    const listed = names.map((name) => {
      const { calls, depth, mode, description, hash } = book.plan(name)
      const source = settings.writtenRecipes.includes(name) ? 'configuration' : 'shipped'
      return { name, default: name === defaultRecipe, source, mode, calls, depth, description, hash }
    })
    if (options.json) return shell.write(`${JSON.stringify(listed, null, 2)}\n`)
    const rows = listed.map((recipe) => [
      `${recipe.name}${recipe.default ? ' *' : ''}`,
      String(recipe.calls),
      String(recipe.depth),
      oneLine(recipe.description),
    ])
    const { styled } = shell.stdout
    const width = tableWidth(shell.stdout)
    const heads = ['recipe', 'calls', 'depth', 'what']
    const text = table({ heads, rows, width, optional: [2, 1], prose: true, styled, wholeNames: true })
    await shell.write(text)
    shell.note('* answers when no recipe is named')
    if (workspace.own === undefined)
      shell.note(`Not here yet, since they are made of your own models: ${OWN_RECIPE_NAMES.join(', ')}.`)
  })
}

/** `moa recipes show NAME` */
export async function showRecipe({ shell, args, options }: Invocation<RecipesOptions>): Promise<void> {
  const [name = ''] = args
  await withWorkspace({ shell, config: options.config, recipe: name }, async ({ book }) => {
    const plan = book.plan(name)
    await shell.write(options.json ? `${JSON.stringify(plan, null, 2)}\n` : describe(plan))
  })
}

/** `moa recipes check [NAME…]`: everything that can be found out without a call. */
export async function checkRecipes({
  shell,
  args,
  options,
  exitWith,
}: Invocation<RecipesOptions>): Promise<void> {
  await withWorkspace({ shell, config: options.config }, async (workspace) => {
    tellWarnings(workspace, shell)
    const { settings, own } = workspace
    const made = own ? OWN_RECIPE_NAMES : []
    const names = args.length > 0 ? args : [...settings.writtenRecipes, ...made]
    let broken = 0
    for (const name of names) {
      const problem = await problemOf(workspace, name)
      if (problem !== undefined) broken += 1
      await shell.write(
        `${problem === undefined ? '✓' : '✗'} ${name}${problem === undefined ? '' : `: ${problem}`}\n`,
      )
    }
    if (names.length === 0) shell.note('Your configuration has no recipe to check; name one to check it.')
    if (broken > 0) exitWith(2)
  })
}

async function withWorkspace(
  {
    shell,
    config,
    recipe,
  }: { shell: Invocation<unknown>['shell']; config: string | undefined; recipe?: string },
  use: (workspace: Workspace) => Promise<void>,
): Promise<void> {
  const workspace = await openWorkspace({ config })
  try {
    await workspace.prepare(recipe, shell.signal)
    await use(workspace)
  } finally {
    await workspace.close()
  }
}

/** A plan for people: who is asked when, and with what settings. */
function describe(plan: Plan): string {
  const lines = [`${plan.name}: ${plan.description}`.replace(/: $/, ''), '']
  lines.push(
    `${plan.calls} calls, ${plan.depth} of them one after another; mode ${plan.mode}; hash ${plan.hash.slice(0, 12)}`,
  )
  if (plan.inherit.length > 0) lines.push(`proposers take from the request: ${plan.inherit.join(', ')}`)
  const kinds = plan.stages.map(({ kind }) => kind)
  for (const [index, stage] of plan.stages.entries()) {
    lines.push('', stageName(kinds, index))
    for (const slot of stage.slots) {
      const standby = standsBy(stage) && slot.ref.index > 0 ? ' (stands by)' : ''
      lines.push(`  ${oneLine(slot.ref.name)}${standby}${settingsOf(slot)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

const standsBy = (stage: PlanStage): boolean =>
  stage.kind !== 'propose' && !(stage.kind === 'rank' && stage.by === 'peers')

const LIMITS = ['contextTokens', 'timeoutMs', 'firstTokenTimeoutMs', 'stallTimeoutMs'] as const

function settingsOf({ slot, ref }: PlanSlot): string {
  const facts = [...INHERITABLE, ...LIMITS].flatMap((field) =>
    slot[field] === undefined ? [] : [`${field} ${JSON.stringify(slot[field])}`],
  )
  if (slot.name !== undefined && !ref.name.startsWith(slot.model)) facts.unshift(slot.model)
  if (slot.system !== undefined) facts.push('own system prompt')
  if (slot.pinned === true) facts.push('pinned')
  return facts.length === 0 ? '' : `: ${facts.join(', ')}`
}
