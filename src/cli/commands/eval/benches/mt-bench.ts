import { MoaError } from '../../../../core/errors.js'
import { needsReference } from '../../../../eval/benches/mt-bench/categories.js'
import { DEFAULT_BASELINE, type MtBenchMode } from '../../../../eval/benches/mt-bench/match-plan.js'
import { OWN_JUDGE_PROMPTS } from '../../../../eval/benches/mt-bench/own-prompts.js'
import {
  readMtBenchAnswers,
  readMtBenchJudgePrompts,
  readMtBenchQuestions,
} from '../../../../eval/benches/mt-bench/read.js'
import type { JudgingData } from '../../../../eval/benches/mt-bench/judge-request.js'
import type { MtBenchQuestion } from '../../../../eval/benches/mt-bench/records.js'
import {
  JUDGING_FILE,
  mtBench,
  mtBenchSamples,
  mtBenchTurns,
  writeJudgingData,
} from '../../../../eval/benches/mt-bench/run/benchmark.js'
import { mtBenchFiles, mtBenchResults } from '../../../../eval/benches/mt-bench/run/results.js'
import type { Contestant } from '../../../../eval/harness/contestant.js'
import type { NamedText } from '../bench-data.js'
import type { Bench, BenchSetup, PreparedRun, ReadRecorded } from './bench.js'
import { namedContestants, onlyJudge } from './named.js'

/** Sets of reference answers; the published scores use that of GPT-4, whoever judges. */
const DEFAULT_REFERENCES = 'gpt-4'

const MODES = ['single', 'pairwise-baseline', 'pairwise-all'] as const satisfies readonly MtBenchMode[]

/** MT-Bench: 80 questions of two turns. */
export const mtBenchBench: Bench = {
  flags: ['baseline', 'mode', 'referenceAnswers'],
  prepare,
  results: mtBenchResults,
  files: mtBenchFiles,
}

async function prepare(setup: BenchSetup): Promise<PreparedRun> {
  const { data, problems, sampling } = setup
  const mode = modeOf(setup)
  const source = data.need('mt-bench-questions')
  const read = readMtBenchQuestions(source.text, { source: source.path })
  problems.merge(read.problems)
  const samples = mtBenchSamples(read.data)
  const recorded = reader(read.data)
  const contestants = await namedContestants(setup, recorded)
  const baseline = mode === 'pairwise-baseline' ? await baselineOf(setup, recorded) : undefined
  const judge = await onlyJudge('mt-bench', setup)
  const prompts = promptsOf(setup)
  const references = await referencesOf(setup, read.data)
  const judging: JudgingData = { prompts: prompts.prompts, references: references.answers }
  const all = baseline === undefined ? contestants : [...contestants, baseline]
  if (mode === 'pairwise-all' && all.length < 2)
    throw new MoaError(
      'usage',
      '--mode pairwise-all compares contestants with each other; name at least two.',
    )
  return {
    samples,
    contestants: all,
    judges: [{ name: judge.name, fingerprint: judge.fingerprint }],
    ...(baseline && { baseline: baseline.name }),
    options: {
      mode,
      data: source.sha256,
      prompts: prompts.hash,
      references: references.hash,
      ...sampling,
    },
    attachments: { [JUDGING_FILE]: writeJudgingData(judging) },
    benchmark: (chosen) =>
      mtBench({
        mode,
        samples: chosen,
        judge,
        data: judging,
        sampling,
        ...(baseline && { baseline: baseline.name }),
      }),
  }
}

function modeOf({ flags: { mode = 'single', baseline } }: BenchSetup): MtBenchMode {
  const known = MODES.find((name) => name === mode)
  if (known === undefined)
    throw new MoaError('usage', `--mode ${mode}: mt-bench has the modes ${MODES.join(', ')}.`)
  if (baseline !== undefined && known !== 'pairwise-baseline')
    throw new MoaError('usage', `--baseline goes with --mode pairwise-baseline, not with ${known}.`)
  return known
}

/** Answers to the questions, by id; several to one question count as published: the last. */
function reader(questions: readonly MtBenchQuestion[]): ReadRecorded {
  return (text, source) => {
    const { data, problems } = readMtBenchAnswers(text, { source, questions })
    // A file is called after its model; the name in its lines is not looked at, as published.
    return { data: { turns: mtBenchTurns(data) }, problems }
  }
}

/** The one named, else the published default from its answer file in the data folder. */
async function baselineOf(setup: BenchSetup, recorded: ReadRecorded): Promise<Contestant> {
  const { baseline } = setup.flags
  if (baseline !== undefined) return setup.contestant(baseline, recorded)
  const file = await setup.data.findOwn(
    ...INSIDE.map((inside) => `${inside}model_answer/${DEFAULT_BASELINE}.jsonl`),
  )
  if (file === undefined)
    throw new MoaError(
      'usage',
      `--mode pairwise-baseline compares with a baseline: name one with --baseline; the published one is a file of answers of ${DEFAULT_BASELINE}.`,
    )
  return setup.contestant(`${DEFAULT_BASELINE}=${file.path}`, recorded)
}

function promptsOf({ data, problems }: BenchSetup): {
  readonly prompts: JudgingData['prompts']
  readonly hash: string
} {
  const file = data.find('mt-bench-judge-prompts')
  if (file === undefined) return { prompts: OWN_JUDGE_PROMPTS, hash: 'own' }
  const read = readMtBenchJudgePrompts(file.text, { source: file.path })
  problems.merge(read.problems)
  return { prompts: read.data, hash: file.sha256 }
}

async function referencesOf(
  setup: BenchSetup,
  questions: readonly MtBenchQuestion[],
): Promise<{ readonly answers: JudgingData['references']; readonly hash: string }> {
  const file = await referenceFile(setup)
  const read = readMtBenchAnswers(file.text, { source: file.path })
  setup.problems.merge(read.problems)
  const missing = questions.filter(
    ({ category, question_id }) => needsReference(category) && !read.data.has(question_id),
  )
  if (missing.length > 0)
    throw new MoaError(
      'data_invalid',
      `${file.path}: has no reference answer to ${missing.length} questions that are judged by one (${missing
        .slice(0, 5)
        .map(({ question_id }) => question_id)
        .join(', ')}); name a complete set with --reference-answers.`,
    )
  return { answers: read.data, hash: file.sha256 }
}

/** Where a folder of one's own may have MT-Bench's files. */
const INSIDE = ['', 'mt_bench/', 'data/mt_bench/'] as const

async function referenceFile({ data, flags }: BenchSetup): Promise<NamedText> {
  const { referenceAnswers: name = DEFAULT_REFERENCES } = flags
  if (name === DEFAULT_REFERENCES) return data.need('mt-bench-references')
  const file = await data.findOwn(...INSIDE.map((inside) => `${inside}reference_answer/${name}.jsonl`))
  if (file !== undefined) return file
  throw new MoaError(
    'usage',
    `--reference-answers ${name}: there is no reference_answer/${name}.jsonl in the folder named with --data.`,
  )
}
