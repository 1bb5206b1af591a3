import type { DocumentJudgment } from './document.js'

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const texts = (...values: readonly unknown[]): string[] =>
  values.filter((value): value is string => typeof value === 'string' && value !== '')

/**
 * What a journaled verdict says, whatever benchmark it is of: the records of judgments keep the fields of their
 * benchmark's own files, and those give them away. What nobody knows is shown as it is.
 */
export function readVerdict(verdict: unknown, sample: string): DocumentJudgment | undefined {
  if (!isFields(verdict)) return plain(verdict)
  const inner = [verdict, verdict['record'], verdict['judgment']].find(isKnown)
  if (inner === undefined) return plain(verdict)
  const read = KINDS.find(({ is }) => is(inner))
  return read?.read(inner, sample)
}

function plain(verdict: unknown): DocumentJudgment {
  return { contestants: [], verdict: '', texts: [JSON.stringify(verdict, null, 2)] }
}

const has =
  (...keys: readonly string[]) =>
  (fields: Fields): boolean =>
    keys.every((key) => key in fields)

interface Kind {
  readonly is: (fields: Fields) => boolean
  readonly read: (fields: Fields, sample: string) => DocumentJudgment | undefined
}

const KINDS: readonly Kind[] = [
  { is: has('pairs', 'raw'), read: pairOfBatch },
  { is: has('g1_winner', 'g2_winner'), read: mtBenchPair },
  { is: has('judgment', 'score'), read: mtBenchSingle },
  { is: has('games'), read: arenaGames },
  { is: has('review', 'score'), read: flaskReview },
]

const isKnown = (value: unknown): value is Fields => isFields(value) && KINDS.some(({ is }) => is(value))

/** AlpacaEval: several pairs may have shared a prompt. */
function pairOfBatch(fields: Fields, sample: string): DocumentJudgment | undefined {
  const pairs = Array.isArray(fields['pairs']) ? fields['pairs'].filter(isFields) : []
  const pair = pairs.find((candidate) => candidate['sample'] === sample)
  if (pair === undefined) return undefined
  const preference = pair['preference']
  const contestant = text(fields['contestant'])
  return {
    contestants: contestant === undefined ? texts(fields['judge']) : [contestant],
    ...judgeOf(fields['judge']),
    verdict: typeof preference === 'number' ? preference.toFixed(4) : '',
    switched: pair['switched'] === true,
    ...completion(fields['raw']),
  }
}

function judgeOf(judge: unknown): { judge?: string } {
  const name = Array.isArray(judge) ? texts(...(judge as unknown[])).join(', ') : text(judge)
  return name === undefined ? {} : { judge: name }
}

/** The text of a reply as AlpacaEval keeps it, and what its first token could have been. */
export function completion(raw: unknown): Pick<DocumentJudgment, 'texts' | 'tokens'> {
  if (raw === null || raw === undefined) return { texts: [] }
  if (!isFields(raw)) return { texts: [typeof raw === 'string' ? raw : JSON.stringify(raw, null, 2)] }
  const message = isFields(raw['message']) ? raw['message'] : {}
  const logprobs = isFields(raw['logprobs']) ? raw['logprobs']['content'] : undefined
  const first: unknown = Array.isArray(logprobs) ? logprobs[0] : undefined
  const tokens = isFields(first) && Array.isArray(first['top_logprobs']) ? first['top_logprobs'] : []
  const likely = tokens
    .filter(isFields)
    .flatMap(({ token, logprob }) =>
      typeof token === 'string' && typeof logprob === 'number'
        ? [{ token, probability: Math.exp(logprob) }]
        : [],
    )
  const said = texts(raw['text'], message['content'])
  return {
    texts: said.length > 0 ? said.slice(0, 1) : likely.length > 0 ? [] : [JSON.stringify(raw, null, 2)],
    ...(likely.length > 0 && { tokens: likely.sort((a, b) => b.probability - a.probability) }),
  }
}

function mtBenchSingle(fields: Fields): DocumentJudgment {
  const score = Number(fields['score'])
  return {
    contestants: texts(fields['model'] ?? fields['contestant']),
    ...judgeOf(fields['judge']),
    verdict: score < 0 ? '' : String(score),
    texts: texts(fields['judgment']),
    ...turnOf(fields),
    ...(score < 0 && { unscored: 'the reply has no rating' }),
  }
}

const turnOf = ({ turn }: Fields): { turn?: number } => (typeof turn === 'number' ? { turn } : {})

function mtBenchPair(fields: Fields): DocumentJudgment {
  const names = texts(fields['model_1'], fields['model_2'])
  const [first, second] = texts(fields['g1_winner'], fields['g2_winner'])
  const named = (winner = ''): string =>
    winner === 'model_1' ? (names[0] ?? winner) : winner === 'model_2' ? (names[1] ?? winner) : winner
  const failed = first === 'error' || second === 'error'
  return {
    contestants: names,
    ...judgeOf(fields['judge']),
    verdict: failed ? '' : first === second ? named(first) : `${named(first)} / ${named(second)}`,
    texts: texts(fields['g1_judgment'], fields['g2_judgment']),
    disagrees: !failed && first !== second,
    ...turnOf(fields),
    ...(failed && { unscored: 'a game has no verdict' }),
  }
}

/** Labels of the two games agree when one is the other mirrored. */
const MIRROR: Readonly<Record<string, string>> = {
  'A>>B': 'B',
  'A>B': 'B',
  'B>A': 'A',
  'B>>A': 'A',
  'A=B': '=',
  'B=A': '=',
}
const WINNER: Readonly<Record<string, string>> = {
  'A>>B': 'A',
  'A>B': 'A',
  'B>A': 'B',
  'B>>A': 'B',
  'A=B': '=',
  'B=A': '=',
}

function arenaGames(fields: Fields): DocumentJudgment {
  const games = Array.isArray(fields['games']) ? (fields['games'] as unknown[]) : []
  const labels = games.map((game) => (isFields(game) ? text(game['score']) : undefined))
  const said = games.flatMap((game) => {
    if (!isFields(game)) return []
    const judgment = game['judgment']
    return texts(isFields(judgment) ? judgment['answer'] : judgment)
  })
  const [first, second] = labels
  const known = first !== undefined && second !== undefined
  return {
    contestants: texts(fields['baseline'], fields['model']),
    ...judgeOf(fields['judge']),
    verdict: labels.map((label) => label ?? '–').join(' / '),
    texts: said,
    disagrees: known && WINNER[first] !== MIRROR[second],
    ...(!known && { unscored: 'a game has no verdict' }),
  }
}

function flaskReview(fields: Fields): DocumentJudgment {
  const score = isFields(fields['score']) ? fields['score'] : {}
  const shown = Object.entries(score).map(([skill, value]) => `${skill} ${String(value)}`)
  return {
    contestants: texts(fields['model'] ?? fields['contestant']),
    ...judgeOf(fields['judge']),
    verdict: shown.join(', '),
    texts: texts(fields['review']),
    ...(shown.length === 0 && { unscored: 'the reply has no scores' }),
  }
}

/**
 * Marks the judgments of a judge that saw a pair in both orders and was on different sides. Where every pair was seen in
 * one order only, nothing is said.
 */
export function withDisagreements(judgments: readonly DocumentJudgment[]): readonly DocumentJudgment[] {
  const groups = new Map<string, DocumentJudgment[]>()
  for (const judgment of judgments) {
    const key = [judgment.judge, ...judgment.contestants].join('\n')
    groups.set(key, [...(groups.get(key) ?? []), judgment])
  }
  const both = [...groups.values()].filter((group) => new Set(group.map(({ switched }) => switched)).size > 1)
  if (both.length === 0) return judgments
  const marks = new Map<DocumentJudgment, boolean>()
  for (const group of both) {
    const sides = group.flatMap(({ verdict }) => (verdict === '' ? [] : [Math.sign(Number(verdict) - 1.5)]))
    const disagrees = new Set(sides).size > 1
    for (const judgment of group) marks.set(judgment, disagrees)
  }
  return judgments.map((judgment) => {
    const disagrees = marks.get(judgment)
    return disagrees === undefined ? judgment : { ...judgment, disagrees }
  })
}
