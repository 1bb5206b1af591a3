/** Offers content as a download. */
function offer(content: Blob, name: string): void {
  const url = URL.createObjectURL(content)
  const anchor = document.createElement('a')
  anchor.href = url
  anchor.download = name
  anchor.click()
  // The browser reads it after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

const fileName = (title: string, ending: string): string =>
  `${
    title
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '')
      .toLowerCase() || 'table'
  }.${ending}`

/** Cells a spreadsheet would take for a formula are made plain text. */
function cellOf(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Rows as comma-separated values. */
export function csvText(rows: readonly (readonly (string | number | null | undefined)[])[]): string {
  return rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')
}

export function saveCsv(
  title: string,
  rows: readonly (readonly (string | number | null | undefined)[])[],
): void {
  offer(new Blob([csvText(rows)], { type: 'text/csv;charset=utf-8' }), fileName(title, 'csv'))
}

/** What a picture looks like does not travel with it unless it is written down. */
const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
] as const

/** A figure as a file of its own, with the colours it has now. */
function standalone(figure: SVGSVGElement): string {
  const copy = figure.cloneNode(true) as SVGSVGElement
  const originals = [figure, ...figure.querySelectorAll<SVGElement>('*')]
  const copies = [copy, ...copy.querySelectorAll<SVGElement>('*')]
  for (const [index, original] of originals.entries()) {
    const style = getComputedStyle(original)
    for (const name of STYLES) copies[index]?.setAttribute(name, style.getPropertyValue(name))
    copies[index]?.removeAttribute('class')
    copies[index]?.removeAttribute('style')
  }
  const { width, height } = figure.viewBox.baseVal
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
  ground.setAttribute('width', '100%')
  ground.setAttribute('height', '100%')
  ground.setAttribute('fill', getComputedStyle(document.body).backgroundColor)
  copy.prepend(ground)
  return new XMLSerializer().serializeToString(copy)
}

export function saveSvg(title: string, figure: SVGSVGElement): void {
  offer(new Blob([standalone(figure)], { type: 'image/svg+xml' }), fileName(title, 'svg'))
}

const PIXELS = 2

/** Draws the figure at twice its size. */
export async function savePng(title: string, figure: SVGSVGElement): Promise<void> {
  const url = URL.createObjectURL(new Blob([standalone(figure)], { type: 'image/svg+xml' }))
  try {
    const picture = new Image()
    picture.src = url
    await picture.decode()
    const { width, height } = figure.viewBox.baseVal
    const canvas = document.createElement('canvas')
    canvas.width = width * PIXELS
    canvas.height = height * PIXELS
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
    const drawn = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
    if (drawn) offer(drawn, fileName(title, 'png'))
  } finally {
    URL.revokeObjectURL(url)
  }
}
