// One variant of bench/provider-client.js in a process of its own: runs batches of calls when told to and answers
// with the CPU and wall time they took.
import { VARIANTS } from './variants.js'

const [name, port] = process.argv.slice(2)
const loaded = performance.now()
const call = await VARIANTS[name](Number(port))
const importMs = performance.now() - loaded

async function batch({ scenario, calls, atOnce }) {
  let left = calls
  const worker = async () => {
    while (left > 0) {
      left -= 1
      const length = await call(scenario)
      if (length !== 800) throw new Error(`${name}: ${scenario} gave ${length} characters instead of 800`)
    }
  }
  const cpu = process.cpuUsage()
  const wall = performance.now()
  await Promise.all(Array.from({ length: atOnce }, worker))
  const { user, system } = process.cpuUsage(cpu)
  return { cpuUs: (user + system) / calls, wallMs: performance.now() - wall }
}

process.on('message', (message) => {
  batch(message).then(
    (result) => process.send(result),
    (error) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit(0))
process.send({ importMs, rssMb: process.memoryUsage().rss / 2 ** 20 })
