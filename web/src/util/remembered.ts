const PREFIX = 'moa.'

/** Small choices kept in the browser. Where storage is forbidden they are forgotten, and nothing else happens. */
export const remembered = {
  get(name: string): string | null {
    try {
      return localStorage.getItem(PREFIX + name)
    } catch {
      return null
    }
  },
  set(name: string, value: string): void {
    try {
      localStorage.setItem(PREFIX + name, value)
    } catch {
      // Private windows may refuse.
    }
  },
}
