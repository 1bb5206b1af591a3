export const HOSTILE_QUESTION = 'Please be nasty.'

/** What a model would send that wants to do harm to whoever reads it. */
export const HOSTILE_ANSWER = [
  '# Hello <img src=x onerror="window.harmed=1">',
  '<script>window.harmed = 2</script>',
  '<iframe srcdoc="<script>parent.harmed=3</script>"></iframe>',
  '<svg onload="window.harmed=4"><a xlink:href="javascript:window.harmed=5">x</a></svg>',
  '<div style="position:fixed;inset:0;background:red">covering text</div>',
  '[click me](javascript:window.harmed=6) [and me](JaVa\tScRiPt:window.harmed=7) [data](data:text/html,<script>1</script>)',
  '[vb](vbscript:x) <javascript:window.harmed=8> [relative](/v1/models) [fine](https://example.com/fine "a title")',
  '![spy](http://127.0.0.1:9/pixel.png?who=reader) ![x](javascript:window.harmed=9)',
  'Direction: \u202egnp.exe\u202c and \u2066isolated\u2069 end. Control: a\u0000b\u0007c\u001b[31mred\u001b[0m.',
  '`<b>code</b>` &lt;script&gt; &#x202e; &amp;',
  '```html\n<script>window.harmed = 10</script>\n```',
  '$$\\href{javascript:window.harmed=11}{x} + \\htmlData{a=b}{y}$$',
  '$\\frac{a}{b}$ costs $5 or $6.',
  `| ${Array.from({ length: 12 }, (_, index) => `column ${index}`).join(' | ')} |\n|${' --- |'.repeat(12)}\n${Array.from(
    { length: 600 },
    (_, row) => `|${` cell ${row} |`.repeat(12)}`,
  ).join('\n')}`,
  `A word without end: ${'x'.repeat(3000)}`,
  `${'> '.repeat(60)}deep`,
  'The end of it.',
].join('\n\n')
