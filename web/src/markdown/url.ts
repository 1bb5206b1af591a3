const ALLOWED = new Set(['http:', 'https:', 'mailto:'])

/** An address a model may link to, or nothing: only absolute ones of schemes that run nothing. */
export function safeUrl(text: string): string | undefined {
  const trimmed = text.replace(/[\u0000-\u0020]/g, '')
  try {
    const url = new URL(trimmed)
    return ALLOWED.has(url.protocol) ? url.href : undefined
  } catch {
    return undefined // Relative: it would lead into this app.
  }
}
