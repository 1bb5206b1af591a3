import { collect } from '../src/core/index.js'
import type { ChatRequest, Model, ModelEvent, Result, StreamOptions } from '../src/core/index.js'
import { compile, createMixture, type RecipeInput } from '../src/engine/index.js'
import type { Clock } from '../src/util/index.js'
import { scriptedModel, type Script, type ScriptedModel } from './scripted-model.js'

export type Scripts = Record<
  string,
  Script | string | ((request: ChatRequest, call: number) => Script | string)
>

export interface Bench {
  readonly mixture: Model
  readonly models: Readonly<Record<string, ScriptedModel>>
  readonly ask: (
    content: string,
    request?: Partial<ChatRequest>,
    options?: Partial<StreamOptions>,
  ) => Promise<Result>
  readonly events: (content: string, request?: Partial<ChatRequest>) => Promise<ModelEvent[]>
}

/** A recipe over scripted models, ready to be asked. */
export function bench(recipe: RecipeInput, scripts: Scripts, clock?: Clock): Bench {
  const models = Object.fromEntries(
    Object.entries(scripts).map(([id, script]) => [
      id,
      scriptedModel(id, typeof script === 'function' ? script : () => script, clock),
    ]),
  )
  const mixture = createMixture(compile(recipe, 'mix'), {
    newRunId: () => 'run_1',
    resolve: (name) => models[name] as Model,
    ...(clock && { clock }),
  })
  const request = (content: string, rest: Partial<ChatRequest> = {}): ChatRequest => ({
    messages: [{ role: 'user', content }],
    ...rest,
  })
  return {
    mixture,
    models,
    ask: (content, rest, options) =>
      collect(mixture.stream(request(content, rest), { signal: new AbortController().signal, ...options })),
    async events(content, rest) {
      const all: ModelEvent[] = []
      for await (const event of mixture.stream(request(content, rest), {
        signal: new AbortController().signal,
      }))
        all.push(event)
      return all
    },
  }
}
