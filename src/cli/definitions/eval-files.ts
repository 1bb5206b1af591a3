import { Argument, Command, Option } from 'commander'
import type { AddCommand } from '../program.js'
import { collect, configFlag, jsonFlag, number } from './flags.js'

/** What replies can be read as. The list is checked against the readers by a test, and is here so that help is quick. */
export const REPLY_KIND_NAMES = [
  'mt-bench-single',
  'mt-bench-pair',
  'mt-bench-two-scores',
  'flask',
  'arena-v0.1',
  'arena-v2',
  'alpaca-weighted',
  'alpaca-clf',
  'alpaca-ranking',
  'alpaca-regex',
  'alpaca-lmsys',
  'alpaca-json',
  'alpaca-eval',
  'alpaca-fn',
] as const

const seed = (): Option =>
  new Option('--seed <number>', 'of resampling').argParser(number({ whole: true, least: 0 }))

/** Flags for the form of output; without any, tables for people. */
export function formatFlags(command: Command): Command {
  return command
    .addOption(jsonFlag('print JSON').conflicts(['csv', 'markdown']))
    .addOption(new Option('--csv', 'print CSV, numbers in full').conflicts('markdown'))
    .option('--markdown', 'print Markdown')
}

const annotationFiles = (): Option =>
  new Option('--annotations <file...>', 'annotations.json, or arrays of preference, len_1, len_2')
const calibrationFlag = (): Option =>
  new Option('--calibration <dir>', 'folder with df_gamed.csv and instruction_difficulty.csv')
const foldOrderFlag = (): Option =>
  new Option(
    '--fold-order <order>',
    'whose order of equal numbers decides the folds of cross-validation (default: plain)',
  ).choices(['plain', 'avx2', 'avx512'])

function scoreAlpaca(add: AddCommand): Command {
  return add(
    formatFlags(
      new Command('alpaca-eval')
        .description('win rate and length-controlled win rate, from annotations')
        .addOption(annotationFiles().makeOptionMandatory())
        .addOption(calibrationFlag())
        .addOption(foldOrderFlag())
        .addOption(
          new Option('--variant <name>', 'of length control (default: length_controlled_v1)').choices([
            'length_controlled_v1',
            'length_controlled_noreg',
            'length_controlled_minimal',
          ]),
        )
        .option('--reference <file>', "the baseline's model_outputs.json: tells which instruction a row is")
        .option(
          '--bootstrap <count>',
          'add intervals of so many resamples',
          number({ whole: true, least: 2 }),
        )
        .addOption(seed())
        .option('--details', 'add weights and cross-validation to the JSON'),
    ),
    async () => (await import('../commands/eval/score-alpaca.js')).scoreAlpaca,
  )
}

function scoreMtBench(add: AddCommand): Command {
  return add(
    formatFlags(
      new Command('mt-bench')
        .description('scores or win rates, from judgments')
        .requiredOption('--judgments <file...>', 'JSON Lines, as the published scripts write them')
        .addOption(
          new Option('--mode <mode>', 'what the judgments are')
            .choices(['single', 'pairwise-baseline', 'pairwise-all'])
            .default('single'),
        )
        .option('--model <name...>', 'score only these')
        .option('--baseline <name>', 'of pairwise-baseline (default: gpt-3.5-turbo)')
        .option('--questions <file>', 'question.jsonl: tells what is missing or foreign'),
    ),
    async () => (await import('../commands/eval/score-mt-bench.js')).scoreMtBenchFiles,
  )
}

function scoreFlask(add: AddCommand): Command {
  return add(
    formatFlags(
      new Command('flask')
        .description('scores by skill, domain or difficulty, from reviews')
        .requiredOption('--reviews <file>', 'JSON Lines, as the published scripts write them')
        .addOption(
          new Option('--by <grouping>', 'which table')
            .choices(['skill', 'domain', 'difficulty', 'ability'])
            .default('skill'),
        )
        .option('--questions <file>', 'flask_evaluation.jsonl: joins reviews by id, tells what is missing')
        .option('--hard <file>', 'flask_hard_evaluation.jsonl: scores that part as well'),
    ),
    async () => (await import('../commands/eval/score-flask.js')).scoreFlaskFile,
  )
}

function scoreArenaHard(add: AddCommand): Command {
  return add(
    formatFlags(
      new Command('arena-hard')
        .description('the leaderboard of v0.1 or v2.0, from judgments')
        .requiredOption('--judgments <file...>', 'JSON Lines, as the published scripts write them')
        .addOption(
          new Option('--style-control [what]', 'keep length and markdown constant, or one of them')
            .choices(['style', 'length', 'markdown'])
            .preset('style'),
        )
        .option('--answers <file...>', 'answer files of the models and the baseline, for style control')
        .option('--style <file>', 'JSON with the style of answers, in place of the answers')
        .option('--questions <file>', 'question.jsonl: tells what is missing or foreign')
        .option('--baseline <name>', 'default: the published one')
        .option('--category <name>', 'of v2.0; may be repeated', collect)
        .option(
          '--weight <count>',
          'how often a clear win counts (default: 3)',
          number({ whole: true, least: 1 }),
        )
        .option('--first-game-only', 'of v0.1: leave out game 2')
        .option('--rounds <count>', 'resamples (default: 100)', number({ whole: true, least: 1 }))
        .addOption(seed()),
    ),
    async () => (await import('../commands/eval/score-arena-hard.js')).scoreArenaFiles,
  )
}

/** `moa eval score`: figures from files of judgments. */
export function evalScore(add: AddCommand): Command {
  return add(new Command('score').description('compute figures from existing files of judgments'))
    .addCommand(scoreAlpaca(add))
    .addCommand(scoreMtBench(add))
    .addCommand(scoreFlask(add))
    .addCommand(scoreArenaHard(add))
}

/** `moa eval parse`. */
export function evalParse(add: AddCommand): Command {
  return add(
    new Command('parse')
      .description("read judges' replies: one JSON value per line on standard input, one JSON line each")
      .addArgument(new Argument('<kind>', 'how replies are read').choices(REPLY_KIND_NAMES))
      .option('--settings <json>', "settings of AlpacaEval's parsers, under their official names"),
    async () => (await import('../commands/eval/parse.js')).parse,
  )
}

/** `moa eval judges`. */
export function evalJudges(add: AddCommand): Command {
  return add(
    formatFlags(
      new Command('judges')
        .description('compare judges with people: the leaderboard of judges')
        .requiredOption(
          '--gold <file...>',
          "people's votes: cross-annotations, and annotations that name models",
        )
        .option('--annotations <file...>', "judges' annotations, a file for each seed")
        .option(
          '-j, --judge <[name=]judge>',
          'ask this judge now: configuration, model, or configuration@model; may be repeated',
          collect,
        )
        .option('--with <run>', 'add the judges of a run of alpaca-judges; may be repeated', collect)
        .option(
          '--judge-seeds <count>',
          'how often each pair is judged now (default: 4)',
          number({ whole: true, least: 1, most: 4 }),
        )
        .option('--judge-configs <folder>', 'folder with judge configurations in the official layout')
        .option('--concurrency <count>', 'judgments in work at a time', number({ whole: true, least: 1 }), 8)
        .option('--max-cost <dollars>', 'stop before the judges asked now cost more', number({ least: 0 }))
        .addOption(configFlag())
        .addOption(
          new Option('--release <version>', 'print the table as this release of the original does').choices([
            '0.6.6',
            '0.6.2',
          ]),
        )
        .option('--no-references', 'leave out the rows of humans and longest')
        .option('--intervals', 'add intervals of what rests on votes, and swap consistency')
        .addOption(seed()),
    ),
    async () => (await import('../commands/eval/judges.js')).judges,
  )
}

/** `moa eval leaderboard`. */
export function evalLeaderboard(add: AddCommand): Command {
  return add(
    formatFlags(
      new Command('leaderboard')
        .description('print the official leaderboard, with scores of yours among its rows')
        .addArgument(new Argument('<benchmark>').choices(['alpaca-eval']))
        .requiredOption('--data <dir>', 'folder with the official leaderboards')
        .option('--judge <name>', 'whose leaderboard', 'weighted_alpaca_eval_gpt4_turbo')
        .addOption(annotationFiles())
        .addOption(calibrationFlag())
        .addOption(foldOrderFlag())
        .addOption(
          new Option('--mode <mode>', 'rows up to this grade of verification').choices([
            'minimal',
            'verified',
            'community',
            'dev',
          ]),
        )
        .option('--with <run>', "add a run's contestants; may be repeated", collect)
        .addOption(configFlag())
        .option('--recompute', 'score every annotation set of the folder, beside the official figures'),
    ),
    async () => (await import('../commands/eval/leaderboard.js')).leaderboard,
  )
}

/** Commands of `moa eval` that work on files. */
export function evalFiles(add: AddCommand): Command[] {
  return [evalScore(add), evalParse(add), evalJudges(add), evalLeaderboard(add)]
}
