import type { LanguageModelV3 } from '@ai-sdk/provider'
import { languageModel, type LanguageModelOptions } from './ai-sdk/language-model.js'
import { foreignModel } from './ai-sdk/foreign-model.js'
import { isForeignModel, type ForeignModel } from './ai-sdk/foreign.js'
import type { Model } from './core/model.js'
import type { RecipeInput, SlotInput, StageInput } from './engine/recipe.js'
import { mixture, type MixtureOptions } from './mixture.js'

export {
  foreignModel as fromLanguageModel,
  isForeignModel as isLanguageModel,
  languageModel as toLanguageModel,
}
export type { ForeignModel as AnyLanguageModel, LanguageModelOptions }

/** A slot: a name, a model of the AI SDK, or either with its settings. */
export type AiSdkSlot =
  string | ForeignModel | (Omit<SlotInput, 'model'> & { readonly model: string | ForeignModel })

/** A stage whose slots may be models of the AI SDK. */
export type AiSdkStage = StageInput extends infer Stage
  ? Stage extends { readonly slots?: unknown }
    ? Omit<Stage, 'slots'> & { readonly slots?: readonly AiSdkSlot[] }
    : Stage
  : never

/** A recipe whose slots may be models of the AI SDK. */
export interface AiSdkRecipe extends Omit<RecipeInput, 'proposers' | 'aggregator' | 'stages'> {
  readonly proposers?: readonly AiSdkSlot[]
  readonly aggregator?: AiSdkSlot | readonly AiSdkSlot[]
  readonly stages?: readonly AiSdkStage[]
}

/**
 * A mixture for the AI SDK (version 6 and later): any recipe, or the name of one, as a `LanguageModelV3`. Slots may be
 * models of the AI SDK's providers (V2, V3 or V4) beside `provider/model` and names of recipes.
 *
 * @throws {@link MoaError} `recipe_invalid` at once for a recipe that is wrong in itself
 *
 * @example
 * const model = moa({ proposers: [openai('gpt-5-mini'), groq('openai/gpt-oss-120b')], aggregator: openai('gpt-5.6') })
 * const { text } = await generateText({ model, prompt: 'What are some fun things to do in SF?' })
 */
export function moa(
  recipe: string | AiSdkRecipe,
  options: MixtureOptions & LanguageModelOptions = {},
): LanguageModelV3 {
  if (typeof recipe === 'string') return languageModel(mixture(recipe, options), options)
  const names = new Names()
  const plain = names.recipe(recipe)
  return languageModel(
    mixture(plain, { ...options, models: { ...options.models, ...names.models } }),
    options,
  )
}

/** Gives every model object of a recipe a name, since recipes are plain data. */
class Names {
  readonly models: Record<string, Model> = {}
  readonly #known = new Map<ForeignModel, string>()

  recipe({ proposers, aggregator, stages, ...rest }: AiSdkRecipe): RecipeInput {
    return {
      ...rest,
      ...(proposers && { proposers: this.#slots(proposers) }),
      ...(aggregator !== undefined && {
        aggregator: Array.isArray(aggregator)
          ? this.#slots(aggregator as readonly AiSdkSlot[])
          : this.#slot(aggregator as AiSdkSlot),
      }),
      ...(stages && {
        stages: stages.map((stage) =>
          'slots' in stage && stage.slots ? { ...stage, slots: this.#slots(stage.slots) } : stage,
        ) as StageInput[],
      }),
    }
  }

  #slots(slots: readonly AiSdkSlot[]): (string | SlotInput)[] {
    return slots.map((slot) => this.#slot(slot))
  }

  #slot(slot: AiSdkSlot): string | SlotInput {
    if (typeof slot === 'string') return slot
    if (isForeignModel(slot)) return this.#name(slot)
    const { model, ...settings } = slot
    return { ...settings, model: typeof model === 'string' ? model : this.#name(model) }
  }

  #name(model: ForeignModel): string {
    const known = this.#known.get(model)
    if (known !== undefined) return known
    const plain = `${model.provider}/${model.modelId}`
    // Two objects may be the same model with other settings.
    let name = plain
    for (let number = 2; Object.hasOwn(this.models, name); number += 1) name = `${plain}#${number}`
    this.#known.set(model, name)
    this.models[name] = foreignModel(model, name)
    return name
  }
}
