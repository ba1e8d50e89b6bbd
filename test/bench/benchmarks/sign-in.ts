import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { Bench, Benchmark } from '../bench.ts';
import { ADMINISTRATOR, INACTIVE, LOCKED } from '../data.ts';
import { type Figure, median, percentile } from '../figure.ts';

/** Rounds of one failed sign-in of each kind. */
const ROUNDS = 150;
const WARM_UP = 5;
const FLOOD = 200;
const FLOOD_MS = 15_000;
const WRONG = 'a wrong password';

/** Failed sign-ins, whose time must not reveal the reason; a flood of them from one address. */
export const signIn: Benchmark = async (bench) => {
  const client = new pg.Client({ connectionString: bench.server.url });
  await client.connect();
  const forget = async () => {
    await client.query('delete from rustio_attempt');
  };
  try {
    return [...(await reasons(bench, forget)), ...(await flood(bench, forget))];
  } finally {
    await client.end();
  }
};

async function reasons({ ours }: Bench, forget: () => Promise<void>): Promise<readonly Figure[]> {
  const kinds = {
    unknown: { email: 'nobody@example.org', password: WRONG },
    'wrong password': { email: ADMINISTRATOR.email, password: WRONG },
    inactive: INACTIVE,
    locked: LOCKED,
  };
  const rounds: Readonly<Record<string, number>>[] = [];
  for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
    await forget();
    const order = Object.entries(kinds);
    const times: Record<string, number> = {};
    // Another order each time, so that none is always measured after the same one.
    for (const [name, { email, password }] of [...order.slice(round % 4), ...order.slice(0, round % 4)])
      times[name] = await attempt(ours.origin, email, password, '192.0.2.1', 401);
    if (round >= WARM_UP) rounds.push(times);
  }
  const names = Object.keys(kinds);
  const medianOf = (name: string, of: (ms: number, round: Readonly<Record<string, number>>) => number) =>
    median(rounds.map((round) => of(round[name] ?? Number.NaN, round)));
  // Relative to the other attempts of the round, since other load on the machine slows all of them down.
  const relative = names.map((name) => medianOf(name, (ms, round) => ms / median(Object.values(round))));
  return [
    ...names.map((name) => ({ name: `sign-in: rejected, ${name}`, value: medianOf(name, (ms) => ms), unit: 'ms' })),
    {
      name: 'sign-in: slowest kind of rejection relative to the fastest',
      value: Math.max(...relative) / Math.min(...relative),
      unit: '×',
      goal: { atMost: 1.05 },
    },
  ];
}

/** The limits on attempts would end the flood after ten seconds, so they are reset before. */
async function flood({ ours }: Bench, forget: () => Promise<void>): Promise<readonly Figure[]> {
  const end = performance.now() + FLOOD_MS;
  let attempts = 0;
  const attacker = async (at: number) => {
    for (; performance.now() < end; attempts += 1)
      await attempt(ours.origin, `nobody-${at}@example.org`, WRONG, '198.51.100.9');
  };
  const resetting = (async () => {
    for (; performance.now() < end; await wait(2_000)) await forget();
  })();
  const attackers = Array.from({ length: FLOOD }, (_, at) => attacker(at));
  await wait(1_000);
  const times: number[] = [];
  const { email, password } = ADMINISTRATOR;
  while (performance.now() < end) times.push(await attempt(ours.origin, email, password, '203.0.113.7', 303));
  await Promise.all([...attackers, resetting]);
  return [
    { name: `sign-in: failed attempts of a flood from one address`, value: attempts / (FLOOD_MS / 1_000), unit: '/s' },
    {
      name: `sign-in: 95th percentile during a flood of ${FLOOD} at a time from another address`,
      value: percentile(times, 0.95),
      unit: 'ms',
      goal: { atMost: 1_000 },
    },
  ];
}

async function attempt(
  origin: string,
  email: string,
  password: string,
  from: string,
  expected?: number,
): Promise<number> {
  const began = performance.now();
  const response = await fetch(`${origin}/admin/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin, 'sec-fetch-site': 'same-origin', 'x-forwarded-for': from },
    body: new URLSearchParams({ email, password }),
  });
  await response.arrayBuffer();
  if (expected !== undefined && response.status !== expected)
    throw new Error(`A sign-in as ${email} returned ${response.status}.`);
  return performance.now() - began;
}
