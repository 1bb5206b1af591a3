import { useEffect, useState } from 'preact/hooks'

const TICK_MS = 200

/** Draws a component again and again while something runs whose time is shown. */
export function useTicking(running: boolean): void {
  const [, tick] = useState(0)
  useEffect(() => {
    if (!running) return
    const timer = setInterval(() => tick((count) => count + 1), TICK_MS)
    return () => clearInterval(timer)
  }, [running])
}
