/** How much something takes up. */
export interface Size {
  readonly count: number
  /** Bytes of keys and values as stored; what the file needs around them comes on top. */
  readonly bytes: number
}

/** Keys from `from` on, up to but without `before`, in code point order. */
export interface KeyRange {
  readonly from?: string
  readonly before?: string
  /** Largest keys first. Default false. */
  readonly reverse?: boolean
  /** At most this many. */
  readonly limit?: number
}

/** A value that is kept under a key and can be replaced. */
export interface StoredRecord<T> {
  readonly key: string
  readonly value: T
  /** Milliseconds since the epoch. */
  readonly writtenAt: number
  /** When it was last written or touched. */
  readonly usedAt: number
}

/** What may stay when records are pruned. */
export interface Limits {
  readonly maxBytes?: number
  readonly maxCount?: number
  /** Since a record was written, in milliseconds. */
  readonly maxAgeMs?: number
}

/**
 * Values by key. They are kept as JSON, so they come back as plain data; `T` is what the namespace's owner has agreed to
 * put there.
 */
export interface Records<T> {
  get(key: string): T | undefined
  /** Adds a value or replaces the one that is there. */
  set(key: string, value: T): void
  /** Notes that the record was of use, which keeps it from being pruned early. */
  touch(key: string): void
  /** Whether there was anything to delete. */
  delete(key: string): boolean
  /** Records in the order of their keys. What is written while the scan goes on may or may not be seen. */
  scan(range?: KeyRange): Iterable<StoredRecord<T>>
  size(): Size
  /** Deletes records that are too old, then the least recently used until the rest fits. Returns how many. */
  prune(limits: Limits): number
}

/** An entry of a journal. */
export interface JournalEntry<T> {
  /** Rises from entry to entry; gaps are possible. */
  readonly sequence: number
  readonly key: string
  readonly value: T
  /** Milliseconds since the epoch. */
  readonly writtenAt: number
}

/** Values in the order they were appended, each under a key of its own, never changed afterwards. */
export interface Journal<T> {
  /** Appends a value. False, and nothing happens, when the key is taken. */
  append(key: string, value: T): boolean
  get(key: string): T | undefined
  has(key: string): boolean
  /** Entries in order, from the one behind the sequence number `after`, or of one key prefix alone. */
  scan(options?: { readonly after?: number; readonly prefix?: string }): Iterable<JournalEntry<T>>
  size(): Size
  /** Deletes the whole journal. */
  clear(): void
}

/**
 * Keeps typed records and journals. Writes are durable against the end of the process when they return. All calls are
 * synchronous: they take microseconds, and a caller can rely on what it has just written.
 */
export interface Store {
  records<T>(namespace: string): Records<T>
  journal<T>(name: string): Journal<T>
  /** All of the work or, when it throws, nothing of it. Transactions do not nest. */
  transaction<T>(work: () => T): T
  /** Gives back the space of what was deleted, and leaves nothing of it in the file. Takes as long as copying the rest. */
  compact(): void
  close(): void
}
