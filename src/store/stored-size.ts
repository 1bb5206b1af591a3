/** Bytes a key and its value take up. */
export function storedSize(key: string, json: string): number {
  return Buffer.byteLength(key) + Buffer.byteLength(json)
}
