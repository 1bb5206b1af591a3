import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { MoaError } from '../../../core/errors.js'
import { DEFAULT_SHIPPED_JUDGE, SHIPPED_JUDGES } from '../../../eval/benches/alpaca-eval/judges/shipped.js'
import {
  readJudgeConfigs,
  type ConfiguredJudge,
  type JudgeContestant,
  type JudgeConfig,
} from '../../../eval/benches/alpaca-eval/index.js'
import { canonicalJson, sha256Hex } from '../../../util/hash.js'
import { didYouMean } from '../../../util/suggest.js'
import type { BenchSetup } from './benches/bench.js'
import { splitName } from './contestants.js'
import { readNamedText } from './bench-data.js'

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
 * The judge a `--judge` flag names: `configuration`, `model`, or `configuration@model`, perhaps under another name. A
 * configuration is one of ours or one in the official layout, where a file with several names is a pool.
 *
 * @throws MoaError for what does not exist
 */
export async function configuredJudge(text: string, setup: BenchSetup): Promise<JudgeContestant> {
  const { name: newName, target } = splitName(text)
  const { config: word, model, templates } = await wordsOf(target, setup)
  const own = model === undefined ? word : `${word}@${model}`
  const name = newName ?? own
  const judges: ConfiguredJudge[] = []
  for (const { config, template } of templates) {
    const called = templates.length > 1 ? `${name}/${config.name}` : name
    const judge = await setup.judge(model ?? addressOf(config), called)
    const meaning = sha256Hex(canonicalJson([plainConfig(config), template, judge.fingerprint]))
    const fingerprint = `judge:${meaning.slice(0, 32)}`
    judges.push({ config: { ...config, name: called }, template, judge: { ...judge, fingerprint } })
  }
  return { name, judges: judges as [ConfiguredJudge, ...ConfiguredJudge[]] }
}

/** What the words of the flag mean. Some models have an `@` in their names, so what is before it has to be known. */
async function wordsOf(
  target: string,
  setup: BenchSetup,
): Promise<{
  readonly config: string
  readonly model?: string
  readonly templates: readonly Template[]
}> {
  const at = target.indexOf('@')
  const before = at < 0 ? target : target.slice(0, at)
  const templates = await readConfigs(before, setup)
  if (templates !== undefined)
    return { config: before, templates, ...(at >= 0 && { model: target.slice(at + 1) }) }
  if (!setup.isModel(target)) throw unknownJudge(before, setup)
  const shipped = (await readConfigs(DEFAULT_SHIPPED_JUDGE, setup)) ?? []
  return { config: DEFAULT_SHIPPED_JUDGE, model: target, templates: shipped }
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
async function readConfigs(name: string, setup: BenchSetup): Promise<readonly Template[] | undefined> {
  for (const folder of foldersOf(setup)) {
    const path = ['configs.yaml', 'configs.yml'].map((file) => join(folder, name, file)).find(existsSync)
    if (path !== undefined && !name.includes('..')) return readOfficial(path, folder, setup)
  }
  const shipped = Object.hasOwn(SHIPPED_JUDGES, name) ? SHIPPED_JUDGES[name] : undefined
  return shipped && [shipped]
}

function foldersOf({ flags, data }: BenchSetup): readonly string[] {
  const own = flags.judgeConfigs === undefined ? [] : [flags.judgeConfigs]
  return [...own, ...data.judgeFolders]
}

async function readOfficial(
  path: string,
  folder: string,
  { problems }: BenchSetup,
): Promise<readonly Template[]> {
  const { text } = await readNamedText(path)
  const read = readJudgeConfigs(parseYaml(text, path), path)
  problems.merge(read.problems)
  const found: Template[] = []
  for (const config of read.data) {
    const { promptTemplate } = config
    // The template's path, or the template itself.
    const inline = /[\n{]/.test(promptTemplate)
    const template = inline ? promptTemplate : (await readNamedText(join(folder, promptTemplate))).text
    found.push({ config, template })
  }
  return found
}

/** Maps stay maps, since objects would put numeric keys first. */
function parseYaml(text: string, path: string): unknown {
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
