#!/usr/bin/env node
import { version } from './version.js'

const args = process.argv.slice(2)
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${version()}\n`)
} else {
  // Everything else is loaded only now: the version has to be there at once.
  const { run } = await import('./run.js')
  await run(args)
}
