import type { Mt19937 } from './mt19937.js'

/** Exchanges two values in place. */
export function swap(values: Int32Array, a: number, b: number): void {
  const held = values[a] as number
  values[a] = values[b] as number
  values[b] = held
}

/** Puts the first `size` values into random order, drawing as liblinear does: forwards, the last draw of one included. */
export function shuffleHead(values: Int32Array, size: number, random: Mt19937): void {
  for (let place = 0; place < size; place += 1) swap(values, place, place + below(random, size - place))
}

/** Uniform integer in [0, bound) by multiplication with rejection (Lemire, 2019), as liblinear draws it. */
function below(random: Mt19937, bound: number): number {
  let product = random.word() * bound
  if (product % 0x1_0000_0000 < bound) {
    const threshold = (0x1_0000_0000 - bound) % bound
    while (product % 0x1_0000_0000 < threshold) product = random.word() * bound
  }
  return Math.floor(product / 0x1_0000_0000)
}
