import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { MoaError } from '../../core/errors.js'
import type { EvalDocument } from '../../eval/report/index.js'

/** Where the viewer is once the package is built. */
const VIEWER = fileURLToPath(new URL('../../web/report/', import.meta.url))

/**
 * One HTML file with everything in it: it fetches nothing and works from a disk. Only the viewer's own script may run;
 * what models wrote is data, which the script shows as text.
 *
 * @throws MoaError `file_unreadable` when the viewer was not built.
 */
export function reportHtml(document: EvalDocument): string {
  const script = asset('report.js').replaceAll('</script', '<\\/script')
  const style = asset('report.css').replaceAll('</style', '<\\/style')
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    // Figures are saved as pictures by way of a blob.
    'img-src blob: data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(`${document.title} · ${document.id}`)}</title>
<style>${style}</style>
</head>
<body>
<div id="report"></div>
<noscript>This report needs JavaScript, which is in this file; it loads nothing from elsewhere.</noscript>
<script type="application/json" id="evaluation">${inertJson(document)}</script>
<script>${script}</script>
</body>
</html>
`
}

function asset(name: string): string {
  try {
    return readFileSync(VIEWER + name, 'utf8')
  } catch (error) {
    throw new MoaError(
      'file_unreadable',
      `The viewer of reports is not here (${VIEWER}${name}); run \`npm run build\`, or install the package anew.`,
      { cause: error },
    )
  }
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`

/** JSON that can't end the element it stands in, nor open another. */
function inertJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
