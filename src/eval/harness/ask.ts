import { collect, type Result } from '../../core/collect.js'
import type { ChatRequest } from '../../core/request.js'
import type { Clock } from '../../util/clock.js'
import type { Answer, Benchmark, Judge, JudgeReply, JudgeTask, Judgment, Sample } from './benchmark.js'
import type { Contestant } from './contestant.js'
import { answerItem, judgmentItem, type EvalLog } from './eval-log.js'
import { labelled } from './item.js'
import { Tally } from './tally.js'

interface Asking {
  readonly benchmark: Benchmark
  readonly tally: Tally
  readonly attempt: number
  readonly signal: AbortSignal
  readonly clock: Clock
}

/** A contestant's answer to a sample, turn after turn. @throws whatever its model throws. */
export async function askContestant(
  asking: Asking & { readonly sample: Sample; readonly contestant: Contestant; readonly seed?: number },
): Promise<Answer> {
  const { benchmark, sample, contestant, tally, attempt, signal, clock, seed } = asking
  const startedAt = clock.now()
  const results: Result[] = []
  const texts = (): string[] => results.map(({ text }) => text)
  for (;;) {
    const request = benchmark.request(sample, texts())
    if (request === undefined) break
    tally.nextTurn()
    const seeded = seed === undefined ? request : { ...request, seed }
    const labels = {
      item: answerItem(contestant.name, sample.id),
      attempt,
      sample: sample.id,
      turn: results.length,
    }
    results.push(
      await collect(
        contestant.model.stream(labelled(seeded, labels), {
          signal,
          delivery: 'whole',
          onCall: tally.onCall,
        }),
      ),
    )
  }
  return {
    contestant: contestant.name,
    sample: sample.id,
    turns: texts(),
    finishReasons: results.map(({ finishReason }) => finishReason),
    ...bill(tally, results),
    seconds: contestant.recorded ? 0 : tally.seconds(clock.now() - startedAt),
    degraded: results.flatMap(({ degraded }) => degraded.map(({ message }) => message)),
    at: Math.floor(clock.now() / 1000),
  }
}

/** The books of the calls; of the answers themselves for models that keep none. */
function bill(
  tally: Tally,
  results: readonly Result[],
): Pick<Answer, 'usage' | 'costUsd' | 'unpricedCalls' | 'calls'> {
  if (tally.calls === 0) for (const result of results) tally.addResult(result)
  const { usage, costUsd, unpricedCalls, calls } = tally
  return { usage, costUsd, unpricedCalls, calls }
}

/** Judges one task. @throws whatever the judge's model throws. */
export async function askJudge(
  asking: Asking & { readonly task: JudgeTask; readonly log: EvalLog },
): Promise<Judgment> {
  const { benchmark, task, log, tally, attempt, signal, clock } = asking
  let seconds = 0
  const ask = async (request: ChatRequest, judge: Judge): Promise<JudgeReply> => {
    const own = new Tally()
    const startedAt = clock.now()
    const item = judgmentItem(task.id)
    const onCall: typeof tally.onCall = (call) => {
      tally.onCall(call)
      own.onCall(call)
    }
    const result = await collect(
      judge.model.stream(labelled(request, { item, attempt }), { signal, delivery: 'whole', onCall }),
    )
    if (own.calls === 0) {
      own.addResult(result)
      tally.addResult(result)
    }
    const took = own.seconds(clock.now() - startedAt)
    seconds += took
    const { text, toolCalls, logprobs, finishReason } = result
    return { text, toolCalls, logprobs, finishReason, usage: own.usage, costUsd: own.costUsd, seconds: took }
  }
  const outcome = await benchmark.judge(task, {
    answer: (contestant, sample) => {
      const answer = log.get(contestant, sample)
      if (answer === undefined) throw new RangeError(`${task.id} needs an answer nobody gave`)
      return answer
    },
    ask,
    now: () => Math.floor(clock.now() / 1000),
  })
  const { calls, usage, costUsd } = tally
  return { id: task.id, ...outcome, calls, usage, costUsd, seconds }
}
