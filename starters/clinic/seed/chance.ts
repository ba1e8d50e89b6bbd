/**
 * Chance that is the same on every machine and every day: a small generator (mulberry32) that begins at a number. Nothing here
 * is secret, so it need not be unforeseeable.
 */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 up to, and without, `below`. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  /** True in so many of a hundred cases. */
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
