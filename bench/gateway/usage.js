/** Tells the parent, whenever it asks, what this process has used since it was last asked. */
export function reportUsage() {
  let before = process.cpuUsage()
  process.on('message', () => {
    const used = process.cpuUsage(before)
    before = process.cpuUsage()
    process.send({ cpuUs: used.user + used.system, rssMb: process.memoryUsage().rss / 2 ** 20 })
  })
  process.on('disconnect', () => process.exit())
}
