import { autocompleteMultiselect, isCancel, select } from '@clack/prompts'
import { MoaError } from '../../core/errors.js'
import { ownRecipes } from '../../engine/shipped.js'
import { compile } from '../../engine/plan.js'
import type { Choices } from './config-text.js'

/** What a question of clack's comes to; leaving it is an interrupt. */
function given<T>(value: T): Exclude<T, symbol> {
  if (isCancel(value)) throw new MoaError('aborted', 'Nothing was written.')
  return value as Exclude<T, symbol>
}

/** Asks for proposers, aggregator and default recipe. */
export async function chooseByHand(
  models: readonly string[],
  suggested: readonly string[],
): Promise<Choices> {
  const options = models.map((model) => ({ value: model, label: model }))
  const chosen = given(
    await autocompleteMultiselect({
      message: 'Proposers: models that each write a proposal (type to search, Tab or Space selects)',
      options,
      initialValues: [...suggested],
      required: true,
      maxItems: 12,
    }),
  )
  const proposers = [
    ...suggested.filter((model) => chosen.includes(model)),
    ...chosen.filter((model) => !suggested.includes(model)),
  ]
  const aggregator = given(
    await select({
      message: 'Aggregator: the model that writes the answer from their proposals',
      options: proposers.map((model) => ({ value: model, label: model })),
      initialValue: proposers[0] as string,
      maxItems: 12,
    }),
  )
  const recipes = ownRecipes({ proposers, aggregator })
  const defaultRecipe = given(
    await select({
      message: 'Recipe that answers when none is named',
      options: ['moa-lite', 'moa', 'self-moa'].map((name) => {
        const { calls, description } = compile(recipes[name] ?? {}, name)
        return { value: name, label: `${name} (${calls} calls)`, hint: description }
      }),
      initialValue: 'moa-lite',
    }),
  )
  return { proposers, aggregator, defaultRecipe }
}
