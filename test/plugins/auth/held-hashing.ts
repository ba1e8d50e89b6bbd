import { inHashingQueue } from '../../../plugins/auth/hashing-queue.ts';
import { until } from '../../support/until.ts';

/**
 * Sends requests at the same time, while no password is hashed until all but `admitted` of them have been answered: otherwise the
 * first one may be finished before the last one arrives. Returns the statuses in ascending order.
 */
export async function statusesWithHashingHeld(
  { requests, admitted }: { readonly requests: number; readonly admitted: number },
  send: (turn: number) => Promise<{ readonly status: number }>,
): Promise<readonly number[]> {
  const release = Promise.withResolvers<void>();
  const holding = [0, 1].map(() => inHashingQueue('', () => release.promise));
  const statuses: number[] = [];
  const answers = Array.from({ length: requests }, async (_, turn) => {
    statuses.push((await send(turn)).status);
  });
  try {
    await until(() => statuses.length >= requests - admitted);
  } finally {
    release.resolve();
    await Promise.all([...holding, ...answers]);
  }
  return statuses.toSorted((a, b) => a - b);
}
