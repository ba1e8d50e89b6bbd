/** Rows per statement, few enough that no statement runs for long or loads many rows into memory. */
export const BATCH = 1_000;

/**
 * Repeats a statement that handles at most `BATCH` rows until it finds fewer, or the signal is aborted. For clean-ups: a single
 * statement for a million rows would hold its locks for a minute and then be cancelled.
 *
 * @example
 * await inBatches(signal, async () => (await database.query(deleteOldRows)).rowCount);
 */
export async function inBatches(signal: AbortSignal | undefined, step: () => Promise<number>): Promise<void> {
  while (!signal?.aborted) {
    // fault: clean-up-stops-early
    if ((await step()) < BATCH) return;
  }
}
