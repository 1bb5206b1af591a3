/** Who publishes a file, and where each revision of it stays the same for ever. */
export interface Publisher {
  /** As people know it: `owner/name`. */
  readonly name: string
  readonly revision: string
  readonly license: string
  /** What using the files asks of people, in one sentence. */
  readonly notice: string
  /** Address of a path at the pinned revision. */
  url(path: string): string
}

const github = (name: string, revision: string, terms: Pick<Publisher, 'license' | 'notice'>): Publisher => ({
  name,
  revision,
  ...terms,
  url: (path) => `https://raw.githubusercontent.com/${name}/${revision}/${path}`,
})

const APACHE = {
  license: 'Apache-2.0',
  notice: 'Keep the licence and the names of its authors with copies of it.',
}
const ALPACA = {
  license: 'CC BY-NC 4.0',
  notice: 'Not for commercial use; name its authors where you publish results.',
}

/** The reference scripts of arXiv 2406.04692. */
export const MOA = github('togethercomputer/MoA', '1b5cab0', APACHE)

/** The same repository, with its copies of MT-Bench's files. */
export const MT_BENCH = github('togethercomputer/MoA', '819420ff2240a391271f9faf035e9a5f3216cb9c', APACHE)

/** The same repository, with its copy of FLASK's final set. */
export const FLASK: Publisher = {
  ...MT_BENCH,
  notice:
    'Parts of it come from third parties, and FLASK itself states no licence: for your own evaluation, not for publishing again.',
}

/** Leaderboards, weights, judges and outputs of AlpacaEval 0.6.6. */
export const ALPACA_EVAL = github('tatsu-lab/alpaca_eval', 'cd543a149df89434d8a54582c0151c0b945c3d20', ALPACA)

const ALPACA_HUB_REVISION = '2edc6fad8be6b14ea7230aabfd08188da6b8b814'

/** AlpacaEval's data set on the hub. */
export const ALPACA_HUB: Publisher = {
  name: 'datasets/tatsu-lab/alpaca_eval',
  revision: ALPACA_HUB_REVISION,
  ...ALPACA,
  url: (path) =>
    `https://huggingface.co/datasets/tatsu-lab/alpaca_eval/resolve/${ALPACA_HUB_REVISION}/${path}`,
}

const ARENA = {
  license: 'Apache-2.0',
  notice: 'The prompts were written by users of Chatbot Arena; keep the licence with copies of it.',
}

/** Arena-Hard v0.1. */
export const ARENA_HARD_V01 = github(
  'lmarena/arena-hard-auto',
  '6c82720015d5da7b8795b809b91f63ef74abbf6a',
  ARENA,
)

/** Arena-Hard v2.0. */
export const ARENA_HARD_V2 = github(
  'lmarena/arena-hard-auto',
  '196f6b826783b3da7310e361a805fa36f0be83f3',
  ARENA,
)
