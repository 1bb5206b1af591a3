import { MoaError } from '../../core/errors.js'
import type { GatewayInput } from '../../config/input.js'
import type { GatewaySettings } from '../../gateway/index.js'
import type { LogStyle } from './request-log.js'

/** Flags of `moa serve`; what they leave open, the configuration says. */
export interface ServeOptions {
  /** File into which every run is recorded. */
  readonly record?: string
  readonly host?: string
  readonly port?: number
  readonly insecure?: boolean
  readonly keys?: string
  /** False for `--no-progress`. */
  readonly progress?: boolean
  readonly usage?: 'run' | 'answer'
  readonly cors?: readonly string[]
  readonly maxRuns?: number
  /** MiB. */
  readonly maxBody?: number
  /** Seconds. */
  readonly shutdownTimeout?: number
  readonly log?: LogStyle
  /** False for `--no-ui`. */
  readonly ui?: boolean
  /** Pages may change the configuration file. */
  readonly write?: boolean
  readonly config?: string
}

export const DEFAULT_PORT = 4020

/** Where to listen. */
export interface Address {
  readonly host: string
  readonly port: number
  /** Nobody but this machine gets there. */
  readonly loopback: boolean
}

export function addressOf(options: ServeOptions, input: GatewayInput): Address {
  const host = options.host ?? input.host ?? '127.0.0.1'
  const port = options.port ?? input.port ?? DEFAULT_PORT
  return { host, port, loopback: /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host) }
}

/**
 * Refuses an address that strangers can reach while anybody who does may spend the owner's money.
 *
 * @throws {@link MoaError} `usage`
 */
export function checkAddress(
  { host, loopback }: Address,
  options: { keys: boolean; insecure: boolean },
): void {
  if (loopback || options.keys || options.insecure) return
  throw new MoaError(
    'usage',
    `Others can reach ${host}, and no key is needed yet: run \`moa keys create NAME\` first, listen on 127.0.0.1, or say --insecure when something else keeps strangers out.`,
  )
}

const MIB = 1024 * 1024

/** Settings of the gateway: the configuration's, with what flags say instead. */
export function gatewaySettings(options: ServeOptions, input: GatewayInput): Partial<GatewaySettings> {
  const {
    host: _,
    port: __,
    keysFile: ___,
    list: ____,
    traceContent: _____,
    redis: ______,
    keysIn: _______,
    ...written
  } = input
  const { progress, usage, cors, maxRuns, maxBody, shutdownTimeout } = options
  return {
    ...written,
    ...(progress === false && { progress }),
    ...(usage !== undefined && { usage }),
    ...(cors !== undefined && { corsOrigins: cors }),
    ...(maxRuns !== undefined && { maxRuns }),
    ...(maxBody !== undefined && { maxBodyBytes: Math.floor(maxBody * MIB) }),
    ...(shutdownTimeout !== undefined && { shutdownMs: shutdownTimeout * 1000 }),
  }
}
