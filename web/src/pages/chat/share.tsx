import { render } from 'preact'
import type { Conversation, Turn } from '../../../../src/gateway/ui/conversation.js'
import { t } from '../../i18n/index.js'
import { highlighting } from '../../markdown/code-block.js'
import { cleanLine } from '../../markdown/clean.js'
import { formulas } from '../../markdown/formula-view.js'
import { SharedConversation } from './shared-conversation.js'

/**
 * A conversation as one HTML file that can be read anywhere: no script, nothing fetched, proposals folded. It is drawn
 * with the page's own components and carries the page's style sheets.
 */
export async function sharedPage(conversation: Conversation, turns: readonly Turn[]): Promise<string> {
  await Promise.all([highlighting.ready(), formulas.ready()])
  const root = document.createElement('div')
  render(<SharedConversation conversation={conversation} turns={turns} />, root)
  const body = root.innerHTML
  render(null, root)
  const title = escape(cleanLine(conversation.title) || t('app.title'))
  const { lang } = document.documentElement
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${title}</title>
<style>
${styles()}
</style>
</head>
<body>${body}</body>
</html>
`
}

/** All rules of the page. The closing tag can't stand in a style sheet, but nothing is lost by making sure. */
function styles(): string {
  return [...document.styleSheets]
    .flatMap((sheet) => [...sheet.cssRules])
    .map((rule) => rule.cssText)
    .join('\n')
    .replaceAll('</', '<\\/')
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
