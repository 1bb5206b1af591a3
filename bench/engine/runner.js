// One variant of bench/engine.js in a process of its own.
import { VARIANTS } from './variants.js'

const [name, port, layers, streamed] = process.argv.slice(2)
const mixture = await VARIANTS[name]({
  port: Number(port),
  layers: Number(layers),
  streamed: streamed === 'true',
})

async function batch({ mixtures, atOnce }) {
  let left = mixtures
  const walls = []
  const firsts = []
  const worker = async () => {
    while (left > 0) {
      left -= 1
      const start = performance.now()
      const { length, firstAt } = await mixture()
      if (length !== 600) throw new Error(`${name}: an answer of ${length} characters instead of 600`)
      walls.push(performance.now() - start)
      firsts.push(firstAt - start)
    }
  }
  const cpu = process.cpuUsage()
  await Promise.all(Array.from({ length: atOnce }, worker))
  const { user, system } = process.cpuUsage(cpu)
  return {
    walls,
    firsts,
    cpuMs: (user + system) / 1000 / mixtures,
    rssMb: process.resourceUsage().maxRSS / 1024,
  }
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
process.send({})
