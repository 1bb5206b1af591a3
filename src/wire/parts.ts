import type { ImagePart } from '../core/index.js'
import { bad, optionalString, string } from './check.js'

/**
 * Reads an image by URL, with its resolution hint.
 *
 * @param params the places of both, for error messages
 */
export function imagePart(
  fields: { readonly url: unknown; readonly detail: unknown },
  params: { readonly url: string; readonly detail: string },
): ImagePart {
  const url = string(fields.url, params.url)
  if (!/^(https?|data):/i.test(url)) throw bad(params.url, 'expected an http(s) or data: URL.')
  const detail = optionalString(fields.detail, params.detail)
  if (detail === undefined) return { type: 'image', url }
  if (detail !== 'auto' && detail !== 'low' && detail !== 'high')
    throw bad(params.detail, 'expected "auto", "low" or "high".')
  return { type: 'image', url, detail }
}
