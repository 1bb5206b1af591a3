import { modelContract } from '../../core/model.contract.js'
import type { Model } from '../../core/index.js'
import { simModel, type SimModel } from '../../sim/index.js'
import { memoryStore } from '../../store/index.js'
import { CallJournal } from './calls.js'
import { labelled } from './item.js'
import { journaled } from './journaled.js'

/** Every call is an item of its own, so that none is replayed. */
function unique(model: Model): Model {
  let items = 0
  return {
    ...model,
    stream: (request, options) =>
      model.stream(labelled(request, { item: `item ${(items += 1)}`, attempt: 1 }), options),
  }
}

modelContract('journaled', () => {
  const journal = new CallJournal(memoryStore().records('calls'))
  const models: SimModel[] = []
  const make = (name: string): Model => {
    const model = simModel(name)
    models.push(model)
    return unique(journaled(model, journal))
  }
  return Promise.resolve({
    quick: make('ada'),
    slow: make('ada+first=500+pace=100+tokens=20'),
    failing: make('ada+500'),
    started: () => models.reduce((sum, { calls }) => sum + calls, 0),
    open: () => models.reduce((sum, { inFlight }) => sum + inFlight, 0),
    close: () => Promise.resolve(),
  })
})
