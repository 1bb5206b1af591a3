import type { EvalLog } from '../../eval/harness/eval-log.js'
import type { BestModel, EvalDocument } from '../../eval/report/index.js'

/** Runs that are looked through, the newest first: older ones say little about what is configured now. */
const MOST_RUNS = 20

/** A finished run in which contestants met a baseline. */
const isComparison = ({ status, spec }: EvalLog['record']): boolean =>
  status === 'finished' && spec.baseline !== undefined

/**
 * The single model that won most in the newest finished run that says so: win rates of different runs, with other
 * baselines or judges, are not compared.
 *
 * @param mayAsk whether an address is a single model that can be asked here
 */
export async function bestModel(
  runs: readonly EvalLog['record'][],
  tools: {
    readonly mayAsk: (address: string) => boolean
    readonly document: (id: string) => Promise<EvalDocument>
  },
): Promise<BestModel | undefined> {
  const newest = runs
    .filter(isComparison)
    .sort((a, b) => b.createdAt - a.createdAt)
    .slice(0, MOST_RUNS)
  for (const { id, spec } of newest) {
    const addresses = new Map(
      spec.contestants
        .filter(
          ({ name, recorded, fingerprint }) =>
            !recorded && name !== spec.baseline && tools.mayAsk(fingerprint),
        )
        .map(({ name, fingerprint }) => [name, fingerprint]),
    )
    if (addresses.size === 0) continue
    const best = bestOf(await tools.document(id), addresses)
    if (best) return best
  }
  return undefined
}

function bestOf(
  { id, title, primary, columns, rows }: EvalDocument,
  addresses: ReadonlyMap<string, string>,
): BestModel | undefined {
  const label = columns.find(({ key }) => key === primary)?.label ?? primary
  const found = rows.flatMap(({ name, values }) => {
    const [model, rate] = [addresses.get(name), values[primary]]
    return model !== undefined && typeof rate === 'number' ? [{ model, rate, label, run: id, title }] : []
  })
  return found.sort((a, b) => b.rate - a.rate)[0]
}
