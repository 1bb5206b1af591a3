import { Argument, Command, Option } from 'commander'
import { BENCHMARKS } from '../../eval/harness/benchmark-names.js'
import type { AddCommand } from '../program.js'
import { evalFiles } from './eval-files.js'
import { collect, configFlag, jsonFlag, number, recordFlag } from './flags.js'

const count = number({ whole: true, least: 1 })

const benchmark = (): Argument => new Argument('<benchmark>').choices([...BENCHMARKS])

/** `moa eval`. */
export function evaluation(add: AddCommand): Command {
  const command = add(new Command('eval').description('measure models and mixtures with benchmarks'))
  for (const part of [
    run(add),
    list(add),
    show(add),
    compare(add),
    report(add),
    exportRun(add),
    ...evalFiles(add),
  ])
    command.addCommand(part)
  return command
}

function run(add: AddCommand): Command {
  return add(
    new Command('run')
      .description('let contestants answer a benchmark, and judges judge them; goes on where it was stopped')
      .addArgument(benchmark())
      .option(
        '-c, --contestant <[name=]model>',
        'recipe, provider/model, or file of recorded answers; may be repeated',
        collect,
      )
      .option(
        '-j, --judge <[name=]judge>',
        'judge configuration, model, or configuration@model; may be repeated where the benchmark takes several',
        collect,
      )
      .option('-b, --baseline <[name=]model>', 'whom the contestants are compared with, like a contestant')
      .option(
        '--edition <name>',
        'edition of the benchmark: 1 or 2 of alpaca-eval, v0.1 or v2.0 of arena-hard',
      )
      .option('--mode <mode>', 'of mt-bench: single, pairwise-baseline or pairwise-all (default: single)')
      .option(
        '--reference-answers <name>',
        'of mt-bench: whose answers the judge is shown as right (default: gpt-4)',
      )
      .option('--category <name>', 'of arena-hard v2.0 (default: hard_prompt)')
      .option(
        '--deterministic-judge',
        'of flask: ask the judge at temperature 0, which published scores were not',
      )
      .option('--data <folder>', "folder with the benchmark's files, in place of the downloaded ones")
      .option('--calibration <folder>', 'folder with df_gamed.csv, where it is not among the data')
      .option('--gold <file>', "people's votes that alpaca-judges compares judges with")
      .option(
        '--judge-seeds <count>',
        'how often alpaca-judges has each pair judged, each time in another order (default: 4)',
        number({ whole: true, least: 1, most: 4 }),
      )
      .option('--judge-configs <folder>', 'folder with judge configurations in the official layout')
      .option('--concurrency <count>', 'answers or judgments in work at a time', count, 8)
      .option('--max-cost <dollars>', 'stop before the whole run costs more', number({ least: 0 }))
      .option('--limit <count>', 'take only so many samples, from the front', count)
      .option('--sample <count>', 'draw so many samples at random', count)
      .option(
        '--seed <number>',
        'for drawing, the order of showing, and models that can repeat themselves',
        number({ whole: true, least: 0 }),
      )
      .option('-t, --temperature <number>', 'for contestants', number({ least: 0, most: 2 }))
      .option('--max-tokens <count>', 'longest answer of a contestant, in tokens', count)
      .addOption(recordFlag())
      .option('--new', 'start over, even if the same run was begun before')
      .addOption(jsonFlag('print the results as JSON'))
      .option('-q, --quiet', 'no progress')
      .addOption(configFlag()),
    async () => (await import('../commands/eval/run.js')).evalRun,
  )
}

function list(add: AddCommand): Command {
  return add(
    new Command('list')
      .description('list all runs, newest first')
      .addOption(jsonFlag('print JSON'))
      .addOption(configFlag()),
    async () => (await import('../commands/eval/list.js')).evalList,
  )
}

function show(add: AddCommand): Command {
  return add(
    new Command('show')
      .description('compute the results of a run anew from its log; calls nobody')
      .argument('<run>', 'id of the run, or the beginning of one')
      .option('--items', 'also list every sample with the score of each contestant')
      .addOption(jsonFlag('print JSON'))
      .addOption(configFlag()),
    async () => (await import('../commands/eval/show.js')).evalShow,
  )
}

function report(add: AddCommand): Command {
  return add(
    new Command('report')
      .description('write a run, or files of judgments, as one HTML file that needs nothing else')
      .argument(
        '<run-or-file...>',
        'id of a run, or files of judgments of one kind, such as annotations.json',
      )
      .option('-o, --output <file>', 'where to write; default <run>.html, tables to standard output')
      .addOption(new Option('--markdown', 'the result table as Markdown').conflicts(['csv', 'json']))
      .addOption(new Option('--csv', 'the result table as CSV, with everything in full').conflicts('json'))
      .addOption(jsonFlag('the whole document as JSON'))
      .option('--calibration <folder>', 'folder with df_gamed.csv, for length control of files')
      .addOption(configFlag()),
    async () => (await import('../commands/eval/report.js')).evalReport,
  )
}

function compare(add: AddCommand): Command {
  return add(
    new Command('compare')
      .description('compare contestants on the same samples, of one run or of several')
      .argument('<run...>', 'ids of runs of one benchmark')
      .option('-c, --contestant <name>', 'compare only these; may be repeated', collect)
      .addOption(
        new Option('--level <share>', 'confidence of the intervals')
          .argParser(number({ least: 0.5, most: 0.999 }))
          .default(0.95),
      )
      .option(
        '--difference <points>',
        'also tell how many samples would show a difference this large',
        number({ least: 1e-9 }),
      )
      .option('--resamples <count>', 'resamples of the bootstrap', count, 2000)
      .option('--seed <number>', 'of the bootstrap', number({ whole: true, least: 0 }), 0)
      .addOption(jsonFlag('print JSON'))
      .addOption(configFlag()),
    async () => (await import('../commands/eval/compare.js')).evalCompare,
  )
}

function exportRun(add: AddCommand): Command {
  return add(
    new Command('export')
      .description("write a run's answers and judgments as files in the benchmark's own formats")
      .argument('<run>', 'id of the run, or the beginning of one')
      .option('-o, --out <folder>', "where to (default: a folder of the run's id)")
      .option('--force', 'overwrite files that are there')
      .addOption(configFlag()),
    async () => (await import('../commands/eval/export.js')).evalExport,
  )
}
