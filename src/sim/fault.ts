/**
 * What goes wrong with one call on its way. `after` counts the pieces of the answer that arrive first. How it looks
 * over HTTP is `server/`'s business, what a client makes of it `fault-error.ts`'s.
 */
export type Fault =
  | { readonly type: 'status'; readonly status: number }
  | { readonly type: 'timeout' }
  | { readonly type: 'hang-before' }
  | { readonly type: 'hang-between'; readonly after: number }
  | { readonly type: 'disconnect'; readonly after: number }
  | { readonly type: 'malformed'; readonly after: number }
  | { readonly type: 'error-mid'; readonly after: number }
  | { readonly type: 'no-finish' }
  | { readonly type: 'no-done' }
  | { readonly type: 'html' }
  | { readonly type: 'error-200' }

/** The fault's name in logs: `429`, `disconnect`. */
export function faultLabel(fault: Fault): string {
  return fault.type === 'status' ? String(fault.status) : fault.type
}

/** How many of an answer's pieces arrive before the fault strikes; all of them when it strikes at the end. */
export function piecesBefore(fault: Fault | undefined, pieces: number): number {
  switch (fault?.type) {
    case undefined:
    case 'no-finish':
    case 'no-done':
      return pieces
    case 'status':
    case 'timeout':
    case 'hang-before':
    case 'html':
    case 'error-200':
      return 0
    case 'hang-between':
    case 'disconnect':
    case 'malformed':
    case 'error-mid':
      return Math.min(fault.after, pieces)
  }
}
