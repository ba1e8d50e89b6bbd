// The audit trail only grows, so every page of it must stay fast, even for a period long ago.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { type EntryFilter, type EntryWindow, entriesStatement, readEntries } from '../../../plugins/audit/entries.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';

const test = suite('audit: periods');
const DAYS = 1_000;
const PER_DAY = 60;
let app: TestApp;

test.before(async () => {
  app = await testApp({});
  await app.app.database.query(sql.unsafe`
    insert into rustio_audit (at, event, actor_kind, actor_label, correlation_id)
    select timestamptz '2020-01-01 00:00Z' + make_interval(days => day, mins => n), 'signed_in', 'command', 'x', 'y'
    from generate_series(0, ${DAYS - 1}) day, generate_series(1, ${PER_DAY}) n
    order by 1
  `);
  await app.app.database.query(sql.unsafe`analyze rustio_audit`);
});
test.after(() => app.close());

const plan = z.object({ 'QUERY PLAN': z.array(z.object({ Plan: z.unknown() })) });

/** How many rows PostgreSQL read for a page. */
async function rowsRead(filter: EntryFilter, window: EntryWindow): Promise<number> {
  const explained = await app.app.database.one(
    sql.type(plan)`explain (analyze, format json) ${entriesStatement(filter, window)}`,
  );
  let rows = 0;
  JSON.stringify(explained['QUERY PLAN'][0]?.Plan, (key, value: unknown) => {
    if (['Actual Rows', 'Rows Removed by Filter', 'Rows Removed by Index Recheck'].includes(key)) rows += Number(value);
    return value;
  });
  return rows;
}

test('a period before, within or after all entries reads only its own rows (F12)', async () => {
  const window = { size: 50 };
  for (const filter of [
    { from: '2021-06-01', to: '2021-06-01' },
    { from: '2021-06-01', to: '2021-06-30' },
    { from: '2019-01-01', to: '2019-12-31' },
    { to: '2020-02-01' },
    { from: '2030-01-01' },
  ])
    assert.ok((await rowsRead(filter, window)) < 500, JSON.stringify(filter));
});

test('pages of a period follow one another without gaps, in both directions (F12)', async () => {
  const filter = { from: '2021-06-01', to: '2021-06-03' };
  const seen: string[] = [];
  let page = await readEntries(app.app.reading, filter, { size: 50 });
  seen.push(...page.entries.map(({ id }) => id));
  while (page.older) {
    const before = page.entries.at(-1)?.id ?? '';
    assert.ok((await rowsRead(filter, { size: 50, before })) < 500);
    page = await readEntries(app.app.reading, filter, { size: 50, before });
    seen.push(...page.entries.map(({ id }) => id));
  }
  assert.is(seen.length, 3 * PER_DAY);
  assert.equal(
    seen,
    [...new Set(seen)].toSorted((a, b) => Number(b) - Number(a)),
  );
  const back = await readEntries(app.app.reading, filter, { size: 50, after: page.entries[0]?.id ?? '' });
  assert.equal(
    back.entries.map(({ id }) => id),
    seen.slice(seen.indexOf(page.entries[0]?.id ?? '') - 50, seen.indexOf(page.entries[0]?.id ?? '')),
  );
});
