import { MoaError } from '../../../../core/errors.js'
import {
  alpacaEval,
  alpacaEvalResults,
  GAMED_FILE,
  readModelOutputs,
  recordedTurns,
  samplesOf,
  type ConfiguredJudge,
  type ModelOutputs,
} from '../../../../eval/benches/alpaca-eval/index.js'
import type { Sample } from '../../../../eval/harness/benchmark.js'
import { recordedModel, type Contestant } from '../../../../eval/harness/contestant.js'
import { configuredJudges } from '../judge-configs.js'
import { checkFolder, dataFolder, type DataFile } from '../data-folder.js'
import type { Bench, BenchSetup, PreparedRun, ReadRecorded } from './bench.js'

/** The evaluation sets, each with the outputs of its baseline. */
const EDITIONS: Readonly<Record<string, { readonly file: string; readonly baseline: string }>> = {
  '1': { file: 'alpaca_eval.json', baseline: 'text_davinci_003' },
  '2': { file: 'alpaca_eval_gpt4_baseline.json', baseline: 'gpt4_1106_preview' },
}

/** AlpacaEval 2.0, or 1 with `--edition 1`. */
export const alpacaEvalBench: Bench = { prepare, results: alpacaEvalResults }

async function prepare(setup: BenchSetup): Promise<PreparedRun> {
  const { data, problems, seed, sampling } = setup
  const edition = setup.flags.edition ?? '2'
  const { file } = editionOf(edition)
  const source = data.need(file)
  const read = readModelOutputs(source.text, { source: source.path })
  problems.merge(read.problems)
  const samples = samplesOf(read.data)
  const recorded = reader(samples)
  const baseline = await baselineOf(setup, { outputs: read.data, source, samples, recorded })
  const contestants = await contestantsOf(setup, recorded)
  const judges = await judgesOf(setup)
  const gamed = edition === '2' && baseline.isDefault ? calibrationOf(setup) : undefined
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
function calibrationOf({ flags: { calibration }, data }: BenchSetup): DataFile | undefined {
  if (calibration === undefined) return data.find(GAMED_FILE)
  return dataFolder(checkFolder('--calibration', calibration), []).need(GAMED_FILE)
}

function editionOf(edition: string): { readonly file: string; readonly baseline: string } {
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
    readonly source: DataFile
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

async function contestantsOf(setup: BenchSetup, recorded: ReadRecorded): Promise<Contestant[]> {
  const texts = setup.flags.contestant ?? []
  if (texts.length === 0)
    throw new MoaError(
      'usage',
      'Nobody is to be measured: name a recipe, provider/model or a file of recorded answers with --contestant.',
    )
  const found: Contestant[] = []
  for (const text of texts) found.push(await setup.contestant(text, recorded))
  return found
}

async function judgesOf(setup: BenchSetup): Promise<readonly [ConfiguredJudge, ...ConfiguredJudge[]]> {
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
  return (await configuredJudges(text, setup)) as [ConfiguredJudge, ...ConfiguredJudge[]]
}
