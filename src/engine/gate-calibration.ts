import { agreement, similarity } from './agreement.js'
import { finalAnswer } from './final-answer.js'

/** What a gate would have seen, and the answer that came when the run went on. */
export interface GateCase {
  /** Texts of the proposals before the gate; two or more. */
  readonly proposals: readonly string[]
  /** The answer of the run that was not stopped. */
  readonly escalated: string
}

/** What one threshold would have done. */
export interface CalibrationRow {
  readonly threshold: number
  /** Cases the gate would have stopped. */
  readonly stopped: number
  /** Those of them whose answer would have been another one had the run gone on. */
  readonly stoppedChanged: number
  /** Cases that would have gone on. */
  readonly escalated: number
  /** Those of them that came to the same answer anyway. */
  readonly escalatedSame: number
}

export interface GateCalibration {
  readonly cases: number
  /** Cases whose agreement was measured on final answers, and on words. */
  readonly measures: { readonly answer: number; readonly text: number }
  /** Cases in which the run that went on came to another answer than the most central proposal. */
  readonly changed: number
  readonly rows: readonly CalibrationRow[]
  /** The lowest threshold that loses no more than the tolerance; `undefined` when none does. */
  readonly suggested: number | undefined
}

export interface CalibrationOptions {
  /** From which similarity two texts without final answers count as the same answer, 0 to 1. Default 0.6. */
  readonly same?: number
  /** Share of all cases whose answer may change by stopping, 0 to 1. Default 0.05. */
  readonly tolerance?: number
}

export const CALIBRATION_DEFAULTS: Required<CalibrationOptions> = { same: 0.6, tolerance: 0.05 }

const STEPS = Array.from({ length: 20 }, (_, index) => (index + 1) / 20)

/**
 * Holds the agreement a gate measures against what escalating brought: for each threshold how many runs would have
 * stopped, and how many of these would have answered otherwise had they gone on.
 *
 * A run that goes on has changed the answer when its final answer is another one than the most central proposal's;
 * where either states none, when the similarity of their words is less than `same`.
 */
export function calibrateGate(cases: readonly GateCase[], options: CalibrationOptions = {}): GateCalibration {
  const { same, tolerance } = { ...CALIBRATION_DEFAULTS, ...options }
  const judged = cases.map(({ proposals, escalated }) => {
    const { score, central, measure } = agreement(proposals.map((text) => ({ text })))
    return { score, measure, changed: !isSame(proposals[central] ?? '', escalated, same) }
  })
  const rows = STEPS.map((threshold): CalibrationRow => {
    const stopped = judged.filter(({ score }) => score >= threshold)
    const rest = judged.filter(({ score }) => score < threshold)
    return {
      threshold,
      stopped: stopped.length,
      stoppedChanged: stopped.filter(({ changed }) => changed).length,
      escalated: rest.length,
      escalatedSame: rest.filter(({ changed }) => !changed).length,
    }
  })
  const answer = judged.filter(({ measure }) => measure === 'answer').length
  return {
    cases: judged.length,
    measures: { answer, text: judged.length - answer },
    changed: judged.filter(({ changed }) => changed).length,
    rows,
    suggested: rows.find(({ stopped, stoppedChanged }) =>
      stopped > 0 ? stoppedChanged <= tolerance * judged.length : false,
    )?.threshold,
  }
}

function isSame(proposal: string, escalated: string, same: number): boolean {
  const [a, b] = [finalAnswer(proposal), finalAnswer(escalated)]
  return a !== undefined && b !== undefined ? a === b : similarity(proposal, escalated) >= same
}
