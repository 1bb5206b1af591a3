/** Hands a file to the user's downloads. */
export function saveFile(
  name: string,
  { type, content }: { readonly type: string; readonly content: string | Blob },
): void {
  const url = URL.createObjectURL(new Blob([content], { type: `${type};charset=utf-8` }))
  const anchor = document.createElement('a')
  anchor.href = url
  anchor.download = name
  anchor.click()
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
