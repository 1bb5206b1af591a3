import { writeCsv } from '../../csv.js'
import { pythonFloatText } from '../../python/text.js'
import type { AbilityRow, DifficultyRow, DomainRow, FlaskMean, SkillRow } from './aggregate.js'

/** A table as the published scripts write it: lines end in CR LF, numbers are Python's `str` of floats. */
export interface FlaskCsv {
  readonly csv: string
  /** The error the published script ends with after the last line; absent when it reaches the end. */
  readonly error?: 'ZeroDivisionError: division by zero'
}

/** `<name>_skill.csv`. */
export function skillCsv(rows: readonly SkillRow[]): FlaskCsv {
  return untilEmpty('skill,score,count,avg', rows, ({ skill }) => skill)
}

/** `<name>_domain.csv`. Domains are cut to their first word. */
export function domainCsv(rows: readonly DomainRow[]): FlaskCsv {
  return untilEmpty('domain,sum,count,avg', rows, ({ domain }) => domain.split(' ')[0] as string)
}

/** `<name>_difficulty_skill.csv`. This script copes with empty levels. */
export function difficultyCsv(rows: readonly DifficultyRow[]): FlaskCsv {
  const lines = rows.map((row) => [row.skill, row.difficulty, ...meanFields(row), number(row.cumu)])
  return { csv: csvText('skill,difficulty,score,count,avg,cumu', lines) }
}

/** Abilities in the same form. No published script has this table. */
export function abilityCsv(rows: readonly AbilityRow[]): FlaskCsv {
  return {
    csv: csvText(
      'ability,score,count,avg',
      rows.map((row) => [row.ability, ...meanFields(row)]),
    ),
  }
}

/** Two of the scripts divide by the count of every row and stop at the first that is zero. */
function untilEmpty<T extends FlaskMean>(
  header: string,
  rows: readonly T[],
  name: (row: T) => string,
): FlaskCsv {
  const stop = rows.findIndex(({ count }) => count === 0)
  const whole = stop === -1 ? rows : rows.slice(0, stop)
  const csv = csvText(
    header,
    whole.map((row) => [name(row), ...meanFields(row)]),
  )
  return stop === -1 ? { csv } : { csv, error: 'ZeroDivisionError: division by zero' }
}

/** An untouched sum is still the integer it started as. */
function meanFields({ sum, count, avg }: FlaskMean): string[] {
  return [count === 0 ? '0' : pythonFloatText(sum), String(count), number(avg)]
}

function number(value: number | null): string {
  return value === null ? 'N/A' : pythonFloatText(value)
}

function csvText(header: string, lines: readonly (readonly string[])[]): string {
  return writeCsv([header.split(','), ...lines], { lineEnd: '\r\n' })
}
