import type { ProblemCode } from '../../problems.js'

/** What can be wrong with AlpacaEval's files that can still be used, and what is done about it. */
export const NOTES = {
  brokenRow: ['field-invalid', 'The row is not an object with the expected fields; it was left out.'],
  copiedRow: ['record-duplicate', 'An exact copy of an earlier row; it was left out.'],
  copiedOutput: [
    'record-duplicate',
    'An exact copy of an earlier row; it counts for the average length and is judged once.',
  ],
  repeatedName: ['record-duplicate', 'The name came before; the last row counts.'],
  repeatedInstruction: [
    'record-duplicate',
    'The instruction came before with other contents; every row counts.',
  ],
  repeatedVote: ['record-duplicate', 'A second vote on the same pair with the same seed; it was left out.'],
  unknownInstruction: ['id-unknown', 'The instruction is outside the evaluation set.'],
  unknownPair: ['id-unknown', 'The pair has no human votes; the vote was left out.'],
  missingInstruction: ['record-missing', 'The evaluation set has an instruction without a row.'],
  missingDifficulty: ['record-missing', 'The instruction has no difficulty.'],
  missingPreference: [
    'unscored',
    'There is no preference, as when the judge failed; left out of the win rate.',
  ],
  failedReply: ['unscored', 'The reply has no usable verdict; it counts as missing.'],
  noPreference: ['unscored', 'None of the pairs has a preference, so there is nothing to score.'],
  noCalibration: [
    'setting-unknown',
    'There is no df_gamed.csv that fits this baseline, so win rates are not controlled for length.',
  ],
  fewVotes: ['record-missing', 'The pair has fewer human votes than needed; it was left out.'],
  preferenceOutOfRange: ['value-unusable', 'The preference is outside 1 to 2; it counts as missing.'],
  preferenceNoNumber: ['value-unusable', 'The preference is not a number; it counts as missing.'],
  cellNoNumber: ['value-unusable', 'The cell should be a number; it counts as missing.'],
  emptyOutput: ['answer-empty', 'The output has no text; it counts with length 0.'],
  severalNames: ['name-ambiguous', 'There is more than one model or judge name in one file.'],
  unknownSetting: ['setting-unknown', 'The setting is not one this program knows; it is ignored.'],
  shiftedDifficulty: [
    'published-defect',
    'Rows are missing or moved, so the published rule, which takes difficulties by position, gives rows the difficulty of other instructions.',
  ],
  noLengthControl: ['unbounded', 'No length-controlled win rate could be computed.'],
  farFromRaw: [
    'value-suspicious',
    'The length-controlled win rate is far from the raw one; check that outputs and annotations belong together.',
  ],
} as const satisfies Record<string, readonly [code: ProblemCode, message: string]>
