/**
 * The seed of random values, for properties of fast-check and for the fuzzer. `npm test` always uses the same seed, so that a
 * failure is caused by a change and not by chance. `npm run test:all` and `npm run explore` choose new seeds and print them.
 */
export const FIXED_SEED = 20_261_120;

/** The seed of this process: `TEST_SEED`, otherwise a fixed one. */
export function testSeed(): number {
  const { TEST_SEED } = process.env;
  if (TEST_SEED === undefined) return FIXED_SEED;
  const seed = Number(TEST_SEED);
  if (Number.isInteger(seed)) return seed;
  throw new Error(`TEST_SEED is not a whole number: ${TEST_SEED}`);
}

/** A seed that was probably never used before. */
export function newSeed(): number {
  return Math.floor(Math.random() * 1e9);
}

/** Whether a test file contains properties with random values. */
export function usesFastCheck(source: string): boolean {
  return source.includes("from 'fast-check'");
}
