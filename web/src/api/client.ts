import { t } from '../i18n/index.js'

/** What the gateway answered instead of what was asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** HTTP status. */
  readonly status: number
  /** The gateway's code of the error. */
  readonly code: string

  constructor(message: string, facts: { readonly status: number; readonly code: string }) {
    super(message)
    this.status = facts.status
    this.code = facts.code
  }
}

let csrf: string | undefined

/** Proves to the gateway that a request comes from its own page. */
export function useCsrfToken(token: string | undefined): void {
  csrf = token
}

export interface RequestOptions {
  readonly signal?: AbortSignal
}

/** The interface's own API, beside the page. Paths are relative: `conversations/42`. */
export const api = {
  get: <T>(path: string, options: RequestOptions = {}): Promise<T> => call<T>('GET', path, options),
  post: <T>(path: string, body: unknown, options: RequestOptions = {}): Promise<T> =>
    call<T>('POST', path, { ...options, body }),
  put: <T>(path: string, body: unknown, options: RequestOptions = {}): Promise<T> =>
    call<T>('PUT', path, { ...options, body }),
  patch: <T>(path: string, body: unknown, options: RequestOptions = {}): Promise<T> =>
    call<T>('PATCH', path, { ...options, body }),
  delete: (path: string, options: RequestOptions = {}): Promise<void> => call('DELETE', path, options),
}

async function call<T>(
  method: string,
  path: string,
  { signal, body }: RequestOptions & { readonly body?: unknown },
): Promise<T> {
  const response = await request(path, {
    method,
    ...(signal && { signal }),
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(method !== 'GET' && csrf !== undefined && { 'x-moa-csrf': csrf }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return (response.status === 204 ? undefined : await response.json()) as T
}

/**
 * The raw response of a path, for those who read streams.
 *
 * @throws {@link ApiError} for every status that is no success
 */
export async function request(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(`api/${path}`, { credentials: 'same-origin', ...init })
  if (response.ok) return response
  throw await errorOf(response)
}

async function errorOf(response: Response): Promise<ApiError> {
  const fallback = `${response.status} ${response.statusText}`
  try {
    const { error } = (await response.json()) as { error?: { message?: string; code?: string | null } }
    return new ApiError(error?.message ?? fallback, {
      status: response.status,
      code: error?.code ?? 'unknown',
    })
  } catch {
    return new ApiError(fallback, { status: response.status, code: 'unknown' })
  }
}

/** What to tell the user of a failure. */
export function messageOf(error: unknown): string {
  return error instanceof ApiError ? error.message : t('app.unreachable')
}
