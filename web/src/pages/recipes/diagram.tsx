import type { JSX } from 'preact'
import type { DiagramSlot, DiagramStage } from '../../../../src/cli/ui/recipes/types.js'
import { t } from '../../i18n/index.js'

const BOX = { width: 176, height: 36, gap: 10 }
const COLUMN_GAP = 64
const HEAD = 30
const LONGEST = 23

interface Placed {
  readonly slot: DiagramSlot | undefined
  readonly x: number
  readonly y: number
}

/** The stages from left to right, with a line wherever one answer becomes part of another's prompt. */
export function Diagram({ stages }: { readonly stages: readonly DiagramStage[] }): JSX.Element {
  const rows = Math.max(...stages.map(({ slots }) => Math.max(1, slots.length)))
  const height = HEAD + rows * (BOX.height + BOX.gap)
  const columns = stages.map((stage, index) => placed(stage, index, height))
  const width = stages.length * (BOX.width + COLUMN_GAP) - COLUMN_GAP + 2
  const words = stages.map(({ kind, slots }) => {
    const names = slots.map(({ name }) => name).join(', ')
    return `${t(`recipes.kind.${kind}`)}${names === '' ? '' : `: ${names}`}`
  })
  return (
    <div class="diagram-frame" tabIndex={0} role="region" aria-label={t('recipes.diagram')}>
      <svg
        class="diagram"
        width={width}
        height={height}
        viewBox={`-1 0 ${width} ${height}`}
        role="img"
        aria-label={t('recipes.diagramText', { stages: words.join(' → ') })}
      >
        {columns.slice(1).map((column, index) => (
          <Links key={index} from={columns[index] ?? []} to={column} />
        ))}
        {columns.map((column, index) => (
          <g key={index}>
            <text class="diagram-kind" x={(column[0]?.x ?? 0) + BOX.width / 2} y={14} text-anchor="middle">
              {t(`recipes.kind.${(stages[index] as DiagramStage).kind}`)}
            </text>
            {column.map((node, row) => (
              <Node key={row} node={node} kind={(stages[index] as DiagramStage).kind} />
            ))}
          </g>
        ))}
      </svg>
    </div>
  )
}

/** A stage that asks nobody has one node all the same. */
function placed({ slots }: DiagramStage, index: number, height: number): Placed[] {
  const shown: readonly (DiagramSlot | undefined)[] = slots.length === 0 ? [undefined] : slots
  const x = index * (BOX.width + COLUMN_GAP)
  const free = height - HEAD - shown.length * (BOX.height + BOX.gap)
  return shown.map((slot, row) => ({ slot, x, y: HEAD + free / 2 + row * (BOX.height + BOX.gap) }))
}

function Links({
  from,
  to,
}: {
  readonly from: readonly Placed[]
  readonly to: readonly Placed[]
}): JSX.Element {
  const bend = COLUMN_GAP / 2
  const active = (node: Placed): boolean => node.slot?.standby !== true
  return (
    <g class="diagram-links">
      {from.filter(active).flatMap((start) =>
        to.filter(active).map((end) => {
          const [x1, y1] = [start.x + BOX.width, start.y + BOX.height / 2]
          const [x2, y2] = [end.x, end.y + BOX.height / 2]
          return (
            <path key={`${y1} ${y2}`} d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`} />
          )
        }),
      )}
    </g>
  )
}

function Node({ node: { slot, x, y }, kind }: { readonly node: Placed; readonly kind: string }): JSX.Element {
  if (slot === undefined)
    return (
      <g class="diagram-node diagram-rule">
        <rect x={x + BOX.width / 2 - 24} y={y} width={48} height={BOX.height} rx={18} />
        <circle cx={x + BOX.width / 2} cy={y + BOX.height / 2} r={4} />
      </g>
    )
  const named = slot.name !== slot.model
  return (
    <g class={`diagram-node diagram-${kind}${slot.standby ? ' diagram-standby' : ''}`}>
      <title>{`${slot.name}${named ? ` (${slot.model})` : ''}${slot.standby ? `, ${t('recipes.standsBy')}` : ''}`}</title>
      <rect x={x} y={y} width={BOX.width} height={BOX.height} rx={8} />
      <text x={x + 12} y={y + BOX.height / 2 + 4.5}>
        {shortened(slot.name)}
      </text>
    </g>
  )
}

/** The end of an address says most about a model. */
const shortened = (name: string): string => (name.length <= LONGEST ? name : `…${name.slice(1 - LONGEST)}`)
