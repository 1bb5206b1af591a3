// Compiles src/ to dist/, without bundling, and bundles web/ to dist/web. Prefers the native compiler (a development
// dependency).
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'
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

// The schema of the configuration file, for editors and for a quick look at files that are right.
const { configJsonSchema } = await import(new URL('../dist/config/schema.js', import.meta.url))
writeFileSync(root + 'dist/config/config.schema.json', `${JSON.stringify(configJsonSchema(), null, 2)}\n`)

// The pages of the gateway, and the script of evaluation reports.
const { build } = await import('vite')
for (const mode of ['app', 'report'])
  await build({ configFile: root + 'web/vite.config.ts', mode, logLevel: 'warn' })
