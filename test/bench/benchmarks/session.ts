import type { Benchmark } from '../bench.ts';
import { median } from '../figure.ts';
import { load } from '../load.ts';

const ROUNDS = 9;
const REQUESTS = 1_000;

/** What a session costs: a route that does nothing, for a signed-in user and for a visitor, one request at a time. */
export const session: Benchmark = async ({ ours, cookie, server }) => {
  const visitor = { port: ours.port, path: '/admin/probe/open', cookie: '' };
  const user = { port: ours.port, path: '/admin/probe/signed-in', cookie };
  for (const request of [visitor, user]) await load(request, { max: 3_000 });
  const times: { readonly open: number; readonly signedIn: number }[] = [];
  // In turn, since other load on the machine slows both down.
  for (let round = 0; round < ROUNDS; round += 1) {
    const open = median((await load(visitor, { max: REQUESTS, connections: 1 })).times);
    const signedIn = median((await load(user, { max: REQUESTS, connections: 1 })).times);
    times.push({ open, signedIn });
  }
  const cost = await server.costOf(() => load(user, { max: REQUESTS, connections: 1 }));
  return [
    { name: 'session: median time of an open route', value: median(times.map(({ open }) => open)), unit: 'ms' },
    {
      name: 'session: median time of a signed-in route',
      value: median(times.map((each) => each.signedIn)),
      unit: 'ms',
    },
    {
      name: 'session: server time of a session, the difference',
      value: median(times.map(({ open, signedIn }) => signedIn - open)),
      unit: 'ms',
      goal: { atMost: 1 },
    },
    {
      name: 'session: statements of a signed-in request',
      // Scheduled tasks and the recorded activity add a few.
      value: Math.round(cost.statements / REQUESTS),
      unit: '',
      goal: { atMost: 1 },
    },
    {
      name: 'session: time of the statement in the database',
      value: cost.ms / REQUESTS,
      unit: 'ms',
      goal: { atMost: 1 },
    },
  ];
};
