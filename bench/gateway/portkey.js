// Finds @portkey-ai/gateway, the comparison of bench/gateway.js. It is no dependency of this package: it is installed
// once into a temporary folder, outside the lock file.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const VERSION = '1.15.2'
/** Streams fail with the adapters that came after it: they hand out headers that can't be added to. */
const ADAPTER = '1.13.8'

export function portkeyScript() {
  const folder = join(tmpdir(), `moa-bench-portkey-${VERSION}-${ADAPTER}`)
  const script = join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js')
  if (existsSync(script)) return script
  mkdirSync(folder, { recursive: true })
  const manifest = {
    private: true,
    dependencies: { '@portkey-ai/gateway': VERSION },
    overrides: { '@hono/node-server': ADAPTER },
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  const { status } = spawnSync('npm', ['install', '--no-fund', '--no-audit', '--ignore-scripts'], {
    cwd: folder,
    stdio: 'ignore',
  })
  return status === 0 && existsSync(script) ? script : undefined
}

export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}

/** Starts it pinned to a core; resolves with its process once it answers. */
export async function startPortkey(prefix) {
  const script = portkeyScript()
  if (script === undefined) return undefined
  const port = await freePort()
  const [command, ...args] = [...prefix, process.execPath, script, `--port=${port}`, '--headless']
  const child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, NODE_ENV: 'production' } })
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      await fetch(`http://127.0.0.1:${port}/`)
      return { child, port }
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  child.kill()
  return undefined
}
