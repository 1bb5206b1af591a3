import { describe, expect, it } from 'vitest'
import { collect, type ChatRequest, type Model } from '../src/core/index.js'
import { compile, createMixture, type RecipeInput } from '../src/engine/index.js'
import { proposalFingerprint, simModel, virtualClock } from '../src/sim/index.js'

const request: ChatRequest = { messages: [{ role: 'user', content: 'How do I prune an apple tree?' }] }

function mixture(recipe: RecipeInput, options: Parameters<typeof simModel>[1] = {}): Model {
  const models = new Map<string, Model>()
  return createMixture(compile(recipe, 'demo'), {
    newRunId: () => 'run_1',
    resolve: (id) => {
      const known = models.get(id) ?? simModel(id.replace('sim/', ''), options)
      models.set(id, known)
      return known
    },
    ...(options.clock && { clock: options.clock }),
  })
}

const ask = (model: Model) => collect(model.stream(request, { signal: new AbortController().signal }))
const proposers = ['sim/ada', 'sim/grace', 'sim/edsger', 'sim/donald']

describe('mixtures of simulated models', () => {
  it.each([
    ['native', {}],
    ['together', { template: 'Merge what follows.\n\nResponses from models:' }],
  ] as const)('show every proposal of the last layer to the aggregator (%s)', async (mode, more) => {
    const result = await ask(mixture({ mode, ...more, proposers, aggregator: 'sim/barbara', layers: 3 }))
    expect(result.degraded.filter(({ code }) => code !== 'deviation')).toEqual([])
    const last = result.proposals.filter(({ slot }) => slot.stage === 1)
    expect(last).toHaveLength(4)
    expect(result.text).toContain('Merged from 4 proposals')
    for (const { text } of last) expect(result.text).toContain(proposalFingerprint(text))
    expect(result.calls).toHaveLength(9)
  })

  it('name exactly the proposals that survived their faults', async () => {
    const clock = virtualClock()
    const recipe: RecipeInput = {
      proposers: ['sim/ada', 'sim/grace+500', 'sim/edsger+disconnect=4', 'sim/donald+hang-between=3'],
      aggregator: 'sim/barbara',
      layers: 2,
    }
    const result = await clock.run(ask(mixture(recipe, { clock })))
    expect(result.text).toContain('Merged from 1 proposal:')
    expect(result.failures).toHaveLength(3)
    expect(result.calls.map(({ outcome }) => outcome).sort()).toEqual([
      'completed',
      'completed',
      'failed',
      'failed',
      'failed',
    ])
  })

  it('are ranked and reviewed by simulated judges and critics in the form the stages ask for', async () => {
    const stages: RecipeInput = {
      stages: [
        { kind: 'propose', slots: proposers },
        { kind: 'rank', slots: ['sim/alan'], keep: 2 },
        { kind: 'critique', slots: ['sim/kurt'] },
        { kind: 'synthesize', slots: ['sim/barbara'] },
      ],
    } satisfies RecipeInput
    const result = await ask(mixture(stages))
    expect(result.degraded).toEqual([])
    expect(result.text).toContain('Merged from 2 proposals')
    expect(result.text).toContain('Reviewed: ')
  })
})
