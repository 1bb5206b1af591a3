import { join } from 'node:path'
import { MoaError, toMoaError } from '../../core/errors.js'
import type { EvalLog } from '../../eval/harness/eval-log.js'
import type { RunResults } from '../../eval/harness/results.js'
import {
  documentOfRun,
  VOTES,
  type BestModel,
  type EvalDocument,
  type EvaluationReply,
  type EvaluationSummary,
  type KeptVote,
} from '../../eval/report/index.js'
import { mayUse, type UiPart, type UiRequest } from '../../gateway/index.js'
import type { Store } from '../../store/index.js'
import { bad, object, string } from '../../wire/check.js'
import type { Settings } from '../../config/settings.js'
import { bestModel } from './best-model.js'

/** The evaluations of an installation as a part of the web interface. */
export interface Evaluations extends UiPart {
  close(): void
}

/**
 * Serves the runs that `moa eval run` keeps, while they go on too. The store is opened with the first request. Whoever
 * may use the gateway may see them; votes are kept for each key by itself.
 */
export function evaluations({ dataFolder }: Pick<Settings, 'dataFolder'>): Evaluations {
  let opened: Opened | undefined
  const open = async (): Promise<Opened> => (opened ??= await openStore(dataFolder))
  return {
    routes: [
      {
        method: 'GET',
        path: 'evaluations',
        handle: async () => (await open()).logs.list().map(summaryOf(await open())),
      },
      {
        method: 'GET',
        path: 'evaluations/:id',
        handle: async ({ params, query, owner }) =>
          replyOf(await open(), { id: params['id'] ?? '', since: query.get('since'), owner }),
      },
      { method: 'GET', path: 'best-model', handle: async (request) => best(await open(), request) },
      {
        method: 'PUT',
        path: 'evaluations/:id/votes',
        handle: async (request) => vote(await open(), request),
      },
    ],
    close: () => opened?.close(),
  }
}

/** A document holds every text of its run, so only the last few are kept. */
const DOCUMENTS_KEPT = 3

interface Opened {
  readonly store: Store
  readonly logs: { list(): readonly EvalLog['record'][]; find(id: string): EvalLog }
  /** Documents are made anew only when their run has changed. */
  readonly made: Map<string, { readonly revision: string; readonly document: EvalDocument }>
  close(): void
}

async function openStore(dataFolder: string): Promise<Opened> {
  const [{ openSqliteStore }, { EvalLogs }, { EVAL_STORE }] = await Promise.all([
    import('../../store/index.js'),
    import('../../eval/harness/eval-log.js'),
    import('../commands/eval/eval-logs.js'),
  ])
  const store = openSqliteStore(join(dataFolder, EVAL_STORE))
  return { store, logs: new EvalLogs(store), made: new Map(), close: () => store.close() }
}

function summaryOf(opened: Opened): (record: EvalLog['record']) => EvaluationSummary {
  return ({ id, spec, status, reason, createdAt }) => {
    const log = opened.logs.find(id)
    return {
      id,
      benchmark: spec.benchmark,
      status,
      ...(reason !== undefined && { reason }),
      createdAt,
      ...(spec.baseline !== undefined && { baseline: spec.baseline }),
      judges: spec.judges.map(({ name }) => name),
      contestants: spec.contestants.map(({ name }) => name).filter((name) => name !== spec.baseline),
      ...log.settled(),
      spentUsd: log.spentUsd(),
    }
  }
}

function findLog({ logs }: Opened, id: string): EvalLog {
  if (!logs.list().some((run) => run.id === id))
    throw new MoaError('not_found', `There is no evaluation run "${id}".`)
  return logs.find(id)
}

async function replyOf(
  opened: Opened,
  { id, since, owner }: { readonly id: string; readonly since: string | null; readonly owner: string },
): Promise<EvaluationReply> {
  const log = findLog(opened, id)
  const revision = revisionOf(log)
  if (since === revision) return { unchanged: true, revision }
  const document = await documentOf(opened, log, revision)
  // What begins with the owner and a tab: a newline is the next character.
  const votes = [...votesOf(opened, id).scan({ from: `${owner}\t`, before: `${owner}\n` })]
  return { revision, document, votes: votes.map(({ value }) => value) }
}

/** Changes whenever something has come to a run. */
function revisionOf(log: EvalLog): string {
  const { answers, judgments } = log.settled()
  return `${log.record.status}-${answers}-${judgments}-${log.failures().length}`
}

async function documentOf({ made }: Opened, log: EvalLog, revision = revisionOf(log)): Promise<EvalDocument> {
  const known = made.get(log.id)
  if (known?.revision === revision) return known.document
  const document = documentOfRun(log, await resultsSoFar(log))
  made.delete(log.id)
  made.set(log.id, { revision, document })
  const [oldest] = made.keys()
  if (made.size > DOCUMENTS_KEPT && oldest !== undefined) made.delete(oldest)
  return document
}

/** Whom to compare a recipe with. */
async function best(opened: Opened, { gateway, visit: { key } }: UiRequest): Promise<BestModel | undefined> {
  const { entries } = gateway.targets.catalog
  const models = new Set(
    entries
      .filter(({ id, kind }) => kind === 'model' && (key === undefined || mayUse(key, id)))
      .map(({ id }) => id),
  )
  return bestModel(opened.logs.list(), {
    mayAsk: (address) => models.has(address),
    document: (id) => documentOf(opened, opened.logs.find(id)),
  })
}

/** The figures there are; a run that has just begun may have none yet, which its document then says. */
async function resultsSoFar(log: EvalLog): Promise<RunResults> {
  try {
    const { benchOf } = await import('../commands/eval/benches/index.js')
    return (await benchOf(log.record.spec.benchmark)).results(log)
  } catch (error) {
    const { code, message } = toMoaError(error)
    if (code === 'internal') throw error
    const problem = { code: 'record-missing', message, count: 1, places: [] } as const
    return {
      columns: [],
      rows: [],
      measure: { key: '', label: '' },
      scores: new Map(),
      problems: [problem],
    }
  }
}

const votesOf = ({ store }: Opened, id: string) => store.records<KeptVote>(`eval/run/${id}/votes`)

/** Keeps a vote, or takes it back. */
async function vote(opened: Opened, { params, owner, body }: UiRequest): Promise<undefined> {
  const log = findLog(opened, params['id'] ?? '')
  const fields = object(await body(), 'body')
  const item = string(fields['item'], 'item')
  const contestant = string(fields['contestant'], 'contestant')
  if (log.get(contestant, item) === undefined)
    throw bad('item', `expected an item that "${contestant}" has answered, got "${item}".`)
  const chosen = fields['vote']
  const key = `${owner}\t${item}\t${contestant}`
  if (chosen === null) votesOf(opened, log.id).delete(key)
  else {
    const found = VOTES.find((one) => one === chosen)
    if (found === undefined)
      throw bad('vote', `expected one of ${VOTES.join(', ')}, or null to take it back.`)
    votesOf(opened, log.id).set(key, { item, contestant, vote: found, at: Math.floor(Date.now()) })
  }
  return undefined
}
