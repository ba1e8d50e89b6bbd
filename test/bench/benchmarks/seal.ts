import pg from 'pg';
import { openDatabase } from '../../../core/database/pool.ts';
import { sealEntries } from '../../../plugins/audit/seals/seal-entries.ts';
import { verifyTrail } from '../../../plugins/audit/seals/verify-trail.ts';
import { Client } from '../../support/client.ts';
import type { Benchmark } from '../bench.ts';
import { ADMINISTRATOR } from '../data.ts';
import { median } from '../figure.ts';

const ENTRIES = { small: 100_000, full: 10_000_000 };
/** Entries per insert, so that no statement runs for long. */
const PART = 100_000;
const WARM_UP = 20;
const SAVES = 200;
const KEYS = ['a key of the benchmarks that is long enough'];

/** Sealing many entries at once, as after an upgrade, and saves while this happens. */
export const seal: Benchmark = async ({ server, ours, full }) => {
  const entries = full ? ENTRIES.full : ENTRIES.small;
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const database = await openDatabase(server.url, { maximumPoolSize: 2 });
  const sealing = { secretKeys: KEYS, waitMs: 60_000 };
  try {
    await sealEntries(database, sealing);
    const save = await saver(ours.origin);
    for (let n = 0; n < WARM_UP; n += 1) await save();
    const alone: number[] = [];
    for (let n = 0; n < SAVES; n += 1) alone.push(await save());

    await fill(client, entries);
    const began = performance.now();
    const sealed = await sealEntries(database, sealing);
    const seconds = (performance.now() - began) / 1_000;
    const verified = await timed(() => verifyTrail(database, { secretKeys: KEYS }));

    await fill(client, entries);
    let isSealing = true;
    const background = sealEntries(database, sealing).finally(() => {
      isSealing = false;
    });
    const during: number[] = [];
    while (isSealing) during.push(await save());
    await background;
    return [
      { name: 'seal: entries', value: sealed.entries, unit: '' },
      {
        name: 'seal: seconds for them',
        value: seconds,
        unit: 's',
        ...(full && { goal: { atMost: 60 } }),
      },
      { name: 'seal: seconds to verify them', value: verified / 1_000, unit: 's' },
      { name: 'seal: median time of a save', value: median(alone), unit: 'ms' },
      { name: 'seal: saves while entries are sealed', value: during.length, unit: '' },
      {
        name: 'seal: their median time, relative to others',
        value: median(during) / median(alone),
        unit: '×',
        goal: { atMost: 1.05 },
      },
    ];
  } finally {
    await database.close();
    await client.end();
  }
};

/** Returns a function that opens and saves the form of a record, and returns the milliseconds of it. */
async function saver(origin: string): Promise<() => Promise<number>> {
  const browser = new Client(origin);
  await browser.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password);
  let number = 0;
  return () =>
    timed(async () => {
      number += 1;
      const { status } = await browser.submit('/admin/authors/1/+edit', { name: `Author ${number}` });
      if (status !== 303) throw new Error(`Saving returned ${status}.`);
    });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Entries like those of saves. */
async function fill(client: pg.Client, entries: number): Promise<void> {
  for (let done = 0; done < entries; done += PART)
    await client.query(
      `insert into rustio_audit (
        event, actor_kind, actor_id, actor_label, subject_model, subject_key, subject_label, before, after,
        correlation_id, credential_scheme, credential_id, address
      )
      select 'update', 'user', 1 + n % 100, 'clerk@example.org', 'author', n::text, 'Author ' || n,
        jsonb_build_object('name', 'Author ' || n), jsonb_build_object('name', 'Author ' || (n + 1)),
        gen_random_uuid()::text, 'session', gen_random_uuid()::text, '192.0.2.7'
      from generate_series($1::integer, $2::integer) as n`,
      [done + 1, Math.min(done + PART, entries)],
    );
}
