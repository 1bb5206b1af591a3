import { isatty } from 'node:tty'
import { Gateway, listen, loadTracing, type Listening } from '../../gateway/index.js'
import { dollars } from '../../engine/spend.js'
import { tellWarnings, warn } from '../notices.js'
import type { Invocation } from '../program.js'
import { connectRedis, type RedisLink } from '../redis.js'
import { tellServed } from '../serve/banner.js'
import { configSignature, watchConfig } from '../serve/config-watch.js'
import {
  evictionWarning,
  findKeyFile,
  keysAreInRedis,
  keysInRedis,
  type KeyPlace,
} from '../serve/key-place.js'
import { addressOf, checkAddress, gatewaySettings, type ServeOptions } from '../serve/options.js'
import { requestLog, type RequestLog } from '../serve/request-log.js'
import { Reloading, openServed, type Served, type ServedFiles } from '../serve/served.js'
import type { Shell } from '../shell.js'
import { openUi, type Ui } from '../ui/open-ui.js'
import { version } from '../version.js'

/** `moa serve`: recipes and models over OpenAI's and Anthropic's interfaces, until it is stopped. */
export async function serve({ shell, options }: Invocation<ServeOptions>): Promise<void> {
  let ui: Ui | undefined
  const files: ServedFiles = {
    config: options.config,
    record: options.record,
    ...(options.ui !== false && { onLine: (line) => ui?.onLine(line) }),
  }
  const signature = configSignature(options.config)
  const served = await openServed(files, shell)
  const { settings } = served.workspace
  let keys: KeyPlace | undefined
  let redis: RedisLink | undefined
  let reloading: Reloading | undefined
  try {
    tellWarnings(served.workspace, shell)
    const log = await requestLog(options.log ?? (shell.stderr.live ? 'pretty' : 'json'), shell)
    const inRedis = keysAreInRedis(settings, options.keys)
    if (!inRedis) keys = await findKeyFile(settings, options.keys)
    const address = addressOf(options, settings.gateway)
    checkAddress(address, { keys: inRedis || keys !== undefined, insecure: options.insecure === true })
    if (settings.gateway.redis !== undefined)
      redis = await openRedis(settings.gateway.redis, { shell, keys: inRedis })
    if (inRedis && redis) keys = keysInRedis(redis, log)
    if (options.ui !== false)
      ui = await openUi({
        workspace: () => reloading?.workspace ?? served.workspace,
        reload: async () => reloading?.reload(),
        config: options.config,
        write: options.write === true,
        ...(keys && { keys: keys.keys }),
      })
    const gateway = await createGateway(served, { options, keys, ui, redis, log, loopback: address.loopback })
    const listening = await listen(gateway, address)
    reloading = new Reloading(served, { gateway, shell, log, files, signature })
    await shell.write(`${listening.url}\n`)
    tellServed(served, { shell, listening, keys, ui: ui !== undefined })
    if (!address.loopback && keys === undefined)
      warn(shell, 'INSECURE: whoever reaches this address may use every model, at your cost.')
    await untilStopped({ shell, listening, gateway, reloading, config: options.config })
    log.flush()
  } finally {
    await (reloading ?? served.workspace).close()
    const lostUsd = (await keys?.close()) ?? 0
    if (lostUsd > 0)
      warn(shell, `${dollars(lostUsd)} that keys have spent could not be booked: Redis was away to the end.`)
    redis?.close()
    ui?.close()
  }
}

/** A Redis that is not there may come later, so that is a warning. */
async function openRedis(
  address: string,
  { shell, keys }: { readonly shell: Shell; readonly keys: boolean },
): Promise<RedisLink> {
  const link = await connectRedis(address, { setting: 'gateway.redis', signal: shell.signal })
  const { place, problem } = link
  if (problem !== undefined)
    warn(
      shell,
      `Redis at ${place} can't be reached (${problem}): ${
        keys ? 'no key can be looked up' : 'rate limits count in this process alone'
      } until it can.`,
    )
  const lossy = keys && problem === undefined ? await evictionWarning(link) : undefined
  if (lossy !== undefined) warn(shell, lossy)
  return link
}

async function createGateway(
  { workspace, catalog }: Served,
  {
    options,
    keys,
    ui,
    redis,
    log,
    loopback,
  }: {
    options: ServeOptions
    keys: KeyPlace | undefined
    ui: Ui | undefined
    redis: RedisLink | undefined
    log: RequestLog
    loopback: boolean
  },
): Promise<Gateway> {
  const input = workspace.settings.gateway
  const tracing = await loadTracing({ version: version(), captureContent: input.traceContent === true })
  return new Gateway({
    catalog,
    settings: gatewaySettings(options, input),
    loopback,
    log,
    version: version(),
    ...(keys && { keys: keys.keys, spend: keys.spend }),
    ...(redis && { redis: redis.client }),
    ...(tracing && { tracing }),
    ...(ui && { routes: ui.routes, onRun: ui.onRun }),
  })
}

/** Serves until a signal says stop; then answers under way may finish. A second signal ends them. */
async function untilStopped({
  shell,
  listening,
  gateway,
  reloading,
  config,
}: {
  shell: Shell
  listening: Listening
  gateway: Gateway
  reloading: Reloading
  config: string | undefined
}): Promise<void> {
  const unwatch = watchConfig(config, {
    asRead: () => reloading.signature,
    changed: () => void reloading.reload(),
  })
  const stopped = stopRequested(shell, () => void reloading.reload())
  try {
    await stopped
  } finally {
    unwatch()
  }
  const { size } = gateway.runs
  const { shutdownMs } = gateway.settings
  if (size > 0)
    shell.note(`Stopping: ${answers(size)} may take up to ${shutdownMs / 1000} s; again to stop at once.`)
  const atOnce = (): void => void gateway.stop(0)
  if (shell.signal.aborted) atOnce()
  shell.signal.addEventListener('abort', atOnce, { once: true })
  const ended = await listening.close()
  shell.signal.removeEventListener('abort', atOnce)
  shell.note(ended === 0 ? 'Stopped.' : `Stopped; ${answers(ended)} had to be ended.`)
}

const answers = (count: number): string => (count === 1 ? '1 answer' : `${count} answers`)

/** Resolves with the first signal to stop; a hangup reloads, unless it says that the terminal is gone. */
function stopRequested(shell: Shell, reload: () => void): Promise<void> {
  const onTerminal = isatty(0)
  return new Promise((resolve) => {
    const stop = (): void => {
      for (const release of releases) release()
      resolve()
    }
    const releases = [
      shell.onSignal('SIGINT', stop),
      shell.onSignal('SIGTERM', stop),
      shell.onSignal('SIGHUP', () => (onTerminal && !isatty(0) ? stop() : reload())),
    ]
    if (shell.signal.aborted) stop()
    shell.signal.addEventListener('abort', stop, { once: true })
  })
}
