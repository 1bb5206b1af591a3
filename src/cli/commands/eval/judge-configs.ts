import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { MoaError } from '../../../core/errors.js'
import { DEFAULT_SHIPPED_JUDGE, SHIPPED_JUDGES } from '../../../eval/benches/alpaca-eval/judges/shipped.js'
import {
  readJudgeConfigs,
  type ConfiguredJudge,
  type JudgeConfig,
} from '../../../eval/benches/alpaca-eval/index.js'
import { canonicalJson, sha256Hex } from '../../../util/hash.js'
import { didYouMean } from '../../../util/suggest.js'
import type { BenchSetup } from './benches/bench.js'
import { splitName } from './contestants.js'
import { readDataFile } from './data-folder.js'

/** Folders of judge configurations inside a data folder. */
const FOLDERS = ['evaluators_configs', 'evaluators'] as const

/** Whose models the original's completion functions ask. */
const PROVIDERS: Readonly<Record<string, string>> = {
  openai_completions: 'openai',
  anthropic_completions: 'anthropic',
  google_completions: 'gemini',
}

interface Template {
  readonly config: JudgeConfig
  readonly template: string
}

/**
 * The judges a `--judge` flag names: `configuration`, `model`, or `configuration@model`, perhaps under another name. A
 * configuration is one of ours or one in the official layout, where a file with several names is a pool.
 *
 * @throws MoaError for what does not exist
 */
export async function configuredJudges(text: string, setup: BenchSetup): Promise<readonly ConfiguredJudge[]> {
  const { name: newName, target } = splitName(text)
  const at = target.indexOf('@')
  const [before, after] = at < 0 ? [target, undefined] : [target.slice(0, at), target.slice(at + 1)]
  const named = readConfigs(before, setup)
  if (named === undefined && (at >= 0 ? !setup.isModel(target) : !setup.isModel(before)))
    throw unknownJudge(before, setup)
  const configs = named ?? readConfigs(DEFAULT_SHIPPED_JUDGE, setup) ?? []
  const model = named === undefined ? target : after
  return Promise.all(
    configs.map(async ({ config, template }) => {
      const address = model ?? addressOf(config)
      const own = named !== undefined && model === undefined ? config.name : `${config.name}@${address}`
      const name = newName === undefined ? own : configs.length > 1 ? `${newName}/${config.name}` : newName
      const judge = await setup.judge(address, name)
      const meaning = sha256Hex(canonicalJson([plainConfig(config), template, judge.fingerprint]))
      return {
        config: { ...config, name },
        template,
        judge: { ...judge, fingerprint: `judge:${meaning.slice(0, 32)}` },
      }
    }),
  )
}

function addressOf({ name, completions, completionsSettings }: JudgeConfig): string {
  const model = completionsSettings['model_name']
  const provider = PROVIDERS[completions]
  if (typeof model === 'string' && provider !== undefined) return `${provider}/${model}`
  throw new MoaError(
    'data_invalid',
    `The judge "${name}" is asked by ${completions}, which is not known here; name its model, as in --judge ${name}@provider/model.`,
  )
}

/** Configurations by name, ours last, so that a folder can replace them. */
function readConfigs(name: string, setup: BenchSetup): readonly Template[] | undefined {
  for (const folder of foldersOf(setup)) {
    const path = ['configs.yaml', 'configs.yml'].map((file) => join(folder, name, file)).find(existsSync)
    if (path !== undefined && !name.includes('..')) return readOfficial(path, folder, setup)
  }
  const shipped = Object.hasOwn(SHIPPED_JUDGES, name) ? SHIPPED_JUDGES[name] : undefined
  return shipped && [shipped]
}

function foldersOf({ flags, data }: BenchSetup): readonly string[] {
  const own = flags.judgeConfigs === undefined ? [] : [flags.judgeConfigs]
  return [...own, ...data.places.flatMap((place) => FOLDERS.map((folder) => join(place, folder)))]
}

function readOfficial(path: string, folder: string, { problems }: BenchSetup): readonly Template[] {
  const read = readJudgeConfigs(parseYaml(path), path)
  problems.merge(read.problems)
  return read.data.map((config) => ({
    config,
    // The template's path, or the template itself.
    template: /[\n{]/.test(config.promptTemplate)
      ? config.promptTemplate
      : readDataFile(join(folder, config.promptTemplate)).text,
  }))
}

/** Maps stay maps, since objects would put numeric keys first. */
function parseYaml(path: string): unknown {
  const { text } = readDataFile(path)
  try {
    return parse(text, { mapAsMap: true })
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new MoaError('data_invalid', `${path} is no YAML: ${line.replace(/:$/, '')}.`, { cause: error })
  }
}

function unknownJudge(name: string, setup: BenchSetup): MoaError {
  const known = Object.keys(SHIPPED_JUDGES)
  return new MoaError(
    'usage',
    `There is no judge "${name}".${didYouMean(name, known)} Expected a configuration (${known.join(', ')}, or one in ${foldersOf(setup)[0] ?? '--judge-configs'}), a model, or configuration@model.`,
  )
}

/** For hashing: maps as lists of pairs. */
function plainConfig(config: JudgeConfig): unknown {
  const { name: _, ...meaning } = config
  return JSON.parse(
    JSON.stringify(meaning, (_key, value: unknown) => (value instanceof Map ? [...value] : value)),
  )
}
