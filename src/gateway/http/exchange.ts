/** Names and values by turns, as they go over the wire. */
export type HeaderList = readonly string[]

/** Where a reply goes: either one `send`, or `begin`, any number of `write`s and one `end`. */
export interface ReplySink {
  /** A whole reply. */
  send(reply: { readonly status: number; readonly headers: HeaderList; readonly body: string | Buffer }): void
  /** Sends the head of a streamed reply at once. */
  begin(status: number, headers: HeaderList): void
  /** Sends a piece of the body; a promise, if there is one, resolves when the reader wants more, or has left. */
  write(text: string): Promise<void> | undefined
  /** Sends the last piece. */
  end(text: string): void
  /** Calls back once when nobody is there to read the rest. */
  onGone(callback: () => void): void
  /** Drops the connection: for clients that don't read. */
  destroy(): void
}

/** One HTTP request and the way to answer it, whatever carries them. */
export interface Exchange extends ReplySink {
  /** Headers of this exchange's reply, whatever it is; may be added to until the reply begins. */
  readonly always: string[]
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** What stands behind the path, its question mark included; empty when nothing does. */
  readonly query: string
  /** Names are lower-case. */
  header(name: string): string | undefined
  /** Address of the other side; absent in process. */
  readonly remoteAddress: string | undefined
  /**
   * The whole body.
   *
   * @param allow told of every piece's size before it is kept; what it throws ends the reading
   * @throws {@link MoaError} `aborted` when the client leaves meanwhile
   */
  body(allow: (bytes: number) => void): Promise<Uint8Array>
}
