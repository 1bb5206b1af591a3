import { MoaError } from '../../core/errors.js'
import { didYouMean } from '../../util/suggest.js'
import type { Cut } from './cut.js'
import {
  ALPACA_EVAL,
  ALPACA_HUB,
  ARENA_HARD_V01,
  ARENA_HARD_V2,
  FLASK,
  MOA,
  MT_BENCH,
  type Publisher,
} from './publishers.js'

/** What files belong to. */
export const DATA_GROUPS = ['moa', 'alpaca-eval', 'mt-bench', 'flask', 'arena-hard'] as const

export type DataGroup = (typeof DATA_GROUPS)[number]

/** A publisher's file. */
export interface DataFile {
  /** As commands name it. */
  readonly name: string
  readonly group: DataGroup
  readonly description: string
  readonly publisher: Publisher
  /** Within the publisher's revision. */
  readonly path: string
  /** Of the file, or of what is cut from it. Absent where no hash is known: then that of the first download counts. */
  readonly sha256?: string
  /** Bytes, where known. */
  readonly bytes?: number
  /** Name of the local copy. */
  readonly saveAs: string
  /** Paths a folder of one's own may have it under, most likely first; `.gz` copies count too. */
  readonly local: readonly string[]
  /** The file is a part of what the publisher has under `path`. */
  readonly cut?: Cut
  /** Fetched by name only, not with its group: large, or needed by few. */
  readonly extra?: boolean
}

type Entry = readonly [name: string, path: string, description: string, facts?: Partial<DataFile>]

const FOLDERS: Readonly<Record<DataGroup, string>> = {
  moa: 'moa',
  'alpaca-eval': 'alpaca_eval',
  'mt-bench': 'mt_bench',
  flask: 'flask',
  'arena-hard': 'arena_hard',
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

function files(group: DataGroup, publisher: Publisher, entries: readonly Entry[]): DataFile[] {
  return entries.map(([name, path, description, facts = {}]) => {
    const saveAs = facts.saveAs ?? lastPart(path)
    const local = [...(facts.local ?? []), saveAs]
    const places = local.flatMap((place) => [`${FOLDERS[group]}/${place}`, place])
    return { name, group, publisher, path, description, ...facts, saveAs, local: places }
  })
}

const WEIGHTED = 'weighted_alpaca_eval_gpt4_turbo'

/** Every file that can be fetched by its own name. Hashes are those of the copies this package is tested against. */
export const DATA_FILES: readonly DataFile[] = [
  ...files('moa', MOA, [
    [
      'moa-template',
      'utils.py',
      'reference template of mode together',
      {
        saveAs: 'synthesis-template.txt',
        sha256: '051f3701ff1fbfdf3e0474a2bfe16dc9621c1c6665b1d0adefd43cd246dcc378',
        bytes: 606,
        cut: { after: 'def inject_references_to_messages', open: 'system = f"""', close: '"""' },
      },
    ],
  ]),
  ...files('alpaca-eval', ALPACA_HUB, [
    [
      'alpaca-eval-baseline',
      'alpaca_eval_gpt4_baseline.json',
      'AlpacaEval 2: 805 instructions and the outputs of gpt4_1106_preview',
      { sha256: '83db546b872ddebee8965fd05fa48461ee3c32bc695c62fb57f2d214ff741ec4', bytes: 1_899_765 },
    ],
    [
      'alpaca-eval-gamed',
      'df_gamed.csv',
      'rows of the gamed baselines, for length control',
      {
        sha256: '97aeec3f1c7de6dee6fd31fe66f1702623f4614c3efe1c6fc5f4927cd5fd674d',
        local: ['reconstructed/df_gamed.csv'],
      },
    ],
    [
      'alpaca-eval-difficulty',
      'instruction_difficulty.csv',
      'difficulty of each instruction, for predictions between models',
      {
        sha256: 'e28d875bb334f75e17acd1e4ed659b261860e3db379cf5de29060301bed0a18b',
        local: ['reconstructed/instruction_difficulty.csv'],
      },
    ],
    [
      'alpaca-eval-human-votes',
      'alpaca_farm_human_crossannotations.json',
      'human votes, four for each pair: the gold of the judge leaderboard',
      { local: ['cross_annotations/alpaca_farm_human_crossannotations.json'] },
    ],
    [
      'alpaca-eval-human-annotations',
      'alpaca_farm_human_annotations.json',
      'human votes with the model behind each output, for rank correlations',
      { local: ['cross_annotations/alpaca_farm_human_annotations.json'] },
    ],
    [
      'alpaca-eval-1-baseline',
      'alpaca_eval.json',
      'AlpacaEval 1: outputs of text_davinci_003',
      { extra: true },
    ],
    [
      'alpaca-eval-1-outputs',
      'alpaca_eval_all_outputs.json',
      'AlpacaEval 1: outputs of all models',
      { extra: true },
    ],
  ]),
  ...files('alpaca-eval', ALPACA_EVAL, [
    [
      'alpaca-eval-leaderboard',
      `src/alpaca_eval/leaderboards/data_AlpacaEval_2/${WEIGHTED}_leaderboard.csv`,
      'published leaderboard of AlpacaEval 2',
      {
        sha256: 'fe32bf85c2f7429038faa4c9a884d1d131726454ff84a4b810a91c1c7a2aa0e9',
        bytes: 28_339,
        local: [`leaderboards/data_AlpacaEval_2/${WEIGHTED}_leaderboard.csv`],
      },
    ],
    [
      'alpaca-eval-1-leaderboard',
      'src/alpaca_eval/leaderboards/data_AlpacaEval/alpaca_eval_gpt4_leaderboard.csv',
      'published leaderboard of AlpacaEval 1',
      {
        sha256: '9a86bb8cd16967ab94796ca6e52b63a14ceb59c953194ec064edfe690fb82ed6',
        local: ['leaderboards/data_AlpacaEval/alpaca_eval_gpt4_leaderboard.csv'],
        extra: true,
      },
    ],
    [
      'alpaca-eval-judges-leaderboard',
      'src/alpaca_eval/leaderboards/evaluators/evaluators_leaderboard.csv',
      'published leaderboard of judges',
      {
        sha256: 'db679d719e2a8705333ea2adbc184e77958226de58fe3146a815763e18ec5a3d',
        bytes: 6_443,
        local: ['leaderboards/evaluators/evaluators_leaderboard.csv'],
      },
    ],
    [
      'alpaca-eval-weights',
      `src/alpaca_eval/metrics/weights/${WEIGHTED}/length_controlled_v1/baseline_gpt4_1106_preview.csv`,
      'weights of the length-controlled fit, by model',
      {
        sha256: '3bd6d5a46327020f1b3eea79ac62d537f89a953d44ab0a6da83c954e36a23254',
        local: [`glm_weights/${WEIGHTED}/length_controlled_v1/baseline_gpt4_1106_preview.csv`],
      },
    ],
    [
      'alpaca-eval-judge-config',
      `src/alpaca_eval/evaluators_configs/${WEIGHTED}/configs.yaml`,
      'configuration of the judge of AlpacaEval 2',
      {
        sha256: 'fd5c656d9959ffd63b986c8216a81e83e001d17ced5a08defc1c857ce9dd033e',
        saveAs: `evaluators/${WEIGHTED}/configs.yaml`,
      },
    ],
    [
      'alpaca-eval-judge-prompt',
      'src/alpaca_eval/evaluators_configs/alpaca_eval_clf_gpt4_turbo/alpaca_eval_clf.txt',
      'prompt of the judge of AlpacaEval 2',
      {
        sha256: '784227e6dc2832fc08c43d2c8ea3a308e7523780187a1aaad2f85e30bac85f62',
        saveAs: 'evaluators/alpaca_eval_clf_gpt4_turbo/alpaca_eval_clf.txt',
      },
    ],
  ]),
  ...files('mt-bench', MT_BENCH, [
    [
      'mt-bench-questions',
      'FastChat/fastchat/llm_judge/data/mt_bench/question.jsonl',
      '80 questions of two turns',
      { sha256: '119565adbab82227089cefdb44c8d7e2cf04dc0a0ec233634c82e7d4e2a944f7', bytes: 48_929 },
    ],
    [
      'mt-bench-references',
      'FastChat/fastchat/llm_judge/data/mt_bench/reference_answer/gpt-4.jsonl',
      'reference answers of GPT-4 for maths, reasoning and coding',
      {
        sha256: 'f957a5bc977badb66885ec970e6cd08527845780313f0995764260e5777b9b3f',
        bytes: 51_109,
        saveAs: 'reference_answer/gpt-4.jsonl',
      },
    ],
    [
      'mt-bench-judge-prompts',
      'FastChat/fastchat/llm_judge/data/judge_prompts.jsonl',
      'prompts of the judge',
      { sha256: 'fd283293406d024f44c174b094ef48031d0687a4682fd3a56b29b138f80281b6', bytes: 10_449 },
    ],
  ]),
  ...files('flask', FLASK, [
    [
      'flask-instances',
      'FLASK/evaluation_set/flask_evaluation.jsonl',
      '1,740 instances',
      { sha256: '791950bf1f159b048eba8fee205eba606926c25467a9a31e6f9b6affc2e3e13d', bytes: 2_301_319 },
    ],
    [
      'flask-hard-instances',
      'FLASK/evaluation_set/flask_hard_evaluation.jsonl',
      'the 89 hard instances',
      { sha256: '9830d65b2a137b9184039850c748f52dde369377a0ae06c00ccb6d464d5ebb48', bytes: 119_459 },
    ],
    [
      'flask-judge-prompt',
      'FLASK/gpt_review/src/prompt.jsonl',
      'prompts of the judge',
      { sha256: '64836bb1eb6940e7ddbbbf0ea66265191bfd49476036ca15fc2660bbfa326134', bytes: 2_666 },
    ],
    [
      'flask-skills',
      'FLASK/metadata_annotation/skillset/src/skillset_description.json',
      'what each of the twelve skills means, score by score',
      { sha256: '78f03c29f5a6510b76b8a765cb539c302d69898b7e4d7c68372c9cc2427e595e', bytes: 11_979 },
    ],
  ]),
  ...files('arena-hard', ARENA_HARD_V01, [
    [
      'arena-hard-v0.1-questions',
      'data/arena-hard-v0.1/question.jsonl',
      'v0.1: 500 questions',
      { saveAs: 'v0.1/question.jsonl' },
    ],
    [
      'arena-hard-v0.1-baseline',
      'data/arena-hard-v0.1/model_answer/gpt-4-0314.jsonl',
      'v0.1: answers of the baseline',
      { saveAs: 'v0.1/model_answer/gpt-4-0314.jsonl', local: ['v0.1/model_answer_gpt-4-0314.jsonl'] },
    ],
  ]),
  ...files('arena-hard', ARENA_HARD_V2, [
    [
      'arena-hard-v2.0-questions',
      'data/arena-hard-v2.0/question.jsonl',
      'v2.0: 750 questions',
      {
        sha256: 'a75cef6623db6b27aec810497b059f0659705d7ff48dcbccc5bd5b130728ac73',
        bytes: 947_596,
        saveAs: 'v2.0/question.jsonl',
      },
    ],
    [
      'arena-hard-v2.0-baseline',
      'data/arena-hard-v2.0/model_answer/o3-mini-2025-01-31.jsonl',
      'v2.0: answers of the baseline of the hard prompts',
      {
        sha256: 'c23a7c255eead99f7f86ad48aa1d8ccdb5b3334f2097e0e1e09184df87265e03',
        bytes: 4_184_593,
        saveAs: 'v2.0/model_answer/o3-mini-2025-01-31.jsonl',
        local: ['v2.0/model_answer_o3-mini-2025-01-31.jsonl'],
      },
    ],
    [
      'arena-hard-v2.0-creative-baseline',
      'data/arena-hard-v2.0/model_answer/gemini-2.0-flash-001.jsonl',
      'v2.0: answers of the baseline of the creative prompts',
      { saveAs: 'v2.0/model_answer/gemini-2.0-flash-001.jsonl' },
    ],
    [
      'arena-hard-v2.0-config',
      'config/arena-hard-v2.0.yaml',
      'v2.0: configuration of the judge',
      { saveAs: 'v2.0/arena-hard-v2.0.yaml' },
    ],
    [
      'arena-hard-v0.1-config',
      'config/arena-hard-v0.1.yaml',
      'v0.1: configuration of the judge, as v2.0 has it',
      { saveAs: 'v2.0/arena-hard-v0.1.yaml' },
    ],
  ]),
]

/** Files there is one of for each published model. */
const FAMILIES: readonly { prefix: string; make: (model: string) => Entry }[] = [
  {
    prefix: 'alpaca-eval-outputs/',
    make: (model) => [
      `alpaca-eval-outputs/${model}`,
      `results/${model}/model_outputs.json`,
      `published outputs of ${model}`,
      { saveAs: `results/${model}/model_outputs.json`, local: [`model_outputs/${model}.json`], extra: true },
    ],
  },
  {
    prefix: 'alpaca-eval-annotations/',
    make: (model) => [
      `alpaca-eval-annotations/${model}`,
      `results/${model}/${WEIGHTED}/annotations.json`,
      `published judgments of ${model}`,
      {
        saveAs: `results/${model}/${WEIGHTED}/annotations.json`,
        local: [`annotation_sets/${model}.json`],
        extra: true,
      },
    ],
  },
]

/** How families are written in lists. */
export const DATA_FAMILIES: readonly string[] = FAMILIES.map(({ prefix }) => `${prefix}MODEL`)

/**
 * The file of a name.
 *
 * @throws MoaError `usage` when there is none.
 */
export function dataFile(name: string): DataFile {
  const found = DATA_FILES.find((file) => file.name === name)
  if (found) return found
  const family = FAMILIES.find(({ prefix }) => name.startsWith(prefix))
  if (family) {
    const model = name.slice(family.prefix.length)
    if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(model))
      return files('alpaca-eval', ALPACA_EVAL, [family.make(model)])[0] as DataFile
    throw new MoaError(
      'usage',
      `"${model}" is no name of a published model; expected letters, digits, ".", "_" and "-".`,
    )
  }
  const names = [...DATA_FILES.map((file) => file.name), ...DATA_GROUPS]
  throw new MoaError(
    'usage',
    `There is no data file "${name}".${didYouMean(name, names)} \`moa data list\` names them.`,
  )
}

/**
 * The files that names of files and groups stand for, each once. A group stands for its files that are not extra.
 *
 * @throws MoaError `usage` for a name that is neither.
 */
export function dataFiles(names: readonly string[]): readonly DataFile[] {
  const chosen = names.flatMap((name) => {
    const group = DATA_FILES.filter((file) => file.group === name && file.extra !== true)
    return group.length > 0 ? group : [dataFile(name)]
  })
  return [...new Map(chosen.map((file) => [file.name, file])).values()]
}
