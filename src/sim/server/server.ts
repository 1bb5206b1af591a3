import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MoaError } from '../../core/index.js'
import { systemClock, type Clock } from '../../util/index.js'
import { Simulation, type SimulationOptions } from '../simulation.js'
import { Chat } from './chat.js'
import { SimLog, type SimLogEntry, type SimLogOptions } from './log.js'
import { route } from './routes.js'

/** Where the server listens and whom it serves; seed, latency, script, recordings and log beside. */
export interface SimServerOptions extends SimulationOptions, SimLogOptions {
  /** Default 0: any free one. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Keys it takes. Default: any, or none. */
  readonly apiKeys?: readonly string[]
  /** Default the system's. */
  readonly clock?: Clock
}

/** A running simulator. */
export interface SimServer {
  /** Base URL for OpenAI-compatible clients: `http://127.0.0.1:4000/v1`. */
  readonly url: string
  readonly port: number
  /** Settled requests, oldest first. */
  readonly log: readonly SimLogEntry[]
  /** Requests being answered. */
  readonly inFlight: number
  /** Resolves when no request is in flight; every line of the log is settled then. */
  idle(): Promise<void>
  /** Empties the log. */
  clearLog(): void
  /** Closes every connection; what is in flight is settled as `server-closed` or as its fault. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts an OpenAI-compatible server of simulated models: streams, JSON, usage, tools, faults by name or by script,
 * and a log of what was asked and served.
 *
 * @example
 * await using sim = await startSimServer({ seed: 7 })
 * await fetch(`${sim.url}/chat/completions`, {
 *   method: 'POST',
 *   body: JSON.stringify({ model: 'ada+429=1', messages: [{ role: 'user', content: 'Hi' }] }),
 * })
 *
 * @throws {@link MoaError} `unreachable` when the port is taken
 */
export async function startSimServer(options: SimServerOptions = {}): Promise<SimServer> {
  const clock = options.clock ?? systemClock
  const simulation = new Simulation(options)
  const log = new SimLog(clock, options)
  const chat = new Chat({ simulation, log, clock, apiKeys: options.apiKeys })
  const startedAt = Math.floor(clock.now() / 1000)
  const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (request, response) => {
    route({ request, response, simulation, log, chat, startedAt })
  })
  const host = options.host ?? '127.0.0.1'
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new MoaError(
          'unreachable',
          `The simulator can't listen on ${host}:${options.port ?? 0}: ${error.message}`,
          { cause: error },
        ),
      ),
    )
    server.listen({ port: options.port ?? 0, host, backlog: 4096 }, resolve)
  })
  const { port } = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    chat.closing = true
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
    // Sockets tell of their end a moment after the server does.
    await log.idle()
    log.close()
  }
  let closing: Promise<void> | undefined
  const closeOnce = (): Promise<void> => (closing ??= close())
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/v1`,
    port,
    get log() {
      return log.entries
    },
    get inFlight() {
      return log.inFlight
    },
    idle: () => log.idle(),
    clearLog: () => log.clear(),
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  }
}
