import type { Token, Tokens } from 'marked'
import type { ComponentChildren, JSX } from 'preact'
import { t } from '../i18n/index.js'
import { FormulaView } from './formula-view.js'
import type { MathToken } from './lexer.js'
import { decode } from './markup.js'
import { safeUrl } from './url.js'

/** Text with its emphasis, links and code. Raw HTML is left out; what stands between its tags stays. */
export function Inline({ tokens }: { readonly tokens: readonly Token[] | undefined }): JSX.Element {
  return <>{tokens?.map(nodeOf)}</>
}

function nodeOf(token: Token, key: number): ComponentChildren {
  switch (token.type) {
    case 'strong':
      return (
        <strong key={key}>
          <Inline tokens={token.tokens} />
        </strong>
      )
    case 'em':
      return (
        <em key={key}>
          <Inline tokens={token.tokens} />
        </em>
      )
    case 'del':
      return (
        <del key={key}>
          <Inline tokens={token.tokens} />
        </del>
      )
    case 'codespan':
      return <code key={key}>{(token as Tokens.Codespan).text}</code>
    case 'br':
      return <br key={key} />
    case 'link':
      return <Link key={key} token={token as Tokens.Link} />
    case 'image':
      return <ImageLink key={key} token={token as Tokens.Image} />
    case 'math': {
      const { formula, display } = token as unknown as MathToken
      return <FormulaView key={key} formula={formula} display={display} />
    }
    case 'html':
      return /^<br\s*\/?>/i.test(token.raw) ? <br key={key} /> : null
    case 'checkbox':
      return null
    case 'escape':
      return decode((token as Tokens.Escape).text)
    default:
      return token.type === 'text' && token.tokens !== undefined ? (
        <Inline key={key} tokens={token.tokens} />
      ) : (
        plainText(token)
      )
  }
}

/** The text of a token; `marked` leaves entities in it as they are written. */
function plainText(token: Token): string {
  return decode('text' in token && typeof token.text === 'string' ? token.text : token.raw)
}

function Link({ token }: { readonly token: Tokens.Link }): JSX.Element {
  const url = safeUrl(token.href)
  const text = <Inline tokens={token.tokens} />
  if (url === undefined) return <span title={t('markdown.linkRefused')}>{text}</span>
  return (
    <a href={url} target="_blank" rel="noopener noreferrer nofollow" title={url}>
      {text}
    </a>
  )
}

/** A picture a model refers to is not fetched: that would tell its server who reads. It can be opened. */
function ImageLink({ token }: { readonly token: Tokens.Image }): JSX.Element {
  const url = safeUrl(token.href)
  const words = token.text === '' ? t('markdown.image') : decode(token.text)
  if (!url?.startsWith('http')) return <span class="image-link">{words}</span>
  return (
    <a class="image-link" href={url} target="_blank" rel="noopener noreferrer nofollow" title={url}>
      {t('markdown.openImage', { name: words, host: new URL(url).host })}
    </a>
  )
}
