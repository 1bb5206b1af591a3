import { MoaError } from '../../../../core/errors.js'
import type { Judge } from '../../../../eval/harness/benchmark.js'
import type { Contestant } from '../../../../eval/harness/contestant.js'
import { splitName } from '../contestants.js'
import type { BenchSetup, ReadRecorded } from './bench.js'

/** Everybody named with `--contestant`. @throws MoaError `usage` when nobody is. */
export async function namedContestants(setup: BenchSetup, recorded: ReadRecorded): Promise<Contestant[]> {
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

/** The one model named with `--judge`. @throws MoaError `usage` when there is none, or several. */
export async function onlyJudge(benchmark: string, setup: BenchSetup): Promise<Judge> {
  const [text, ...others] = setup.flags.judge ?? []
  if (text === undefined)
    throw new MoaError('usage', 'Nobody judges: name a judge with --judge: a recipe or provider/model.')
  if (others.length > 0)
    throw new MoaError(
      'usage',
      `${benchmark} takes one --judge, got ${others.length + 1}; a recipe with several models can judge as one.`,
    )
  const { name, target } = splitName(text)
  return setup.judge(target, name ?? target)
}
