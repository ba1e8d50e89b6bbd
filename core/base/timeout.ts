/**
 * The result of `work`; rejects with the error of `late` if it takes longer. The work itself continues: pass it a signal if it
 * must stop.
 *
 * @example
 * await withTimeout(2_000, plugin.health(app), () => new Error('no response within 2 s'));
 */
export async function withTimeout<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
