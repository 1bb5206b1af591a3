import type { Proposal } from '../../core/events.js'
import { renderMarkdown } from '../markdown/render.js'
import { oneLine, sanitize } from '../terminal/sanitize.js'
import { paint, span } from '../terminal/style.js'
import type { Terminal } from '../terminal/terminal.js'
import { textWidth } from '../terminal/width.js'
import { plainProposal } from './plain-proposal.js'

/** Widest text that is pleasant to read. */
export const MAX_TEXT_WIDTH = 100

/** A proposal under its author's name: rendered where a terminal allows it, else as it was written. */
export function proposalLines(proposal: Proposal, { live, columns, styled }: Terminal): string[] {
  if (!live) return plainProposal(proposal)
  const width = Math.min(columns, MAX_TEXT_WIDTH)
  const title = `── ${oneLine(proposal.slot.name)}, layer ${proposal.slot.stage + 1} `
  const rule = '─'.repeat(Math.max(0, width - textWidth(title)))
  const head = [span(title, { bold: true, color: 'blue' }), span(rule, { color: 'blue' })]
  return [[], head, ...renderMarkdown(sanitize(proposal.text), width), []].map((line) => paint(line, styled))
}
