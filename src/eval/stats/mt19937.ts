const N = 624
const M = 397

/**
 * The Mersenne Twister mt19937 (Matsumoto and Nishimura, 1998): the generator behind Python's `random`, NumPy's
 * `RandomState` and the C++ standard library, reproduced so that published figures can be.
 */
export class Mt19937 {
  readonly #state = new Uint32Array(N)
  #index = N

  /** @param seed a 32-bit number for `init_genrand`, or 32-bit words for `init_by_array`. */
  constructor(seed: number | ArrayLike<number>) {
    if (typeof seed === 'number') this.#seed(seed)
    else this.#seedByArray(seed)
  }

  #seed(seed: number): void {
    const state = this.#state
    state[0] = seed >>> 0
    for (let i = 1; i < N; i += 1) {
      const previous = state[i - 1] as number
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i
    }
    this.#index = N
  }

  #seedByArray(key: ArrayLike<number>): void {
    this.#seed(19650218)
    const state = this.#state
    let i = 1
    let j = 0
    for (let k = Math.max(N, key.length); k > 0; k -= 1) {
      const previous = state[i - 1] as number
      state[i] =
        ((state[i] as number) ^ Math.imul(previous ^ (previous >>> 30), 1664525)) + (key[j] as number) + j
      i += 1
      j += 1
      if (i >= N) {
        state[0] = state[N - 1] as number
        i = 1
      }
      if (j >= key.length) j = 0
    }
    for (let k = N - 1; k > 0; k -= 1) {
      const previous = state[i - 1] as number
      state[i] = ((state[i] as number) ^ Math.imul(previous ^ (previous >>> 30), 1566083941)) - i
      i += 1
      if (i >= N) {
        state[0] = state[N - 1] as number
        i = 1
      }
    }
    state[0] = 0x80000000
  }

  #refill(): void {
    const state = this.#state
    for (let k = 0; k < N; k += 1) {
      const y = ((state[k] as number) & 0x80000000) | ((state[(k + 1) % N] as number) & 0x7fffffff)
      const mixed = (state[(k + M) % N] as number) ^ (y >>> 1)
      state[k] = y & 1 ? mixed ^ 0x9908b0df : mixed
    }
    this.#index = 0
  }

  /** The next 32-bit output, 0 to 2^32-1. */
  word(): number {
    if (this.#index >= N) this.#refill()
    let y = this.#state[this.#index] as number
    this.#index += 1
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    y ^= y >>> 18
    return y >>> 0
  }

  /** Uniform in [0, 1) with 53 bits, from two outputs (`genrand_res53`). */
  uniform(): number {
    const a = this.word() >>> 5
    const b = this.word() >>> 6
    return (a * 67108864 + b) / 9007199254740992
  }

  /**
   * Uniform integer in [0, max] as NumPy's legacy generator draws it: outputs masked with the smallest 2^k-1 that
   * covers `max`, until one fits. `max` below 2^32.
   */
  masked(max: number): number {
    if (max === 0) return 0
    const mask = 0xffffffff >>> Math.clz32(max)
    for (;;) {
      const value = (this.word() & mask) >>> 0
      if (value <= max) return value
    }
  }
}
