/**
 * The result of `work`, or what `late` makes when it takes longer. The work itself goes on; pass it a
 * signal if it has to end.
 *
 * @example
 * await within(2_000, plugin.health(app), () => new Error('it did not answer within 2 s'));
 */
export async function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
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
