import type { JSX } from 'preact'
import type { Leaderboard, Standing } from '../../../../src/cli/ui/runs/types.js'
import { Table, type Column } from '../../components/table.js'
import { t } from '../../i18n/index.js'
import { cleanLine } from '../../markdown/clean.js'
import { formatCount } from '../../util/format.js'

/** Who was preferred how often, the strongest first. */
export function Standings({ board }: { readonly board: Leaderboard }): JSX.Element {
  const columns: Column<Standing>[] = [
    { id: 'name', title: t('compare.name'), cell: ({ name }) => <b>{cleanLine(name)}</b> },
    { id: 'rating', title: t('compare.rating'), numeric: true, cell: ({ rating }) => rating ?? '–' },
    { id: 'wins', title: t('compare.wins'), numeric: true, cell: ({ wins }) => formatCount(wins) },
    { id: 'losses', title: t('compare.losses'), numeric: true, cell: ({ losses }) => formatCount(losses) },
    { id: 'ties', title: t('compare.ties'), numeric: true, cell: ({ ties }) => formatCount(ties) },
  ]
  return (
    <>
      <Table
        caption={t('compare.leaderboard')}
        columns={columns}
        rows={board.standings}
        keyOf={({ name }) => name}
        empty={t('compare.noVotes')}
      />
      {board.votes > 0 && (
        <p class="field-hint">
          {t('compare.votes', { count: formatCount(board.votes) })}. {t('compare.ratingHint')}
        </p>
      )}
    </>
  )
}
