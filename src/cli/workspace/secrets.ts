import type { Settings } from '../../config/settings.js'
import { redactor } from '../../providers/endpoint.js'
import type { Redact } from '../../record/index.js'

/** Takes the keys and secret headers of all providers out of a text that may be JSON. */
export function secretsOf({ providers }: Pick<Settings, 'providers'>): Redact {
  const inJson = (value: string): string => JSON.stringify(value).slice(1, -1)
  const redactors = providers.flatMap(({ apiKey, headers = {} }) => {
    const escaped = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, inJson(value)]))
    return apiKey === undefined && Object.keys(escaped).length === 0
      ? []
      : [redactor({ headers: escaped, ...(apiKey !== undefined && { apiKey: inJson(apiKey) }) })]
  })
  return (text) => redactors.reduce((clean, redact) => redact(clean), text)
}
