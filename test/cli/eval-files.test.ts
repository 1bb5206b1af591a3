import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasShared, readShared, readSharedJson, sharedPath } from '../shared.js'
import { REPLY_KIND_NAMES } from '../../src/cli/definitions/eval-files.js'
import { REPLY_KINDS } from '../../src/eval/benches/parse-reply.js'
import { built, Sandbox, type Ended } from './moa.js'

const shared = hasShared('benchmarks/alpaca_eval')
const alpaca = (path: string): string => sharedPath(`benchmarks/alpaca_eval/${path}`)
const golden = <T>(path: string): T => readSharedJson<T>(`benchmarks/${path}`)

let sandbox: Sandbox
beforeAll(async () => {
  await built()
  sandbox = new Sandbox()
})
afterAll(() => sandbox.remove())

const run = (...args: string[]): Promise<Ended> => sandbox.run(['eval', ...args])
const json = <T>({ stdout }: Ended): T => JSON.parse(stdout) as T
const near = (actual: unknown, expected: number, label: string): void =>
  expect(Math.abs((actual as number) - expected), label).toBeLessThanOrEqual(
    1e-9 * Math.max(1, Math.abs(expected)),
  )

type Row = Record<string, number | string | null>

describe.skipIf(!shared)('moa eval score alpaca-eval', () => {
  const sets = ['phi-2', 'NullModel', 'vicuna-7b']
  const files = sets.map((name) => alpaca(`annotation_sets/${name}.json`))
  const score = (...more: string[]): Promise<Ended> =>
    run('score', 'alpaca-eval', '--annotations', ...files, '--calibration', alpaca('reconstructed'), ...more)

  it.each([
    ['plain', 'length_controlled_v1.json'],
    ['avx512', 'length_controlled_v1_avx512_folds.json'],
    ['avx2', 'length_controlled_v1_avx2_folds.json'],
  ])('gives the original figures under their official names, with %s folds', async (order, file) => {
    const ended = await score('--fold-order', order, '--details', '--json')
    const rows = json<(Row & { weights: Record<string, number> })[]>(ended)
    const { results } = golden<{ results: Record<string, Row & { weights: Record<string, number> }> }>(
      `alpaca_eval/goldens/${file}`,
    )
    expect(rows.map(({ model }) => model)).toEqual(sets)
    for (const row of rows) {
      const expected = results[row['model'] as string]!
      for (const [column, value] of Object.entries(expected)) {
        if (typeof value === 'number' && column in row)
          near(row[column], value, `${String(row['model'])} ${column}`)
      }
      near(row['C'], expected['C'] as number, 'C')
      for (const [name, weight] of Object.entries(expected.weights)) near(row.weights[name], weight, name)
      expect(Object.keys(row).slice(0, 11)).toEqual(
        'model,win_rate,standard_error,n_wins,n_wins_base,n_draws,n_total,discrete_win_rate,avg_length,length_controlled_winrate,lc_standard_error'.split(
          ',',
        ),
      )
    }
  })

  it('tells of missing rows, and prints the score by instruction beside the published one', async () => {
    const { code, stdout, stderr } = await score('--json')
    const [phi, other] = JSON.parse(stdout) as Row[]
    expect(code).toBe(3)
    expect(phi!['length_controlled_winrate_by_instruction']).not.toBe(phi!['length_controlled_winrate'])
    expect(other).not.toHaveProperty('length_controlled_winrate_by_instruction')
    expect(stderr).toMatch(/record-missing \(1\).*805 instructions.*phi-2\.json \(803 rows\)/)
  })

  it('shows resampled intervals of the win rate with and without length control', async () => {
    const { stdout } = await score('--bootstrap', '20')
    const row = stdout.split('\n').find((line) => line.startsWith('vicuna-7b'))
    expect(row?.match(/\d+\.\d\d \[\d+\.\d, \d+\.\d\]/g)).toHaveLength(2)
  })

  it('prints CSV with the official columns, and Markdown', async () => {
    expect((await score('--csv')).stdout).toMatch(/^model,win_rate,.*\nphi-2,2\.35/)
    expect((await score('--markdown')).stdout).toMatch(/^\| model \| LC win rate \|.*\n\| --- \| ---: \|/)
  })

  it.each([
    [
      'outputs.json',
      '[{"instruction": "i", "output": "o", "generator": "g"}]',
      /looks like a model_outputs\.json/,
    ],
    ['cut.json', '[{"instruction": "i", "outp', /cut\.json.*JSON/],
    [
      'nan.json',
      '[{"instruction":"i","output_1":"a","output_2":"b","preference":NaN}]',
      /none of the 1 rows/,
    ],
  ])('refuses %s with one line', async (name, text, message) => {
    const { code, stdout, stderr } = await run(
      'score',
      'alpaca-eval',
      '--annotations',
      sandbox.write(name, text),
    )
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.split('\n').filter((line) => line.startsWith('moa:'))).toEqual([
      expect.stringMatching(message),
    ])
  })
})

describe.skipIf(!shared)('moa eval leaderboard', () => {
  it('scores all shared sets anew beside the official figures', async () => {
    const ended = await run(
      'leaderboard',
      'alpaca-eval',
      '--data',
      sharedPath('benchmarks'),
      '--recompute',
      '--json',
    )
    const rows = json<{ model: string; gap: Record<string, number | null> }[]>(ended)
    expect(rows).toHaveLength(29)
    const exact = rows.filter(({ gap }) => Math.abs(gap['length_controlled_winrate'] ?? NaN) < 1e-6)
    expect(exact).toHaveLength(25)
    for (const { model, gap } of rows) expect(Math.abs(gap['win_rate'] ?? 0), model).toBeLessThan(1e-9)
  })

  it('puts scored annotations among the official rows', async () => {
    const own = golden<Row>('alpaca_eval/annotation_sets/phi-2.json')
    const file = sandbox.write('own.json', JSON.stringify({ ...own, model: 'my-mixture' }))
    const ended = await run(
      'leaderboard',
      'alpaca-eval',
      '--data',
      sharedPath('benchmarks'),
      '--annotations',
      file,
      '--csv',
    )
    expect(ended.stdout).toMatch(/^,win_rate,/)
    expect(ended.stdout).toMatch(/\nmy-mixture,2\.35/)
  })
})

describe.skipIf(!shared)('moa eval judges', () => {
  const names = ['regex', 'ranking', 'clf', 'weighted', 'fn', 'batch5', 'fixed_order', 'single_seed']
  const judge = (...more: string[]): Promise<Ended> =>
    run(
      'judges',
      ...['--gold', alpaca('cross_annotations/alpaca_farm_human_crossannotations.json.gz')],
      ...['--annotations', ...names.map((name) => alpaca(`goldens/evaluator_analysis/sim_${name}.json.gz`))],
      ...more,
    )

  it.each([
    ['0.6.6', 'metrics.json'],
    ['0.6.2', 'metrics_v0.6.2.json'],
  ])('equals release %s in every column', async (release, file) => {
    const rows = json<Row[]>(await judge('--release', release, '--json'))
    const golds = golden<{ rows: Record<string, Record<string, number | null>> }>(
      `alpaca_eval/goldens/evaluator_analysis/${file}`,
    ).rows
    expect(rows.map((row) => row['judge']).sort()).toEqual(Object.keys(golds).sort())
    for (const { judge: name, ...row } of rows) {
      for (const [column, value] of Object.entries(golds[name as string]!)) {
        if (value === null || Number.isNaN(value)) expect(row[column] ?? null, column).toBeNull()
        else near(row[column], value, `${String(name)} ${column}`)
      }
    }
  })

  it("shows each judge's own price by default, and intervals when asked", async () => {
    const ended = await judge('--intervals', '--json')
    const row = json<(Row & { 'Human agreement interval': { low: number; high: number } })[]>(ended).find(
      ({ judge: name }) => name === 'sim_clf',
    )!
    expect(row['Price [$/1000 examples]']).toBeLessThan(10)
    const { low, high } = row['Human agreement interval']
    expect(low).toBeLessThan(row['Human agreement'] as number)
    expect(high).toBeGreaterThan(row['Human agreement'] as number)
    expect(ended.stderr).toMatch(/The models of the pairs are taken from/)
    const table = (await judge('--intervals')).stdout
    expect(table).toMatch(/^judge .*Swap consistency$/m)
    for (const name of ['humans', 'longest'])
      expect(table).toMatch(new RegExp(`^${name} +\\d\\d\\.\\d\\d \\[\\d\\d\\.\\d, \\d\\d\\.\\d\\]`, 'm'))
  })
})

describe.skipIf(!shared)('moa eval score mt-bench', () => {
  interface Run {
    readonly mode: string
    readonly args?: readonly string[]
    readonly error: string | null
    readonly tables: readonly (readonly Row[])[]
  }

  it.each(['mt_bench/goldens/synA', 'mt_bench/real/phi3'])(
    'prints what the original prints for %s',
    async (data) => {
      const { runs } = golden<{ runs: Run[] }>(
        data.includes('synA') ? `${data}_show_result.json` : `${data}_results.json`,
      )
      for (const { mode, args = [], error, tables } of runs) {
        const kind = mode === 'single' ? 'single' : 'pair'
        const flags = args.map(
          (arg) => ({ '--model-list': '--model', '--baseline-model': '--baseline' })[arg] ?? arg,
        )
        const file = sharedPath(`benchmarks/${data}_${kind}.jsonl.gz`)
        const ended = await run('score', 'mt-bench', '--mode', mode, '--judgments', file, ...flags, '--json')
        if (error !== null) {
          expect(ended.code).toBe(2)
          continue
        }
        const { published } = json<{ published: Record<string, Row[]> & Row[] }>(ended)
        const ours =
          mode === 'single'
            ? [published['firstTurn'], published['secondTurn'], published['average']]
            : [published]
        expect(ours.map((table) => table!.map(({ model }) => model))).toEqual(
          tables.map((table) => table.map(({ model }) => model)),
        )
        tables.forEach((table, index) =>
          table.forEach((row, place) => {
            for (const [column, value] of Object.entries(row))
              if (typeof value === 'number' && column !== 'turn')
                near(ours[index]![place]![column], value, column)
          }),
        )
      }
    },
  )

  it('leaves a cut last line out, says so, and refuses answers of another benchmark', async () => {
    const text = readShared('benchmarks/mt_bench/real/phi3_single.jsonl.gz')
    const cut = await run(
      'score',
      'mt-bench',
      '--judgments',
      sandbox.write('cut.jsonl', text.slice(0, -40)),
      ...['--questions', sharedPath('benchmarks/mt_bench/question.jsonl')],
    )
    expect(cut.code).toBe(3)
    expect(cut.stderr).toMatch(/line-truncated \(1\).*line 160/)
    expect(cut.stderr).toMatch(/record-missing \(1\)/)
    const foreign = await run(
      'score',
      'mt-bench',
      '--judgments',
      sharedPath('benchmarks/flask/goldens/flaskA_hard89_review.jsonl.gz'),
    )
    expect(foreign.code).toBe(2)
    expect(foreign.stderr).toMatch(/^moa: .*no line holds an MT-Bench single judgment/)
  })
})

describe.skipIf(!shared)('moa eval score flask', () => {
  it.each([
    ['skill', 'moa1740/aggregate_skill', 'flaskA_skill.csv'],
    ['domain', 'moa1740_keys_renamed/aggregate_domain', 'flaskA_domain.csv'],
    ['difficulty', 'moa1740_keys_renamed/aggregate_difficulty_skill', 'flaskA_difficulty_skill.csv'],
  ])('writes the original CSV by %s', async (by, key, name) => {
    const reviews = sharedPath('benchmarks/flask/goldens/flaskA_moa1740_review.jsonl.gz')
    const ended = await run('score', 'flask', '--reviews', reviews, '--by', by, '--csv')
    const goldens = golden<Record<string, { csv: Record<string, string> }>>(
      'flask/goldens/flaskA_aggregates.json',
    )
    const expected = Object.entries(goldens[key]!.csv).find(([file]) =>
      file.endsWith(name.replace('flaskA', '')),
    )
    expect(ended.stdout).toBe(expected?.[1])
  })
})

describe.skipIf(!shared)('moa eval score arena-hard', () => {
  const file = (name: string): string => sharedPath(`benchmarks/arena_hard/goldens/${name}`)
  const score = (...more: string[]): Promise<Ended> =>
    run('score', 'arena-hard', '--judgments', file('v01A_judgments.jsonl.gz'), ...more, '--json')

  it.each([
    [[]],
    [['--style-control']],
    [['--style-control', 'length']],
    [['--first-game-only']],
  ] as string[][][])('prints the lines of the published script with %j', async (flags) => {
    const { script_runs } = golden<{ script_runs: { args: string[]; lines: string[] }[] }>(
      'arena_hard/goldens/v01A_results.json',
    )
    const official = flags[1] === 'length' ? ['--length-control-only'] : flags
    const lines = script_runs.find(({ args }) => args.join() === official.join())!.lines
    const expected = lines.flatMap((line) => {
      const found = /^(\S+) +\| score: *([\d.]+) .*\((-?[\d.]+), (-?[\d.]+)\).*#tokens: (\d+)/.exec(line)
      return found ? [[found[1], Number(found[2]), Number(found[3]), Number(found[4]), Number(found[5])]] : []
    })
    const { published } = json<{ published: { rows: Row[] } }>(
      await score('--style', file('v01A_style.json.gz'), ...flags),
    )
    const ours = published.rows.map((row) => [row['model'], row['score'], row['average_tokens']])
    expect(ours.map(([model]) => model)).toEqual(expected.map(([model]) => model))
    ours.forEach(([, value, tokens], place) => {
      expect(Math.abs((value as number) - (expected[place]![1] as number))).toBeLessThan(0.0501)
      expect(tokens).toBe(expected[place]![4])
    })
  })

  it('asks for the style it needs, and refuses files of two versions', async () => {
    const bare = await score('--style-control')
    expect(bare.code).toBe(2)
    expect(bare.stderr).toMatch(/^moa: Style control needs the answers/m)
    const mixed = await run(
      'score',
      'arena-hard',
      '--judgments',
      file('v01A_judgments.jsonl.gz'),
      file('v2A_judgments.jsonl.gz'),
    )
    expect(mixed.code).toBe(2)
    expect(mixed.stderr).toMatch(/score each version by itself/)
  })
})

describe('moa eval parse', () => {
  const parse = (kind: string, replies: readonly unknown[]): Promise<Ended> =>
    sandbox.run(['eval', 'parse', kind], {
      input: replies.map((reply) => `${JSON.stringify(reply)}\n`).join(''),
    })

  it('knows every kind of reply', () => {
    expect([...REPLY_KIND_NAMES].sort()).toEqual([...REPLY_KINDS].sort())
  })

  it.skipIf(!shared).each([
    ['mt-bench-single', 'mt_bench/goldens/parse_single.json', 'score'],
    ['mt-bench-pair', 'mt_bench/goldens/parse_pair.json', 'winner'],
    ['flask', 'flask/goldens/parse_score.json', 'score'],
    ['arena-v0.1', 'arena_hard/goldens/v01_get_score.json', 'score'],
    ['arena-v2', 'arena_hard/goldens/v2_get_score.json', 'score'],
  ])('reads %s as the original does', async (kind, file, key) => {
    const { cases } = golden<{ cases: (Record<string, unknown> & { reply: string })[] }>(file)
    const ended = await parse(
      kind,
      cases.map(({ reply }) => reply),
    )
    const lines = ended.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines).toHaveLength(cases.length)
    cases.forEach((item, index) => {
      // Where the original stops with an error the reply counts as without a score.
      const expected = item['error'] !== undefined && kind === 'mt-bench-single' ? -1 : item[key]
      expect(lines[index]![key], item.reply).toEqual(expected)
    })
  })

  it('keeps replies whole that hold line separators of Unicode, and answers line by line', async () => {
    const ended = await sandbox.run(['eval', 'parse', 'mt-bench-pair'], {
      input: '"\u2028 [[B]]"\n\n"[[C]]"',
    })
    expect(ended.stdout).toBe('{"winner":"B"}\n{"winner":"tie"}\n')
  })

  it("reads AlpacaEval's replies into results or errors", async () => {
    const ended = await parse('alpaca-ranking', ["[{'model': 'model_1', 'rank': 2}]", 'nonsense'])
    const [first, second] = ended.stdout.split('\n')
    expect(first).toBe('{"result":[2]}')
    expect(JSON.parse(second!)).toHaveProperty('result', [null])
  })

  it('names the line that is no reply', async () => {
    const { code, stderr } = await sandbox.run(['eval', 'parse', 'flask'], { input: '"a"\n{"b": 1}\n' })
    expect(code).toBe(2)
    expect(stderr).toMatch(/line 2: expected a JSON string/)
  })
})
