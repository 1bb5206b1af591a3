import { Marked, type Token, type TokenizerExtension } from 'marked'
import { clean } from './clean.js'

/** A formula; `display` stands on lines of its own. */
export interface MathToken {
  readonly type: 'math'
  readonly raw: string
  readonly formula: string
  readonly display: boolean
}

const BLOCK = /^(?:\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\])[ \t]*(?:\n|$)/
const INLINE = /^(?:\$\$([^$]+?)\$\$|\\\(([^\n]+?)\\\)|\$(?![\s$])([^$\n]*?[^\s\\$])\$(?!\d))/

const blockMath: TokenizerExtension = {
  name: 'math',
  level: 'block',
  start: (source) => indexOf(source, /\$\$|\\\[/),
  tokenizer(source) {
    const match = BLOCK.exec(source)
    if (match === null) return undefined
    const [raw, dollars, brackets] = match
    return { type: 'math', raw, formula: (dollars ?? brackets ?? '').trim(), display: true }
  },
}

const inlineMath: TokenizerExtension = {
  name: 'math',
  level: 'inline',
  start: (source) => indexOf(source, /\$|\\\(/),
  tokenizer(source) {
    const match = INLINE.exec(source)
    if (match === null) return undefined
    const [raw, display, parentheses, dollars] = match
    const formula = display ?? parentheses ?? dollars ?? ''
    return { type: 'math', raw, formula: formula.trim(), display: display !== undefined }
  },
}

function indexOf(text: string, pattern: RegExp): number | undefined {
  const index = text.search(pattern)
  return index === -1 ? undefined : index
}

const marked = new Marked({ gfm: true })
// Block rules come under a name of their own, so that both kinds can make the same token.
marked.use({ extensions: [{ ...blockMath, name: 'math-block' }, inlineMath] })

/** The blocks of a text. */
export const lex = (text: string): Token[] => marked.lexer(text)

/** A block of Markdown; `done` says that it will not change any more. */
export interface Block {
  readonly token: Token
  readonly done: boolean
}

/**
 * Blocks of a text that grows. Only the last block of what is there can still change, so whatever stands before it is
 * read once; finished blocks are the same objects every time.
 */
export class GrowingMarkdown {
  #source = ''
  #blocks: Block[] = []
  /** How much of the cleaned text the finished blocks take up. */
  #offset = 0

  /** @param live whether more may come; the whole text is read anew when it has ended, for links defined at its end */
  update(source: string, live: boolean): readonly Block[] {
    if (!source.startsWith(this.#source)) this.#reset()
    const text = clean(source)
    if (!live) {
      this.#reset()
      this.#source = source
      return lex(text)
        .filter(shown)
        .map((token) => ({ token, done: true }))
    }
    this.#source = source
    const tokens = lex(text.slice(this.#offset))
    const last = tokens.findLastIndex(shown)
    for (const token of tokens.slice(0, Math.max(0, last))) {
      this.#offset += token.raw.length
      if (shown(token)) this.#blocks.push({ token, done: true })
    }
    const open = tokens[last]
    return open === undefined ? this.#blocks : [...this.#blocks, { token: open, done: false }]
  }

  #reset(): void {
    this.#source = ''
    this.#blocks = []
    this.#offset = 0
  }
}

const shown = ({ type }: Token): boolean => type !== 'space' && type !== 'def'
