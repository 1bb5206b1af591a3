/** What can be wrong with evaluation data that is still usable. */
export type ProblemCode =
  /** A line that isn't a JSON object. */
  | 'line-invalid'
  /** The last line of a file, cut off in the middle. */
  | 'line-truncated'
  /** A record of another format or benchmark. */
  | 'record-foreign'
  /** A record with a field missing or of the wrong type. */
  | 'field-invalid'
  /** The same thing recorded more than once. */
  | 'record-duplicate'
  /** An id or a text that stands for one, which the question set doesn't have. */
  | 'id-unknown'
  /** Something the question set asks for and the data doesn't have. */
  | 'record-missing'
  /** More than one name where there should be one. */
  | 'name-ambiguous'
  /** An answer without text. */
  | 'answer-empty'
  /** A judge's reply without a usable verdict. */
  | 'unscored'
  /** A value outside the range or the set the benchmark allows. */
  | 'value-unusable'
  /** A figure that is possible, but hardly true. */
  | 'value-suspicious'
  /** A setting nobody here knows. */
  | 'setting-unknown'
  /** A figure with no finite value. */
  | 'unbounded'
  /** A place where the published script stops or goes wrong, and what is done instead. */
  | 'published-defect'

/** Remarks about published rules, figures and settings; they take nothing away from the result. */
const REMARKS: ReadonlySet<ProblemCode> = new Set([
  'published-defect',
  'value-suspicious',
  'unbounded',
  'setting-unknown',
])

/** Whether a problem is only a remark, and no fault of the data or the replies. */
export function isRemark({ code }: Pick<Problem, 'code'>): boolean {
  return REMARKS.has(code)
}

/** Where a problem was met. Every part is optional because rows can also come from memory. */
export interface ProblemPlace {
  /** The file's name as the caller gave it. */
  readonly source?: string
  /** Line number, from 1. */
  readonly line?: number
  /** Position in a JSON array, from 0. */
  readonly row?: number
  /** Id of the record, the question or the model at fault. */
  readonly id?: string
}

/** One kind of problem, counted; `places` holds the first {@link PLACES_KEPT}. */
export interface Problem {
  readonly code: ProblemCode
  /** One sentence: what was found and what was done about it. */
  readonly message: string
  readonly count: number
  readonly places: readonly ProblemPlace[]
}

/** Data and what was wrong with it. */
export interface Read<T> {
  readonly data: T
  readonly problems: readonly Problem[]
}

/** How many places of each problem are kept; the rest is only counted. */
export const PLACES_KEPT = 100

/** Collects problems, one entry for each code and message, in the order they were first met. */
export class ProblemLog {
  readonly #entries = new Map<
    string,
    { code: ProblemCode; message: string; places: ProblemPlace[]; count: number }
  >()

  add(code: ProblemCode, message: string, place: ProblemPlace = {}): void {
    const key = `${code}\n${message}`
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      entry = { code, message, places: [], count: 0 }
      this.#entries.set(key, entry)
    }
    entry.count += 1
    if (entry.places.length < PLACES_KEPT && Object.keys(place).length > 0) entry.places.push(place)
  }

  /** Takes over the problems another reader or scorer found. */
  merge(problems: readonly Problem[]): void {
    for (const { code, message, count, places } of problems) {
      for (const place of places) this.add(code, message, place)
      const entry = this.#entries.get(`${code}\n${message}`)
      if (entry === undefined) this.#entries.set(`${code}\n${message}`, { code, message, places: [], count })
      else entry.count += count - places.length
    }
  }

  /** The problems so far, as plain data. */
  list(): Problem[] {
    return [...this.#entries.values()].map(({ code, message, count, places }) => ({
      code,
      message,
      count,
      places: [...places],
    }))
  }
}

/** A place for people: `file.json[3]`, `file.jsonl line 7 (q12)`, `q12`. */
export function formatPlace({ source, line, row, id }: ProblemPlace): string {
  const at = row !== undefined ? `[${row}]` : line !== undefined ? ` line ${line}` : ''
  const where = `${source ?? ''}${at}`.trim()
  if (id === undefined) return where
  return where === '' ? id : `${where} (${id})`
}

/** One line for people: what, how often, and the first places. */
export function formatProblem({ code, message, count, places }: Problem, shown = 5): string {
  const list = places.slice(0, shown).map(formatPlace).filter(Boolean)
  const more = count > list.length && list.length > 0 ? '; …' : ''
  return `${code} (${count}): ${message}${list.length === 0 ? '' : ` [${list.join('; ')}${more}]`}`
}
