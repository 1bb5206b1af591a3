import { OWN_FLASK_PROMPT, OWN_FLASK_RUBRICS } from '../../../../eval/benches/flask/own-prompts.js'
import {
  readFlaskAnswers,
  readFlaskInstances,
  readFlaskPrompts,
  readFlaskRubrics,
} from '../../../../eval/benches/flask/read.js'
import type { FlaskInstance, FlaskPrompt, FlaskRubric } from '../../../../eval/benches/flask/records.js'
import { flask, flaskSamples, flaskTurns } from '../../../../eval/benches/flask/run/benchmark.js'
import { flaskFiles, flaskResults, INSTANCES_FILE } from '../../../../eval/benches/flask/run/results.js'
import type { Bench, BenchSetup, PreparedRun, ReadRecorded } from './bench.js'
import { namedContestants, onlyJudge } from './named.js'

/** FLASK: 1,740 instances, each reviewed by its own skills. */
export const flaskBench: Bench = flaskOver('flask-instances')

/** FLASK's 89 hard instances. */
export const flaskHardBench: Bench = flaskOver('flask-hard-instances')

/** @param file name of the evaluation set in the catalogue of data. */
function flaskOver(file: string): Bench {
  return {
    flags: ['deterministicJudge'],
    prepare: (setup) => prepare(setup, file),
    results: flaskResults,
    files: flaskFiles,
  }
}

async function prepare(setup: BenchSetup, file: string): Promise<PreparedRun> {
  const { data, problems, sampling, flags } = setup
  const source = data.need(file)
  const { data: instances, problems: found } = readFlaskInstances(source.text, { source: source.path })
  problems.merge(found)
  const contestants = await namedContestants(setup, reader(instances))
  const judge = await onlyJudge('flask', setup)
  const asking = promptsOf(setup)
  const deterministic = flags.deterministicJudge === true
  return {
    samples: flaskSamples(instances),
    contestants,
    judges: [{ name: judge.name, fingerprint: judge.fingerprint }],
    options: {
      data: source.sha256,
      prompts: asking.hash,
      ...(deterministic && { deterministic }),
      ...sampling,
    },
    attachments: { [INSTANCES_FILE]: source.text },
    benchmark: (samples) => flask({ samples, instances, judge, ...asking, deterministic, sampling }),
  }
}

function reader(instances: readonly FlaskInstance[]): ReadRecorded {
  return (text, source) => {
    const { data, problems } = readFlaskAnswers(text, { source, instances })
    return { data: { turns: flaskTurns(data) }, problems }
  }
}

/** The published prompt and rubrics, where the data folder has both, else our own. */
function promptsOf({ data, problems }: BenchSetup): {
  readonly prompts: readonly FlaskPrompt[]
  readonly rubrics: readonly FlaskRubric[]
  readonly hash: string
} {
  const prompts = data.find('flask-judge-prompt')
  const rubrics = data.find('flask-skills')
  if (prompts === undefined || rubrics === undefined)
    return { prompts: [OWN_FLASK_PROMPT], rubrics: OWN_FLASK_RUBRICS, hash: 'own' }
  const read = readFlaskPrompts(prompts.text, { source: prompts.path })
  problems.merge(read.problems)
  return {
    prompts: read.data,
    rubrics: readFlaskRubrics(rubrics.text, { source: rubrics.path }),
    hash: `${prompts.sha256} ${rubrics.sha256}`,
  }
}
