/**
 * Random numbers that are the same on every machine and every day: a small generator (mulberry32) with a fixed seed. Nothing
 * here is secret, so it need not be unpredictable.
 */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 up to, and excluding, `below`. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  /** True in this percentage of cases. */
  percent(cases: number): boolean {
    return this.below(100) < cases;
  }

  /** One of them. */
  one<T>(things: readonly T[]): T {
    const found = things[this.below(things.length)];
    if (found === undefined) throw new TypeError('There is nothing to choose from.');
    return found;
  }
}
