import { modelContract } from '../core/model.contract.js'
import { simModel } from './model.js'

modelContract('a simulated model', () => {
  const models = {
    quick: simModel('ada+tokens=30'),
    slow: simModel('ada+tokens=100+first=600+pace=20'),
    failing: simModel('ada+503'),
  }
  const all = Object.values(models)
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
  return Promise.resolve({
    ...models,
    started: () => sum(all.map(({ calls }) => calls)),
    open: () => sum(all.map(({ inFlight }) => inFlight)),
    close: () => Promise.resolve(),
  })
})
