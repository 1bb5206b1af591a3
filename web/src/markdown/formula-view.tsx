import type { JSX } from 'preact'
import { lazy } from './lazy.js'
import { nodesOf } from './markup.js'

/** What draws formulas, loaded with the first one. */
export const formulas = lazy(() => import('./formula.js'))

const SHARED = [
  'mathvariant',
  'stretchy',
  'fence',
  'separator',
  'lspace',
  'rspace',
  'width',
  'height',
  'depth',
]
const ELEMENTS = Object.fromEntries(
  (
    'math semantics mrow mi mo mn ms mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover ' +
    'mtable mtr mtd mstyle mpadded mphantom menclose mmultiscripts mprescripts'
  )
    .split(' ')
    .map((name) => [
      name,
      [
        ...SHARED,
        'display',
        'displaystyle',
        'scriptlevel',
        'columnalign',
        'columnspacing',
        'rowspacing',
        'linethickness',
        'accent',
        'accentunder',
        'notation',
        'minsize',
        'maxsize',
        'movablelimits',
        'xmlns',
      ],
    ]),
)

/** A formula; its source until what draws it is there, and where it can't be drawn. */
export function FormulaView({
  formula,
  display,
}: {
  readonly formula: string
  readonly display: boolean
}): JSX.Element {
  const markup = formulas.value?.formulaMarkup(formula, display)
  // The source is in the markup as an annotation, which is no part of what is shown.
  const shown = markup?.replace(/<annotation[\s\S]*?<\/annotation>/g, '')
  const content = shown === undefined ? <code>{formula}</code> : nodesOf(shown, ELEMENTS)
  return display ? <div class="formula">{content}</div> : <span>{content}</span>
}
