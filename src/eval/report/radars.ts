import { FLASK_SKILLS } from '../benches/flask/vocabulary.js'
import type { DocumentColumn, DocumentItem, DocumentRadar, DocumentRow } from './document.js'

/** Fewest axes that make a figure. */
const LEAST_AXES = 3
/** More categories than that are a list, not a figure. */
const MOST_AXES = 12

/** The figures with one axis per skill or category, as far as the data has them. */
export function radarsOf(
  benchmark: string,
  {
    rows,
    columns,
    items,
    scale,
  }: {
    readonly rows: readonly DocumentRow[]
    readonly columns: readonly DocumentColumn[]
    readonly items: readonly DocumentItem[]
    /** Range of the scores of items. */
    readonly scale: readonly [least: number, most: number]
  },
): readonly DocumentRadar[] {
  const names = rows.map(({ name }) => name)
  const skills = FLASK_SKILLS.filter((axis) => rows.some(({ values }) => typeof values[axis] === 'number'))
  if (benchmark.startsWith('flask') && skills.length >= LEAST_AXES)
    return [
      {
        title: 'Skills',
        axes: skills.map((skill) => columns.find(({ key }) => key === skill)?.label ?? skill),
        least: 1,
        most: 5,
        series: rows.map(({ name, values }) => ({
          name,
          values: skills.map((skill) => numberOf(values[skill])),
        })),
      },
    ]
  const categories = [...new Set(items.flatMap(({ category }) => category ?? []))]
  if (categories.length < LEAST_AXES || categories.length > MOST_AXES) return []
  const series = names.map((name) => ({
    name,
    values: categories.map((category) => meanScore(items, { category, name })),
  }))
  return [{ title: 'Categories', axes: categories, least: scale[0], most: scale[1], series }]
}

const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)

function meanScore(
  items: readonly DocumentItem[],
  { category, name }: { readonly category: string; readonly name: string },
): number | null {
  const scores = items.flatMap((item) => (item.category === category ? (item.scores[name] ?? []) : []))
  if (scores.length === 0) return null
  return scores.reduce((total, score) => total + score, 0) / scores.length
}
