import { MoaError, toMoaError } from '../../core/errors.js'
import type { Model } from '../../core/model.js'
import type { Plan } from '../../engine/plan.js'
import { priceOf } from '../../providers/prices.js'
import type { Workspace } from './open.js'

/** The models of a plan; those that can't be asked for want of a key can still be explained, with their price. */
export async function modelsOf(workspace: Workspace, plan: Plan): Promise<Map<string, Model>> {
  const models = new Map<string, Model>()
  for (const { slots } of plan.stages)
    for (const { slot } of slots) {
      if (models.has(slot.model)) continue
      try {
        models.set(slot.model, await workspace.model(slot.model))
      } catch (error) {
        if (toMoaError(error).code === 'internal') throw error
        models.set(slot.model, unreachable(workspace, slot.model))
      }
    }
  return models
}

function unreachable({ settings }: Workspace, model: string): Model {
  const [provider = '', ...rest] = (settings.models[model] ?? model).split('/')
  const price = priceOf(provider, rest.join('/'), { overrides: settings.prices })
  return {
    id: model,
    ...(price && { price }),
    stream: () => {
      throw new MoaError('internal', `${model} is only explained and can't be asked.`)
    },
  }
}
