import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { MoaError } from '../../core/errors.js'
import {
  CALIBRATION_DEFAULTS,
  calibrateGate,
  type CalibrationRow,
  type GateCalibration,
  type GateCase,
} from '../../engine/gate-calibration.js'
import { readModelOutputs } from '../../eval/benches/alpaca-eval/read/model-outputs.js'
import { readRecording } from '../../record/reader.js'
import type { Invocation } from '../program.js'
import { warn } from '../notices.js'
import { gateCases } from '../gate-cases.js'
import { formatCount } from '../view/format.js'
import { table } from '../view/table.js'

export interface CalibrateOptions {
  readonly escalated?: string
  readonly same?: number
  readonly tolerance?: number
  readonly json?: boolean
}

/** `moa recipes calibrate-gate FILE…`: thresholds of a gate against what escalating brought. */
export async function calibrateGateCommand({
  shell,
  args,
  options,
}: Invocation<CalibrateOptions>): Promise<void> {
  const { escalated, same, tolerance } = { ...CALIBRATION_DEFAULTS, ...options }
  const { cases, notes } =
    escalated === undefined ? recordedCases(args) : { cases: answeredCases(args, escalated), notes: [] }
  for (const note of notes) warn(shell, note)
  if (cases.length === 0)
    throw new MoaError(
      'data_invalid',
      'There is no run to learn from: expected runs with two or more proposals in their first layer that went on to an answer.',
    )
  const calibration = calibrateGate(cases, { same, tolerance })
  await shell.write(
    options.json === true
      ? `${JSON.stringify({ same, tolerance, ...calibration }, null, 2)}\n`
      : report(calibration, { same, tolerance, styled: shell.stdout.styled }),
  )
}

function recordedCases(files: readonly string[]): { cases: GateCase[]; notes: string[] } {
  const read = files.map((file) => {
    const recording = readRecording(file)
    const found = gateCases(recording)
    return { ...found, notes: [...recording.warnings, ...found.notes].map((note) => `${file}: ${note}`) }
  })
  return { cases: read.flatMap(({ cases }) => cases), notes: read.flatMap(({ notes }) => notes) }
}

/** Answers of several models to the same questions, and those of a mixture that went on from there. */
function answeredCases(files: readonly string[], escalated: string): GateCase[] {
  if (files.length < 2)
    throw new MoaError(
      'usage',
      'With --escalated the files are answers of single models, and a gate compares two or more.',
    )
  const panel = files.map(answersOf)
  return [...answersOf(escalated)].flatMap(([question, answer]) => {
    const proposals = panel.map((answers) => answers.get(question)).filter((text) => text !== undefined)
    return proposals.length === panel.length ? [{ proposals, escalated: answer }] : []
  })
}

/** Answers by question; by their place where the file holds answers alone. */
function answersOf(file: string): Map<string, string> {
  const text = readText(file)
  const { outputs } = JSON.parse(text) as { outputs?: unknown }
  const instructions = Array.isArray(outputs) ? outputs.map((_, index) => `#${index}`) : undefined
  const { data } = readModelOutputs(text, { source: file, ...(instructions && { instructions }) })
  return new Map(data.outputs.map(({ instruction, output }) => [instruction, output]))
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file)
    const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8')
    JSON.parse(text)
    return text
  } catch (error) {
    throw new MoaError(
      'file_unreadable',
      `${file}: expected a model_outputs file (JSON, may be packed with gzip): ${(error as Error).message}`,
      { cause: error },
    )
  }
}

function report(
  calibration: GateCalibration,
  { same, tolerance, styled }: { same: number; tolerance: number; styled: boolean },
): string {
  const { cases, changed, measures, rows, suggested } = calibration
  const heads = ['threshold', 'stopped', 'changed by stopping', 'escalated', 'escalated in vain']
  const cells = ({ threshold, ...row }: CalibrationRow): string[] => [
    threshold.toFixed(2),
    share(row.stopped, cases),
    share(row.stoppedChanged, row.stopped),
    share(row.escalated, cases),
    share(row.escalatedSame, row.escalated),
  ]
  const percent = `${tolerance * 100} %`
  return [
    `${formatCount(cases)} runs; agreement measured on final answers in ${formatCount(measures.answer)}, on words in ${formatCount(measures.text)}.`,
    `Going on changed the answer in ${share(changed, cases)} (texts below a similarity of ${same} count as changed).`,
    '',
    table({ heads, rows: rows.map(cells), width: Infinity, styled }).trimEnd(),
    '',
    suggested === undefined
      ? `No threshold keeps the runs whose answer changes by stopping to ${percent}; leave the gate out.`
      : `Lowest threshold at which stopping changes the answer in at most ${percent} of all runs: ${suggested.toFixed(2)}`,
    '',
  ].join('\n')
}

const share = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${formatCount(part)} (${((100 * part) / whole).toFixed(1)} %)`
