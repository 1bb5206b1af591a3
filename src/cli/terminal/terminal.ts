import type { WriteStream } from 'node:tty'

/** Where text goes, and what can be shown there. */
export interface Terminal {
  readonly stream: NodeJS.WritableStream & Partial<Pick<WriteStream, 'columns' | 'rows'>>
  /** Somebody looks at it, and the cursor can be moved. */
  readonly live: boolean
  /** Bold, colours and the like may be used. */
  readonly styled: boolean
  readonly columns: number
  readonly rows: number
}

export type Environment = Readonly<Record<string, string | undefined>>

/** What a stream can show. Width and height are read anew each time, since windows change. */
export function terminalOf(stream: NodeJS.WriteStream, env: Environment): Terminal {
  const tty = stream.isTTY
  const live = tty && env['TERM'] !== 'dumb'
  const styled = wantsStyle(live, env)
  return {
    stream,
    live,
    styled,
    get columns() {
      return (tty ? stream.columns : Number(env['COLUMNS'])) || 80
    },
    get rows() {
      return (tty ? stream.rows : 0) || 24
    },
  }
}

/** https://no-color.org and https://force-color.org; the wish against wins. */
function wantsStyle(live: boolean, env: Environment): boolean {
  if (env['NO_COLOR']) return false
  const force = env['FORCE_COLOR']
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false'
  return live
}
