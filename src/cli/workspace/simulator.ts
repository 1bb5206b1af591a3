import { MoaError } from '../../core/errors.js'
import type { Model } from '../../core/model.js'
import type * as Sim from '../../sim/index.js'

/** Simulated models in this process. They are loaded only for recipes that use them. */
export class Simulator {
  #module: typeof Sim | undefined

  async load(): Promise<void> {
    this.#module ??= await import('../../sim/index.js')
  }

  /**
   * A simulated model as quick as is pleasant to watch. Nobody is billed for it.
   *
   * @throws {@link MoaError} `model_not_found`
   */
  model(name: string): Model {
    if (this.#module === undefined)
      throw new MoaError('internal', `The simulator is not loaded, so there is no model "sim/${name}".`)
    const { simModel, QUICK_LATENCY } = this.#module
    return simModel(name, { latency: QUICK_LATENCY, price: { input: 0, output: 0 } })
  }
}
