// The simulator, for bench/sim-server.js.
import { startSimServer } from '../../dist/sim/index.js'

const server = await startSimServer({ keepBodies: false })
let last = process.cpuUsage()
process.on('message', () => {
  const { user, system } = process.cpuUsage(last)
  last = process.cpuUsage()
  process.send(user + system)
})
process.on('disconnect', () => process.exit(0))
process.send({ port: server.port })
