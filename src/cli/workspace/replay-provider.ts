import type { Model } from '../../core/model.js'
import { Replay, readRecording } from '../../record/index.js'
import type { InProcessProvider } from '../../providers/registry.js'

export interface ReplayProviderOptions {
  readonly name: string
  readonly file: string
  /** Times as fast as it was recorded. */
  readonly speed: number
  /** Told of what of the file is damaged. */
  readonly onWarning: (warning: string) => void
}

/**
 * A recording as a provider: every model and recipe in it answers the requests it was asked then. Nobody else is ever
 * asked. The file is read when the first model is.
 */
export function replayProvider({ name, file, speed, onWarning }: ReplayProviderOptions): InProcessProvider {
  let replay: Replay | undefined
  const opened = (): Replay => {
    if (replay) return replay
    const recording = readRecording(file)
    for (const warning of recording.warnings) onWarning(`${file}: ${warning}`)
    return (replay = new Replay(recording, { speed, name: `the recording ${file}` }))
  }
  return {
    model: (address): Model => {
      const recorded = opened()
      if (!recorded.models.includes(address)) throw recorded.unknownModel(address)
      const model = recorded.model(address)
      return { id: `${name}/${address}`, stream: (request, options) => model.stream(request, options) }
    },
    list: () => opened().models,
  }
}
