/**
 * How long figures take to be computed anew from journals of 100,000 judge calls, and how much memory: `moa eval show`
 * as a whole process, on runs made up here. Build first; run with `npx jiti bench/eval-journal.ts`. Linux only, for its
 * measure of memory.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NO_USAGE } from '../src/core/index.js'
import { matchPlan } from '../src/eval/benches/mt-bench/match-plan.js'
import { questionOf } from '../src/eval/benches/mt-bench/run/benchmark.js'
import { EvalLogs, specHash, type EvalLog, type RunSpec, type Sample } from '../src/eval/harness/index.js'
import { openSqliteStore, type Store } from '../src/store/index.js'
import { seededRandom } from '../src/util/random.js'
import { main, measureCli } from './measured-cli.js'

const random = seededRandom('eval-journal')
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
const text = (length: number): string =>
  'An even-handed remark on both answers, in some detail. '.repeat(Math.ceil(length / 55))
const WANTED = { seconds: 3, megabytes: 300 }

function begin(store: Store, spec: Omit<RunSpec, 'seed' | 'judges'>, samples: readonly Sample[]): EvalLog {
  const whole: RunSpec = { ...spec, seed: 0, judges: [{ name: 'judge', fingerprint: 'judge' }] }
  return new EvalLogs(store).create({ spec: whole, specHash: specHash(whole), createdAt: 1 }, samples)
}

const contestants = (count: number): RunSpec['contestants'] =>
  upTo(count).map((index) => ({ name: `model-${index}`, fingerprint: `${index}`, recorded: false }))

function answerAll(log: EvalLog, samples: readonly Sample[]): void {
  for (const contestant of log.contestants)
    for (const { id, turns } of samples)
      log.addAnswer({
        contestant,
        sample: id,
        turns: turns.map(() => text(600)),
        finishReasons: turns.map(() => 'stop' as const),
        usage: NO_USAGE,
        costUsd: 0.001,
        unpricedCalls: 0,
        seconds: 1,
        calls: 1,
        degraded: [],
        at: 1,
      })
}

const judged = { calls: 1, usage: NO_USAGE, costUsd: 0.001, seconds: 1 }

function alpacaEval(store: Store): EvalLog {
  const samples = upTo(805).map((index) => ({ id: String(index), turns: [`Instruction ${index}`] }))
  const log = begin(
    store,
    {
      benchmark: 'alpaca-eval',
      contestants: contestants(126),
      baseline: 'model-0',
      options: { edition: '2' },
    },
    samples,
  )
  answerAll(log, samples)
  for (const contestant of log.contestants.slice(1))
    for (const { id: sample } of samples)
      log.addJudgment({
        id: `${contestant}/${sample}`,
        verdict: {
          contestant,
          judge: 'judge',
          pairs: [{ sample, preference: 1 + random.next(), switched: false }],
          raw: {
            text: 'm',
            logprobs: {
              content: [
                { top_logprobs: upTo(5).map((token) => ({ token: String(token), logprob: -token })) },
              ],
            },
          },
        },
        ...judged,
      })
  return log
}

function mtBench(store: Store): EvalLog {
  const kinds = ['writing', 'roleplay', 'reasoning', 'math', 'coding', 'extraction', 'stem', 'humanities']
  const samples = upTo(80).map((index) => ({
    id: String(81 + index),
    category: kinds[Math.floor(index / 10)] as string,
    turns: ['First?', 'Second?'],
  }))
  const log = begin(
    store,
    { benchmark: 'mt-bench', contestants: contestants(26), options: { mode: 'pairwise-all' } },
    samples,
  )
  answerAll(log, samples)
  const winners = ['model_1', 'model_2', 'tie'] as const
  for (const match of matchPlan({
    mode: 'pairwise-all',
    questions: samples.map(questionOf),
    models: log.contestants,
  })) {
    const [model_1, model_2 = ''] = match.models
    log.addJudgment({
      id: `${model_1} vs ${model_2}/${match.questionId}/${match.turn}`,
      verdict: {
        question_id: match.questionId,
        model_1,
        model_2,
        g1_winner: random.pick(winners),
        g2_winner: random.pick(winners),
        judge: ['judge', match.promptName],
        g1_judgment: text(700),
        g2_judgment: text(700),
        turn: match.turn,
        tstamp: 1,
      },
      ...judged,
      calls: 2,
    })
  }
  return log
}

function show(name: string, make: (store: Store) => EvalLog): void {
  const home = mkdtempSync(join(tmpdir(), 'moa-bench-'))
  try {
    mkdirSync(join(home, 'data'))
    writeFileSync(join(home, 'moa.config.yaml'), 'dataFolder: data\n')
    const store = openSqliteStore(join(home, 'data/eval.sqlite'))
    const log = make(store)
    log.update({ status: 'finished' })
    const { id } = log
    store.close()
    for (const round of ['first', 'second']) {
      const { wall, processor, megabytes, stdout } = measureCli(['eval', 'show', id, '--json'], {
        cwd: home,
        env: { ...process.env, HOME: home },
      })
      const rows = (JSON.parse(stdout) as { results: unknown[] }).results.length
      console.log(
        `${name}, ${rows} rows, ${round}: ${wall.toFixed(2)} s (wanted ${WANTED.seconds}), processor ${processor.toFixed(2)} s, ${megabytes.toFixed(0)} MB (wanted ${WANTED.megabytes})`,
      )
    }
  } finally {
    rmSync(home, { recursive: true })
  }
}

if (!existsSync(main)) console.log('skipped: no dist/; run `npm run build` first')
else {
  show('AlpacaEval, 100,625 judge calls', alpacaEval)
  show('MT-Bench pairwise-all, 104,000 judge calls', mtBench)
}
