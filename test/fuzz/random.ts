/** Reproducible random choices: the same seed gives the same choices on every machine. */
export class Random {
  #state: number;

  /** The seed has several parts, so that the choices for one request of a run do not depend on the others. */
  constructor(...seed: readonly number[]) {
    this.#state = seed.reduce((state, part) => Math.imul(state ^ part, 0x9e3779b1) >>> 0, 0x85ebca6b);
  }

  /** From 0 to just below 1. (mulberry32) */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to `below - 1`. */
  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** True in `share` percent of cases. */
  percent(share: number): boolean {
    return this.next() * 100 < share;
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.int(list.length)];
    if (item === undefined) throw new Error('The list is empty.');
    return item;
  }

  /** Up to `max` items. */
  some<T>(max: number, make: () => T): readonly T[] {
    return Array.from({ length: this.int(max + 1) }, make);
  }
}
