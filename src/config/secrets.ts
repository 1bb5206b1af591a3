import type { Source } from './source.js'
import { problemLine } from './source.js'

/** Beginnings of keys that providers hand out. */
const KEY_SHAPE = /^(sk-|sk_|gsk_|xai-|csk-|fw_|tgp_|AIza|hf_|r8_)[A-Za-z0-9_-]{12,}$/
const SECRET_HEADER = /auth|key|token|secret|cookie/i

/** One line for each secret that stands in a file itself, where it gets copied and committed. */
export function secretWarnings(source: Source): string[] {
  const warnings: string[] = []
  const visit = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value === 'string') {
      if (isSecret(value, path))
        warnings.push(
          problemLine({
            file: source.file,
            place: source.place(path),
            message:
              'a secret stands in the file itself; put it into the environment and write ${NAME} here.',
          }),
        )
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, child] of Object.entries(value)) visit(child, [...path, key])
    }
  }
  visit(source.value, [])
  return warnings
}

function isSecret(value: string, path: readonly PropertyKey[]): boolean {
  if (value.includes('${')) return false
  if (KEY_SHAPE.test(value)) return true
  const [top, second, field, header] = path.map(String)
  if (top === 'gateway' || top === 'cache') return second === 'redis' && /\/\/[^/]*:[^/]+@/.test(value)
  if (top !== 'providers') return false
  if (field === 'apiKey') return value.length >= 8
  if (field === 'baseURL') return /\/\/[^/]*:[^/]*@|[?&](api-?)?key=./i.test(value)
  return field === 'headers' && SECRET_HEADER.test(header ?? '') && value.length >= 8
}
