import type { Dispatcher } from 'undici'

/**
 * What is told of a request, by the methods undici itself calls inside; its newer handler interface is put around
 * these and would cost an object and a call for every chunk.
 */
export interface ExchangeHandler {
  onConnect(): void
  /**
   * @param headers name, value, name, value, … as they came
   * @param resume goes on reading after a pause
   * @returns whether to go on reading
   */
  onHeaders(status: number, headers: Buffer[], resume: () => void): boolean
  /** @returns whether to go on reading */
  onData(chunk: Buffer): boolean
  onComplete(): void
  onError(error: unknown): void
}

/** Something requests can be sent on, one at a time or many. */
export interface Connection {
  /** Sends a request; the handler is told everything. */
  dispatch(options: Dispatcher.DispatchOptions, handler: ExchangeHandler): void
  /** The request is over and its connection can serve another. */
  release(): void
  /** The request is over and its connection is not to be used again: closes it at once. */
  destroy(): void
}

/** Who asks for a connection. */
export interface ConnectionUser {
  use(connection: Connection): void
}

/** Gives out connections. */
export interface Connections {
  /** Hands over a connection, at once or when one is free. Returns a function that leaves the line. */
  acquire(user: ConnectionUser): () => void
  close(): Promise<void>
}

/** A client of undici's: one socket, opened when needed. */
export interface SocketClient {
  dispatch(options: Dispatcher.DispatchOptions, handler: ExchangeHandler): boolean
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
  readonly #sockets = new Set<Socket>()
  readonly #idle: Socket[] = []
  readonly #waiting = new Set<ConnectionUser>()
  #closed = false

  constructor(options: { readonly limit: number; readonly open: () => SocketClient }) {
    this.#limit = options.limit
    this.#open = options.open
  }

  acquire(user: ConnectionUser): () => void {
    if (this.#closed) {
      user.use(NO_CONNECTION)
      return LEAVE_NO_LINE
    }
    const socket = this.#idle.pop() ?? (this.#sockets.size < this.#limit ? this.#create() : undefined)
    if (socket) {
      user.use(socket)
      return LEAVE_NO_LINE
    }
    this.#waiting.add(user)
    return () => void this.#waiting.delete(user)
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const user of this.#waiting) user.use(NO_CONNECTION)
    this.#waiting.clear()
    const sockets = [...this.#sockets]
    this.#sockets.clear()
    this.#idle.length = 0
    await Promise.all(sockets.map(({ client }) => client.destroy()))
  }

  #create(): Socket {
    const socket: Socket = new Socket(this.#open(), {
      released: () => {
        if (!this.#sockets.has(socket)) return
        this.#idle.push(socket)
        this.#serve()
      },
      destroyed: () => {
        this.#drop(socket)
        this.#serve()
      },
    })
    this.#sockets.add(socket)
    socket.client.on('disconnect', () => {
      const at = this.#idle.indexOf(socket)
      if (at === -1) return
      this.#idle.splice(at, 1)
      this.#drop(socket)
    })
    return socket
  }

  #drop(socket: Socket): void {
    this.#sockets.delete(socket)
    void socket.client.destroy()
  }

  /** Not at once: undici is still busy with the request that has just ended. */
  #serve(): void {
    if (this.#waiting.size === 0) return
    queueMicrotask(() => {
      for (const user of this.#waiting) {
        if (this.#idle.length === 0 && this.#sockets.size >= this.#limit) return
        this.#waiting.delete(user)
        this.acquire(user)
      }
    })
  }
}

/** One client of a pool, made once and used for many requests. */
class Socket implements Connection {
  readonly client: SocketClient
  readonly #pool: { readonly released: () => void; readonly destroyed: () => void }

  constructor(client: SocketClient, pool: { readonly released: () => void; readonly destroyed: () => void }) {
    this.client = client
    this.#pool = pool
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: ExchangeHandler): void {
    this.client.dispatch(options, handler)
  }

  release(): void {
    this.#pool.released()
  }

  destroy(): void {
    this.#pool.destroyed()
  }
}

const LEAVE_NO_LINE = (): void => {}

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
  readonly #explain: (error: unknown) => unknown

  /** @param explain makes of an error what is told of it */
  constructor(dispatcher: Dispatcher, explain: (error: unknown) => unknown) {
    this.#dispatcher = dispatcher
    this.#explain = explain
  }

  acquire(user: ConnectionUser): () => void {
    const adapter = new HandlerAdapter(this.#explain)
    user.use({
      dispatch: (options, handler) => {
        adapter.handler = handler
        this.#dispatcher.dispatch(options, adapter)
      },
      release: () => {},
      destroy: () => adapter.destroy(),
    })
    return () => {}
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy()
  }
}

/** undici's public handler interface in front of ours. */
class HandlerAdapter implements Dispatcher.DispatchHandler {
  handler: ExchangeHandler | undefined
  readonly #explain: (error: unknown) => unknown
  #controller: Dispatcher.DispatchController | undefined
  #destroyed = false

  constructor(explain: (error: unknown) => unknown) {
    this.#explain = explain
  }

  destroy(): void {
    this.#destroyed = true
    this.#controller?.abort(new Error('The request is over.'))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#destroyed) this.destroy()
    else this.handler?.onConnect()
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    const raw = (controller.rawHeaders ?? []) as Buffer[]
    if (this.handler?.onHeaders(status, raw, () => controller.resume()) === false) controller.pause()
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.handler?.onData(chunk) === false) controller.pause()
  }

  onResponseEnd(): void {
    this.handler?.onComplete()
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.handler?.onError(this.#explain(error))
  }
}
