import { MoaError } from '../../core/errors.js'

/**
 * Money a run may spend. An item is begun only while what is paid and what the items in work will probably come to leave
 * room for it, by the mean of the items so far; so the limit holds to within the spread of items.
 */
export class Budget {
  readonly #maxUsd: number
  #paidUsd: number
  #settled = 0
  #settledUsd = 0
  #inWork = 0

  /** @param paidUsd what earlier sessions of the run have paid. */
  constructor(maxUsd: number | undefined, paidUsd: number) {
    this.#maxUsd = maxUsd ?? Infinity
    this.#paidUsd = paidUsd
  }

  get paidUsd(): number {
    return this.#paidUsd
  }

  /** Begins an item. @throws MoaError `budget` when there is no room for it. */
  begin(): void {
    const each = this.#settled === 0 ? 0 : this.#settledUsd / this.#settled
    if (this.#paidUsd + (this.#inWork + 1) * each > this.#maxUsd || this.#paidUsd >= this.#maxUsd)
      throw new MoaError(
        'budget',
        `--max-cost $${this.#maxUsd} is reached: $${this.#paidUsd.toFixed(4)} are spent. Run the same command with a higher --max-cost to go on.`,
      )
    this.#inWork += 1
  }

  /** Ends an item. */
  end(paidUsd: number): void {
    this.#inWork -= 1
    this.#settled += 1
    this.#settledUsd += paidUsd
    this.#paidUsd += paidUsd
  }

  /** Under a limit every price has to be known. @throws MoaError `budget` */
  checkPrices(unpriced: ReadonlySet<string>): void {
    const [model] = unpriced
    if (this.#maxUsd === Infinity || model === undefined) return
    throw new MoaError(
      'budget',
      `--max-cost can't be kept: no price is known for ${model}. State it under prices in the configuration, or leave --max-cost out.`,
    )
  }
}
