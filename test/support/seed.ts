/**
 * The seed of random values: of fast-check's properties, and of the fuzzer. `npm test` uses the same one everywhere, so that a run
 * reports on the change and not on luck. `npm run test:all` and `npm run explore` choose new ones and print them.
 */
const FIXED_SEED = 20_261_120;

/** The seed of this process: `TEST_SEED`, otherwise the fixed one. */
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

/** Whether a test file has properties with random values. */
export function usesFastCheck(source: string): boolean {
  return source.includes("from 'fast-check'");
}
