import { readReply } from '../parse/read-reply.js'
import { judgeParser, type JudgeConfig } from '../read/judge-config.js'
import type { AnnotationRecord } from '../types.js'
import { verdictsOf, type Verdict } from './batches.js'
import { isSwitched } from './pairs.js'

/** What a stored verdict is found by. The seed is in the file's name. */
export function cacheKey(
  record: Pick<AnnotationRecord, 'instruction' | 'output_1' | 'output_2' | 'annotator'>,
): string {
  const { instruction, output_1, output_2, annotator } = record
  return JSON.stringify([instruction, output_1, output_2, String(annotator)])
}

/**
 * Name of a judge's cache file beside its configuration.
 *
 * @param configFile name of the configuration file; its folder and ending are taken off.
 */
export function cacheFileName(configFile: string, seed: number): string {
  const stem = (configFile.split('/').at(-1) ?? configFile).replace(/\.[^.]+$/, '')
  return `annotations_seed${seed}_${stem}.json`
}

/** Stored and new verdicts together, one per key: the last one wins and stands where it was added. */
export function mergeRecords(
  stored: readonly AnnotationRecord[],
  added: readonly AnnotationRecord[],
): readonly AnnotationRecord[] {
  const merged = new Map<string, AnnotationRecord>()
  for (const record of [...stored, ...added]) {
    const key = cacheKey(record)
    merged.delete(key)
    merged.set(key, record)
  }
  return [...merged.values()]
}

/**
 * Reads stored replies once more, for a judge with one pair per prompt. Records without a reply, as of identical
 * outputs, are left out.
 */
export function reapplyParsing(
  records: readonly AnnotationRecord[],
  options: { judge: JudgeConfig; seed: number },
): readonly Verdict<AnnotationRecord>[] {
  const { judge, seed } = options
  const parser = judgeParser(judge)
  return records
    .filter((record) => record.raw_completion !== null)
    .flatMap((pair) => {
      const switched = judge.randomizeOrder && isSwitched(pair.instruction, seed)
      return verdictsOf([{ pair, switched }], readReply(parser, pair.raw_completion))
    })
}
