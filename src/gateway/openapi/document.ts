export function openapiDocument(version: string): Record<string, unknown> {
  return { openapi: '3.1.0', info: { title: 'mixture-of-agents', version }, paths: {} }
}
