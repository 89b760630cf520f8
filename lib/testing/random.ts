/** Random numbers that can be had again. */

/** A sequence of random numbers, the same for the same seed. Marsaglia's xorshift of 32 bits; not for secrets. */
export class Random {
  #state: number;

  /**
   * @param seed - Any integer but 0.
   */
  constructor(seed: number) {
    this.#state = seed;
    // Seeds that are near each other begin alike.
    for (let count = 0; count < 8; count += 1) this.below(1);
  }

  /** An integer from 0 to below a bound. */
  below(bound: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % bound;
  }

  /** One of several. */
  oneOf<T>(choices: readonly T[]): T {
    // Below the length there is one.
    return choices[this.below(choices.length)] as T;
  }
}
