import { join } from 'node:path'
import { MoaError } from '../../../../core/errors.js'
import {
  alpacaEval,
  alpacaEvalFiles,
  alpacaEvalResults,
  GAMED_FILE,
  readModelOutputs,
  recordedTurns,
  samplesOf,
  type JudgePool,
  type ModelOutputs,
} from '../../../../eval/benches/alpaca-eval/index.js'
import type { Sample } from '../../../../eval/harness/benchmark.js'
import { recordedModel, type Contestant } from '../../../../eval/harness/contestant.js'
import { configuredJudge } from '../judge-configs.js'
import { checkFolder, readNamedText, type NamedText } from '../bench-data.js'
import type { Bench, BenchSetup, PreparedRun, ReadRecorded } from './bench.js'
import { namedContestants } from './named.js'

/** The evaluation sets, each with the outputs of its baseline, by their names in the catalogue of data. */
const EDITIONS: Readonly<Record<string, string>> = {
  '1': 'alpaca-eval-1-baseline',
  '2': 'alpaca-eval-baseline',
}

/** AlpacaEval 2.0, or 1 with `--edition 1`. */
export const alpacaEvalBench: Bench = {
  flags: ['baseline', 'edition', 'calibration', 'judgeConfigs'],
  prepare,
  results: alpacaEvalResults,
  files: alpacaEvalFiles,
}

async function prepare(setup: BenchSetup): Promise<PreparedRun> {
  const { data, problems, seed, sampling } = setup
  const edition = setup.flags.edition ?? '2'
  const source = data.need(editionOf(edition))
  const read = readModelOutputs(source.text, { source: source.path })
  problems.merge(read.problems)
  const samples = samplesOf(read.data)
  const recorded = reader(samples)
  const baseline = await baselineOf(setup, { outputs: read.data, source, samples, recorded })
  const contestants = await namedContestants(setup, recorded)
  const judges = await judgesOf(setup)
  const gamed = edition === '2' && baseline.isDefault ? await calibrationOf(setup) : undefined
  return {
    samples,
    contestants: [...contestants, baseline.contestant],
    baseline: baseline.contestant.name,
    judges: judges.map(({ judge }) => ({ name: judge.name, fingerprint: judge.fingerprint })),
    options: { edition, data: source.sha256, ...(gamed && { calibration: gamed.sha256 }), ...sampling },
    ...(gamed && { attachments: { [GAMED_FILE]: gamed.text } }),
    benchmark: (chosen) =>
      alpacaEval({ samples: chosen, baseline: baseline.contestant.name, judges, seed, sampling }),
  }
}

/** What length control is calibrated with; a folder the user names has to have it. */
async function calibrationOf({ flags, data }: BenchSetup): Promise<NamedText | undefined> {
  const { calibration } = flags
  if (calibration === undefined) return data.find('alpaca-eval-gamed')
  return readNamedText(join(checkFolder('--calibration', calibration), GAMED_FILE))
}

function editionOf(edition: string): string {
  const known = Object.hasOwn(EDITIONS, edition) ? EDITIONS[edition] : undefined
  if (known !== undefined) return known
  throw new MoaError('usage', `--edition ${edition}: alpaca-eval has the editions 1 and 2.`)
}

/** Reads a `model_outputs.json`; outputs alone are taken in the order of the evaluation set. */
function reader(samples: readonly Sample[]): ReadRecorded {
  const instructions = samples.map(({ turns }) => turns[0] ?? '')
  return (text, source) => {
    const { data, problems } = readModelOutputs(text, { source, instructions })
    return { data: { name: data.generator, turns: recordedTurns(data, samples) }, problems }
  }
}

async function baselineOf(
  setup: BenchSetup,
  set: {
    readonly outputs: ModelOutputs
    readonly source: NamedText
    readonly samples: readonly Sample[]
    readonly recorded: ReadRecorded
  },
): Promise<{ readonly contestant: Contestant; readonly isDefault: boolean }> {
  const { outputs, source, samples, recorded } = set
  const { baseline } = setup.flags
  if (baseline !== undefined)
    return { contestant: await setup.contestant(baseline, recorded), isDefault: false }
  const name = outputs.generator
  return {
    contestant: {
      name,
      model: recordedModel(name, recordedTurns(outputs, samples), source.path),
      recorded: true,
      fingerprint: `sha256:${source.sha256}`,
    },
    isDefault: true,
  }
}

async function judgesOf(setup: BenchSetup): Promise<JudgePool> {
  const [text, ...others] = setup.flags.judge ?? []
  if (text === undefined)
    throw new MoaError(
      'usage',
      'Nobody judges: name a judge with --judge, such as weighted@provider/model, or a configuration in the official layout.',
    )
  if (others.length > 0)
    throw new MoaError(
      'usage',
      `alpaca-eval takes one --judge, got ${others.length + 1}; a configuration with several names is a pool.`,
    )
  return (await configuredJudge(text, setup)).judges
}
