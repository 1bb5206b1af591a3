import { MoaError } from '../../core/errors.js'

/** A part of a text: what stands between two marks, behind a third one. */
export interface Cut {
  readonly after: string
  readonly open: string
  readonly close: string
}

/**
 * Cuts the part out.
 *
 * @param source names the text in errors.
 * @throws MoaError `data_invalid` when a mark is not there.
 */
export function cutOut(text: string, { after, open, close }: Cut, source: string): string {
  const behind = text.indexOf(after)
  const opened = behind < 0 ? -1 : text.indexOf(open, behind)
  const start = opened + open.length
  const end = opened < 0 ? -1 : text.indexOf(close, start)
  if (end < 0)
    throw new MoaError(
      'data_invalid',
      `${source} does not hold what is to be cut out of it: expected \`${open}\` after \`${after}\`. The publisher's file or the mirror's copy is another one.`,
    )
  return text.slice(start, end)
}
