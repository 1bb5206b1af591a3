import type { Dispatcher } from 'undici'

/** Something requests can be sent on, one at a time or many. */
export interface Connection {
  /** Sends a request; the handler is told everything. */
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void
  /** The request is over and its connection can serve another. */
  release(): void
  /** The request is over and its connection is not to be used again: closes it at once. */
  destroy(): void
}

/** Gives out connections. */
export interface Connections {
  /** Calls back with a connection, at once or when one is free. Returns a function that leaves the line. */
  acquire(use: (connection: Connection) => void): () => void
  close(): Promise<void>
}

/** A client of undici's: one socket, opened when needed. */
export interface SocketClient {
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean
  destroy(error?: Error | null): Promise<void>
  on(event: 'disconnect', listener: () => void): unknown
}

/**
 * One socket per request, at most `limit` at a time, kept for the next request when the answer ended well; the one
 * used last goes first. Not undici's own pool, because that opens a new socket for every request that is aborted,
 * and keeps aborted requests in its line.
 */
export class SocketPool implements Connections {
  readonly #limit: number
  readonly #open: () => SocketClient
  readonly #clients = new Set<SocketClient>()
  readonly #idle: SocketClient[] = []
  readonly #waiting = new Set<(connection: Connection) => void>()
  #closed = false

  constructor(options: { readonly limit: number; readonly open: () => SocketClient }) {
    this.#limit = options.limit
    this.#open = options.open
  }

  acquire(use: (connection: Connection) => void): () => void {
    if (this.#closed) {
      use(NO_CONNECTION)
      return () => {}
    }
    const client = this.#idle.pop() ?? (this.#clients.size < this.#limit ? this.#create() : undefined)
    if (client) {
      use(this.#connection(client))
      return () => {}
    }
    this.#waiting.add(use)
    return () => void this.#waiting.delete(use)
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const use of this.#waiting) use(NO_CONNECTION)
    this.#waiting.clear()
    const clients = [...this.#clients]
    this.#clients.clear()
    this.#idle.length = 0
    await Promise.all(clients.map((client) => client.destroy()))
  }

  #create(): SocketClient {
    const client = this.#open()
    this.#clients.add(client)
    client.on('disconnect', () => {
      const at = this.#idle.indexOf(client)
      if (at === -1) return
      this.#idle.splice(at, 1)
      this.#drop(client)
    })
    return client
  }

  #connection(client: SocketClient): Connection {
    return {
      dispatch: (options, handler) => void client.dispatch(options, handler),
      release: () => {
        if (!this.#clients.has(client)) return
        this.#idle.push(client)
        this.#serve()
      },
      destroy: () => {
        this.#drop(client)
        this.#serve()
      },
    }
  }

  #drop(client: SocketClient): void {
    this.#clients.delete(client)
    void client.destroy()
  }

  /** Not at once: undici is still busy with the request that has just ended. */
  #serve(): void {
    if (this.#waiting.size === 0) return
    queueMicrotask(() => {
      for (const use of this.#waiting) {
        if (this.#idle.length === 0 && this.#clients.size >= this.#limit) return
        this.#waiting.delete(use)
        this.acquire(use)
      }
    })
  }
}

/** Stands for a connection where there will be none any more. */
const NO_CONNECTION: Connection = {
  dispatch() {
    throw Object.assign(new TypeError('The connections are closed.'), { code: 'UND_ERR_CLOSED' })
  },
  release() {},
  destroy() {},
}

/** Requests on a dispatcher that manages its own sockets, such as one that goes through a proxy. */
export class DispatcherConnections implements Connections {
  readonly #dispatcher: Dispatcher

  constructor(dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher
  }

  acquire(use: (connection: Connection) => void): () => void {
    let controller: Dispatcher.DispatchController | undefined
    let destroyed = false
    use({
      dispatch: (options, handler) => {
        const start = handler.onRequestStart?.bind(handler)
        handler.onRequestStart = (started, context) => {
          controller = started
          if (destroyed) started.abort(new Error('The request is over.'))
          else start?.(started, context)
        }
        this.#dispatcher.dispatch(options, handler)
      },
      release: () => {},
      destroy: () => {
        destroyed = true
        controller?.abort(new Error('The request is over.'))
      },
    })
    return () => {}
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy()
  }
}
