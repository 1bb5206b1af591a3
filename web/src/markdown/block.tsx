import type { Token, Tokens } from 'marked'
import { h, type JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../components/button.js'
import { t } from '../i18n/index.js'
import { CodeBlock } from './code-block.js'
import { FormulaView } from './formula-view.js'
import { Inline } from './inline.js'
import type { MathToken } from './lexer.js'
import { decode } from './markup.js'

/** Rows of a table shown before somebody asks for all. */
const ROWS_SHOWN = 100

export interface BlockViewProps {
  readonly token: Token
  readonly live: boolean
}

/** One block of Markdown. */
export function BlockView({ token, live }: BlockViewProps): JSX.Element | null {
  switch (token.type) {
    case 'heading': {
      // The page has headings of its own above these.
      const level = Math.min(6, (token as Tokens.Heading).depth + 2)
      return h(`h${level}`, { class: 'markdown-heading' }, <Inline tokens={token.tokens} />)
    }
    case 'paragraph':
    case 'text':
      return (
        <p dir="auto">
          {token.tokens ? <Inline tokens={token.tokens} /> : decode((token as Tokens.Text).text)}
        </p>
      )
    case 'code': {
      const { text, lang = '' } = token as Tokens.Code
      return <CodeBlock code={text} language={lang.split(/\s/, 1)[0] ?? ''} live={live} />
    }
    case 'blockquote':
      return (
        <blockquote>
          <Blocks tokens={token.tokens ?? []} live={live} />
        </blockquote>
      )
    case 'list':
      return <List token={token as Tokens.List} live={live} />
    case 'table':
      return <TableView token={token as Tokens.Table} />
    case 'hr':
      return <hr />
    case 'html':
      return <Stripped html={token.raw} />
    case 'math': {
      const { formula, display } = token as unknown as MathToken
      return <FormulaView formula={formula} display={display} />
    }
    default:
      return token.raw.trim() === '' ? null : <p dir="auto">{decode(token.raw)}</p>
  }
}

export function Blocks({
  tokens,
  live,
}: {
  readonly tokens: readonly Token[]
  readonly live: boolean
}): JSX.Element {
  return (
    <>
      {tokens.map((token, index) =>
        token.type === 'space' || token.type === 'def' ? null : (
          <BlockView key={index} token={token} live={live && index === tokens.length - 1} />
        ),
      )}
    </>
  )
}

/** A block of HTML: its text, without tags and without what is no text. */
function Stripped({ html }: { readonly html: string }): JSX.Element | null {
  const stripped = html
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replace(/<(script|style|template|iframe|object|svg)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, '')
    .replace(/<[^>]*>?/g, '')
    .trim()
  const text = decode(stripped)
  return text === '' ? null : <p dir="auto">{text}</p>
}

function List({ token, live }: { readonly token: Tokens.List; readonly live: boolean }): JSX.Element {
  const items = token.items.map((item, index) => (
    <li key={index} dir="auto" class={item.task ? 'task' : undefined}>
      {item.task && (
        <input type="checkbox" checked={item.checked ?? false} disabled aria-label={t('markdown.task')} />
      )}
      <ListItem item={item} live={live && index === token.items.length - 1} />
    </li>
  ))
  if (!token.ordered) return <ul>{items}</ul>
  return <ol start={token.start === '' ? 1 : token.start}>{items}</ol>
}

/** In a list whose items stand close together their text is no paragraph. */
function ListItem({ item, live }: { readonly item: Tokens.ListItem; readonly live: boolean }): JSX.Element {
  return (
    <>
      {item.tokens.map((token, index) =>
        token.type === 'text' && !item.loose ? (
          <Inline key={index} tokens={token.tokens ?? [token]} />
        ) : token.type === 'checkbox' ? null : (
          <Blocks key={index} tokens={[token]} live={live} />
        ),
      )}
    </>
  )
}

function TableView({ token: { header, rows, align } }: { readonly token: Tokens.Table }): JSX.Element {
  const [all, setAll] = useState(false)
  const shown = all ? rows : rows.slice(0, ROWS_SHOWN)
  const side = (index: number): string | undefined => {
    const chosen = align[index]
    return chosen ? `align-${chosen}` : undefined
  }
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label={t('markdown.table')}>
      <table class="table">
        <thead>
          <tr>
            {header.map((cell, index) => (
              <th key={index} scope="col" class={side(index)} dir="auto">
                <Inline tokens={cell.tokens} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, line) => (
            <tr key={line}>
              {row.map((cell, index) => (
                <td key={index} class={side(index)} dir="auto">
                  <Inline tokens={cell.tokens} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > shown.length && (
        <Button kind="quiet" onClick={() => setAll(true)}>
          {t('markdown.allRows', { count: rows.length })}
        </Button>
      )}
    </div>
  )
}
