import fc from 'fast-check'
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { hasShared, readShared, readSharedJson, sharedPath } from '../../../../../test/shared.js'
import { MoaError } from '../../../../core/index.js'
import { reapplyParsing } from '../judge/cache.js'
import { readReply } from '../parse/read-reply.js'
import { pandasJson } from '../../../python/pandas-json.js'
import { formatProblem, ProblemLog, type Problem } from '../../../problems.js'
import {
  readLeaderboard,
  rowsOfMode,
  withScores,
  emptyLeaderboard,
  writeLeaderboard,
} from '../score/leaderboard.js'
import type { AnnotationSet } from '../types.js'
import { readAnnotationRecords, readAnnotations } from './annotations.js'
import { gamedDifficulties, readDifficulties, readGamedRows } from './gamed.js'
import { judgeParser, readJudgeConfigs } from './judge-config.js'
import { locateInstructions } from './locate.js'
import { averageLength, readModelOutputs } from './model-outputs.js'
import { judgeVotesOf, readHumanVotes } from './votes.js'
import { readWeights } from './weights.js'

const root = 'benchmarks/alpaca_eval'
const shared = hasShared(root)
const kinds = (problems: readonly Problem[]): unknown => problems.map(({ code, count }) => [code, count])
const source = 'file.json'

const record = (fields: object = {}): object => ({
  instruction: 'i',
  output_1: 'one',
  output_2: 'two',
  generator_1: 'b',
  generator_2: 'm',
  annotator: 'j',
  preference: 1.5,
  ...fields,
})
const annotations = (...rows: unknown[]) => readAnnotations(JSON.stringify(rows), source)

describe.skipIf(!shared)('official files', () => {
  const baselineFile = `${root}/alpaca_eval_gpt4_baseline.json.gz`

  it('are read and written back byte for byte', () => {
    const text = readShared(baselineFile)
    const { data, problems } = readModelOutputs(text, { source: baselineFile })
    expect(data.generator).toBe('gpt4_1106_preview')
    expect(data.outputs).toHaveLength(805)
    expect(problems).toEqual([])
    const fields = data.outputs.map(({ dataset, instruction, output, generator }) => ({
      dataset,
      instruction,
      output,
      generator,
    }))
    expect(pandasJson(fields)).toBe(text)
  })

  it('have the average lengths of the leaderboard', () => {
    const lengths = readSharedJson<Record<string, { avg_length: number }>>(`${root}/model_outputs/index.json`)
    const instructions = readSharedJson<{ instruction: string }[]>(`${root}/instructions.json`).map(
      (row) => row.instruction,
    )
    for (const name of readdirSync(sharedPath(`${root}/model_outputs`))) {
      if (!name.endsWith('.json.gz')) continue
      const text = readShared(`${root}/model_outputs/${name}`)
      const { data, problems } = readModelOutputs(text, { source: name, instructions })
      expect(problems.filter((problem) => problem.code !== 'answer-empty')).toEqual([])
      expect(averageLength(data), name).toBe(lengths[name.replace('.json.gz', '')]!.avg_length)
    }
  })

  it('hold preferences that follow from coin and log probabilities', () => {
    const judges = parseYaml(
      readShared(`${root}/evaluators/weighted_alpaca_eval_gpt4_turbo/configs.yaml`),
    ) as unknown
    const [judge] = readJudgeConfigs(judges, 'configs.yaml').data
    const examples = readSharedJson<Record<string, { record: object }[]>>(`${root}/annotation_examples.json`)
    for (const [model, rows] of Object.entries(examples)) {
      const text = JSON.stringify(rows.map((row) => row.record))
      const { data, problems } = readAnnotationRecords(text, model)
      expect(problems).toEqual([])
      const verdicts = reapplyParsing(data, { judge: judge!, seed: 0 })
      expect(verdicts).toHaveLength(data.length)
      for (const { pair, preference } of verdicts) {
        expect(Math.abs(preference! - (pair.preference as number)), pair.instruction).toBeLessThan(6e-11)
      }
    }
  })

  it('describe 18 judges, all of whose parsers can be built', () => {
    const names = readdirSync(sharedPath(`${root}/evaluators`))
    const configs = names.flatMap((name) => {
      const parsed = parseYaml(readShared(`${root}/evaluators/${name}/configs.yaml`)) as unknown
      const { data, problems } = readJudgeConfigs(parsed, name)
      expect(problems).toEqual([])
      return data
    })
    expect(configs.map((config) => config.name).sort()).toEqual(names.sort())
    const of = (name: string) => configs.find((config) => config.name === name)!
    expect(of('weighted_alpaca_eval_gpt4_turbo')).toMatchObject({
      promptTemplate: 'alpaca_eval_clf_gpt4_turbo/alpaca_eval_clf.txt',
      completions: 'openai_completions',
      parserName: 'logprob_parser',
      completionKey: 'completions_all',
      batchSize: 1,
      randomizeOrder: true,
      shuffle: true,
    })
    expect(of('alpaca_farm_greedy_gpt4')).toMatchObject({ parserName: 'regex_parser', batchSize: 5 })
    expect(of('aviary_gpt4').randomizeOrder).toBe(false)
    expect(of('alpaca_eval_cot_gpt4_turbo_fn').processors).toEqual(['ChainOfThoughtProcessor'])
  })

  it('show leaderboard rows by mode', () => {
    const path = `${root}/leaderboards/data_AlpacaEval_2/weighted_alpaca_eval_gpt4_turbo_leaderboard.csv`
    const { data } = readLeaderboard(readShared(path), path)
    const minimal = rowsOfMode(data, { mode: 'minimal' })
    expect(minimal.every((row) => row.cells['mode'] === 'minimal')).toBe(true)
    expect(rowsOfMode(data, { mode: 'community' }).length).toBeGreaterThan(minimal.length)
    const current = rowsOfMode(data, { mode: 'minimal', current: ['NullModel'] })
    expect(current.map((row) => row.model)).toContain('NullModel')
    const difficulties = readDifficulties(
      readShared(`${root}/reconstructed/instruction_difficulty.csv`),
      'd',
    ).data
    const gamed = readGamedRows(readShared(`${root}/reconstructed/df_gamed.csv`), 'g').data
    expect(gamedDifficulties(gamed)).toEqual(difficulties)
  })
})

describe('annotations', () => {
  it('are read in both spellings', () => {
    const { data, problems } = readAnnotationRecords(
      JSON.stringify([
        record({ price_per_example: 0.01, time_per_example: 2, raw_completion: { text: 'm' } }),
        record({
          instruction: 'k',
          preference_price_per_example: 0.02,
          preference_time_per_example: 3,
          preference_raw_completion: 'M',
          preference_date: '2024',
          glm_preference: 0.25,
          datasplit: 'eval',
        }),
      ]),
      source,
    )
    expect(problems).toEqual([])
    expect(data[0]).toMatchObject({
      price_per_example: 0.01,
      time_per_example: 2,
      raw_completion: { text: 'm' },
    })
    expect(data[1]).toMatchObject({ price_per_example: 0.02, raw_completion: 'M', glm_preference: 0.25 })
  })

  it('are read from aligned arrays', () => {
    const compact = {
      model: 'm',
      generator_1: 'b',
      annotator: 'j',
      index: null,
      preference: [1, 0, null],
      len_1: [3, 2, 1],
      len_2: [1, 2, 3],
    }
    const { data, problems } = readAnnotations(JSON.stringify(compact), source)
    expect(data).toMatchObject({ model: 'm', baseline: 'b', judge: 'j', instructions: null })
    expect([...data.index!]).toEqual([0, 1, 2])
    expect([...data.preference]).toEqual([1, 0, NaN])
    expect(data.price[0]).toBeNaN()
    expect(kinds(problems)).toEqual([['unscored', 1]])
    const bad = (fields: object) => () => readAnnotations(JSON.stringify({ ...compact, ...fields }), source)
    expect(bad({ len_2: [1] })).toThrow(
      /"len_2" with one value for each of the 3 preferences, but it has 1 values/,
    )
    expect(bad({ len_2: undefined })).toThrow(/output lengths in "len_2", but it is missing/)
    expect(bad({ len_1: [1, 'x', 2] })).toThrow(/has none at \[1\]/)
    expect(bad({ preference: [] })).toThrow(MoaError)
  })

  it('count everything that is wrong, with its place', () => {
    const { data, problems } = annotations(
      record(),
      record(),
      record({ preference: 2 }),
      record({ instruction: 'a', preference: null }),
      record({ instruction: 'b', preference: -1 }),
      record({ instruction: 'c', preference: 7 }),
      record({ instruction: 'd', preference: '2' }),
      record({ instruction: 'e', output_2: '' }),
      { instruction: 'f' },
      'nonsense',
      record({ instruction: 'g', generator_2: 'other' }),
    )
    expect(data.preference).toHaveLength(8)
    expect(data.model).toBe('Current model')
    expect(kinds(problems)).toEqual([
      ['record-duplicate', 1],
      ['record-duplicate', 1],
      ['field-invalid', 2],
      ['answer-empty', 1],
      ['name-ambiguous', 1],
      ['unscored', 2],
      ['value-unusable', 1],
      ['value-unusable', 1],
    ])
    const broken = problems.find((problem) => problem.code === 'field-invalid')!
    expect(broken.places).toEqual([
      { source, row: 8 },
      { source, row: 9 },
    ])
    expect(formatProblem(broken)).toBe(
      'field-invalid (2): The row is not an object with the expected fields; it was left out. [file.json[8]; file.json[9]]',
    )
  })

  it('are told from other files', () => {
    expect(() => annotations({ instruction: 'i', output: 'o', generator: 'm' })).toThrow(
      /^file\.json: expected an array of judged pairs .* but this looks like a model_outputs\.json; pass the annotations\.json\.$/,
    )
    expect(() => annotations()).toThrow(/found no such row/)
    expect(() => readAnnotations('{"a": 1}', source)).toThrow(/object of arrays/)
    expect(() => readAnnotationRecords('{"a": 1}', source)).toThrow(MoaError)
    expect(() => readAnnotations('<html>', source)).toThrow(/expected JSON/)
  })

  it('find their instructions in the evaluation set', () => {
    const log = new ProblemLog()
    const { data } = annotations(record({ instruction: 'z' }), record({ instruction: 'b' }))
    const located = locateInstructions(data, { instructions: ['a', 'b', 'b'], log })
    expect([...located.index!]).toEqual([-1, 1])
    expect(kinds(log.list())).toEqual([
      ['id-unknown', 1],
      ['record-missing', 2],
    ])
    const bare: AnnotationSet = { ...data, instructions: null }
    expect(locateInstructions(bare, { instructions: ['a'], log })).toBe(bare)
  })

  it('keep every usable preference, whatever else is in the file', () => {
    const row = fc.record({
      instruction: fc.string(),
      output_1: fc.string(),
      output_2: fc.string(),
      preference: fc.oneof(
        fc.double(),
        fc.constant(null),
        fc.constant(0),
        fc.double({ min: 1, max: 2, noNaN: true }),
      ),
    })
    fc.assert(
      fc.property(fc.array(fc.oneof(row, fc.jsonValue()), { minLength: 1 }), (rows) => {
        try {
          const { data, problems } = readAnnotations(JSON.stringify(rows), source)
          const dropped = problems
            .filter(({ message }) => message.endsWith('it was left out.'))
            .reduce((total, { count }) => total + count, 0)
          expect(data.preference.length + dropped).toBe(rows.length)
          for (const preference of data.preference) {
            expect(Number.isNaN(preference) || preference === 0 || (preference >= 1 && preference <= 2)).toBe(
              true,
            )
          }
        } catch (error) {
          expect(error).toMatchObject({ code: 'data_invalid' })
        }
      }),
    )
  })
})

describe('model outputs', () => {
  const read = (rows: unknown, instructions?: string[]) =>
    readModelOutputs(JSON.stringify(rows), { source, ...(instructions && { instructions }) })
  const row = (instruction: string, output: string, generator = 'm') => ({ instruction, output, generator })

  it('note what is empty, doubled, unknown or missing', () => {
    const { data, problems } = read(
      [row('a', ''), row('a', ''), row('a', 'x'), { instruction: 'b' }, row('z', 'y', 'n')],
      ['a', 'b'],
    )
    expect(data.generator).toBe('Current model')
    expect(data.outputs).toHaveLength(4)
    expect(kinds(problems)).toEqual([
      ['answer-empty', 2],
      ['record-duplicate', 1],
      ['record-duplicate', 1],
      ['field-invalid', 1],
      ['id-unknown', 1],
      ['record-missing', 1],
      ['name-ambiguous', 1],
    ])
  })

  it('may come without instructions, when those are given', () => {
    const compact = { generator: 'm', outputs: ['x', 'y'] }
    expect(read(compact, ['a', 'b']).data.outputs[1]).toEqual(row('b', 'y'))
    expect(() => read(compact)).toThrow(/give the evaluation set/)
    expect(() => read(compact, ['a'])).toThrow(/2 outputs for 1 instructions/)
  })

  it('are told from other files', () => {
    expect(() => read([record()])).toThrow(/this looks like annotations; pass the model_outputs\.json/)
    expect(() => read('text')).toThrow(/found no such row/)
    expect(() => read([])).toThrow(/found no such row/)
  })

  it('measure length in code points', () => {
    expect(averageLength(read([row('a', '🙂🙂'), row('b', 'é')]).data)).toBe(1)
  })
})

describe('tables', () => {
  it('name the line and column of a bad cell', () => {
    const gamed = 'model,preference,index,std_delta_len,instruction_difficulty,not_gamed_baseline\n'
    const good = readGamedRows(`${gamed}a,0.5,1,-1,0.25,False\n`, 'g.csv')
    expect(good.data.difficulty[0]).toBe(0.25)
    expect(kinds(good.problems)).toEqual([['record-missing', 1]])
    expect(() => readGamedRows(`${gamed}a,1.5,0,-1,0,False\n`, 'g.csv')).toThrow(
      /line 2: expected a preference from 0 to 1/,
    )
    expect(() => readGamedRows(`${gamed}a,0.5,0,-1,,False\n`, 'g.csv')).toThrow(
      /^g\.csv line 2: expected a number in column "instruction_difficulty"/,
    )
    expect(() => readGamedRows(gamed, 'g.csv')).toThrow(/has no rows/)
    expect(() => readGamedRows('a,b\n1,2\n', 'g.csv')).toThrow(/preference, index, .* are missing/)
    expect(() => readGamedRows('', 'g.csv')).toThrow(/the file is empty/)
    expect(() => readGamedRows('a,"b\n1,2\n', 'g.csv')).toThrow(/quotes do not match/)
    expect(() => readDifficulties('index,instruction_difficulty\n7,0\n', 'd.csv')).toThrow(
      /line 2: expected an index/,
    )
    expect(() => readWeights(',a\nm,1\n', 'w.csv')).toThrow(/are missing/)
    const header = ',np.tanh(std_delta_len),instruction_difficulty,not_gamed_baseline.astype(float)\n'
    const twice = readWeights(`${header}m,1,2,3\nm,4,5,6\n`, 'w.csv')
    expect(twice.data.get('m')).toEqual({ length: 4, difficulty: 5, model: 6 })
    expect(kinds(twice.problems)).toEqual([['record-duplicate', 1]])
  })

  it('keep quoted names and note cells that are no numbers', () => {
    const text = ',win_rate,n_total,mode\n"a, ""b""",50.5,805,minimal\nc,n/a,805,\n'
    const { data, problems } = readLeaderboard(text, 'l.csv')
    expect(data.rows[0]!.model).toBe('a, "b"')
    expect(kinds(problems)).toEqual([['value-unusable', 1]])
    expect(writeLeaderboard(data)).toBe(',win_rate,n_total,mode\n"a, ""b""",50.5,805,minimal\nc,,805,\n')
    expect(() => readLeaderboard('a,b\n1,2\n', 'l.csv')).toThrow(/expected a leaderboard/)
  })

  it('take in new scores, in place of older ones, best first', () => {
    const scores = (model: string, lc: number | null) => ({
      model,
      win_rate: 10,
      standard_error: 1,
      n_wins: 1,
      n_wins_base: 2,
      n_draws: 0,
      n_total: 3,
      discrete_win_rate: 33.5,
      avg_length: 100,
      length_controlled_winrate: lc,
      lc_standard_error: 0.5,
    })
    let board = emptyLeaderboard()
    for (const row of [scores('a', 10), scores('b', 20), scores('a', 30), scores('c', null)]) {
      board = withScores(board, row, { mode: 'community' })
    }
    expect(board.rows.map((row) => row.model)).toEqual(['a', 'b', 'c'])
    expect(writeLeaderboard(board).split('\n').slice(0, 2)).toEqual([
      ',win_rate,standard_error,n_wins,n_wins_base,n_draws,n_total,discrete_win_rate,mode,avg_length,length_controlled_winrate,lc_standard_error',
      'a,10.0,1.0,1,2,0,3,33.5,community,100,30.0,0.5',
    ])
  })
})

describe('judges and votes', () => {
  const judge = { j: { prompt_template: 't', fn_completion_parser: 'lmsys_parser' } }

  it('fill in defaults and note settings they do not know', () => {
    const { data, problems } = readJudgeConfigs({ j: { ...judge.j, batchsize: 2 } }, 'j.yaml')
    expect(data[0]).toMatchObject({
      completionKey: 'completions',
      batchSize: 1,
      randomizeOrder: true,
      shuffle: true,
    })
    expect(kinds(problems)).toEqual([['setting-unknown', 1]])
    expect(problems[0]!.places).toEqual([{ source: 'j.yaml', id: 'j.batchsize' }])
  })

  it('refuse what is no judge', () => {
    const read = (fields: object) => () => readJudgeConfigs({ j: { ...judge.j, ...fields } }, 'j.yaml')
    expect(() => readJudgeConfigs([], 'j.yaml')).toThrow(/map from judges' names/)
    expect(() => readJudgeConfigs({ j: 1 }, 'j.yaml')).toThrow(/j\.yaml: j: expected a map/)
    expect(read({ prompt_template: undefined })).toThrow(/"prompt_template" must be a text/)
    expect(read({ batch_size: 0 })).toThrow(/whole number of at least 1/)
    expect(read({ completion_key: 'x' })).toThrow(/"completions" or/)
    expect(read({ is_shuffle: 1 })).toThrow(/true or false/)
    expect(read({ completions_kwargs: [] })).toThrow(/must be a map/)
    expect(read({ fn_completion_parser: 'lmsy_parser' })).toThrow(/Did you mean "lmsys_parser"/)
  })

  it('keep verdicts with numeric names in their own order when read as Maps', () => {
    const yaml =
      'j:\n  prompt_template: t\n  completion_parser_kwargs:\n    outputs_to_match:\n      2: a\n      1: ab\n'
    const [config] = readJudgeConfigs(parseYaml(yaml, { mapAsMap: true }), 'j.yaml').data
    expect(readReply(judgeParser(config!), 'ab')).toEqual({ ok: true, values: [2] })
  })

  it('read human votes and votes of judges', () => {
    const text = JSON.stringify([
      record({ datasplit: 'eval', generator: 'g' }),
      record({ preference: 9 }),
      {},
    ])
    const { data, problems } = readHumanVotes(text, source)
    expect(data[0]).toMatchObject({ preference: 1.5, generator: 'g', datasplit: 'eval' })
    expect(kinds(problems)).toEqual([
      ['value-unusable', 1],
      ['field-invalid', 1],
    ])
    expect(() => readHumanVotes('{}', source)).toThrow(/expected an array of votes/)
    const records = readAnnotationRecords(JSON.stringify([record({ preference: null })]), source).data
    const votes = judgeVotesOf(records, { seed: 2, source })
    expect(votes.data[0]).toMatchObject({ seed: 2, preference: NaN, price: NaN })
    expect(kinds(votes.problems)).toEqual([['unscored', 1]])
  })
})
