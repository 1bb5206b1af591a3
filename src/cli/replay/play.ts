import type { ModelEvent } from '../../core/events.js'
import type { Model } from '../../core/model.js'
import { play, type Tape } from '../../core/tape.js'
import { runTape, type Recording, type RunLine } from '../../record/index.js'
import { systemClock } from '../../util/clock.js'
import { exitOf, runAnswer, type AnswerFlags } from '../answer.js'
import { warn } from '../notices.js'
import type { Shell } from '../shell.js'

/** In which time a run is played. */
export interface PlayFlags {
  readonly fast?: boolean
  readonly step?: boolean
  /** Times as fast as it was. */
  readonly speed?: number
}

/**
 * Plays a recorded run as it was seen. Nobody is asked, and nothing but the file is needed.
 *
 * @returns the exit code it ended with
 * @throws {@link MoaError} what the recorded run ended with
 */
export async function playRun({
  shell,
  recording,
  run,
  flags,
}: {
  shell: Shell
  recording: Recording
  run: RunLine
  flags: PlayFlags & AnswerFlags
}): Promise<number> {
  const { jsonl = false, json = false, showProposals = false } = flags
  const tape = runTape(recording, run, { liveProposals: !jsonl || showProposals })
  if (flags.step) {
    const { stepThrough } = await import('./step.js')
    await stepThrough(tape, { shell, json: json || jsonl })
    return 0
  }
  const speed = flags.fast ? Infinity : (flags.speed ?? 1)
  const simulated = recording.calls.some(
    ({ run: id, model }) => (id === run.run || id === undefined) && model.startsWith('sim/'),
  )
  if (simulated)
    warn(shell, 'SIMULATED: simulated models took part in this run, so its answer is no real one.')
  const player = playerOf(run.recipe, tape, speed)
  const selection = { name: run.recipe, model: player.model, simulated }
  return exitOf(await runAnswer({ shell, selection, request: run.request, flags, now: player.now }))
}

/** A model that plays one tape, and the time on its clock. */
function playerOf(id: string, tape: Tape, speed: number): { model: Model; now: () => number } {
  const begin = performance.now()
  let position = 0
  async function* stream(events: AsyncIterable<ModelEvent>): AsyncGenerator<ModelEvent, void, undefined> {
    let index = 0
    for await (const event of events) {
      position = tape.events[index]?.[0] ?? position
      index += 1
      yield event
    }
  }
  const calls = tape.events.some(([, { type }]) => type === 'run-start') ? [] : tape.calls
  return {
    model: {
      id,
      stream: (_, options) =>
        stream(
          play({ ...tape, calls }, { ...options, clock: systemClock, speed, replayedFrom: 'recording' }),
        ),
    },
    now: () => (speed === Infinity ? position : (performance.now() - begin) * speed),
  }
}
