// Compiles src/ to dist/. Prefers the native compiler (a development dependency); there is no bundling.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const compilers = ['node_modules/typescript-native/bin/tsc', 'node_modules/typescript/bin/tsc']
const compiler = compilers.find((path) => existsSync(root + path))
if (compiler === undefined) {
  console.error('build: no TypeScript compiler found; run `npm install` with development dependencies first.')
  process.exit(1)
}

rmSync(root + 'dist', { recursive: true, force: true })
const { status } = spawnSync(process.execPath, [root + compiler, '-p', root + 'tsconfig.build.json'], {
  stdio: 'inherit',
})
if (status !== 0) process.exit(status ?? 1)
chmodSync(root + 'dist/cli/main.js', 0o755)
