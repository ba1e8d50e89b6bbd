import * as assert from 'uvu/assert';
import { z } from 'zod';
import { sql } from '../../../index.ts';
import type { JobSchedule } from '../../../plugins/jobs/public.ts';
import { enqueueDue, nextAfter } from '../../../plugins/jobs/schedules.ts';
import { suite } from '../../support/suite.ts';
import { type Desk, notes, openDesk } from './fixture.ts';

const test = suite('jobs: schedules');
const hourly: JobSchedule = { name: 'hourly', cron: '0 * * * *', task: 'notes.write', payload: { text: 'tick' } };
let desk: Desk;
test.before(async () => {
  desk = await openDesk({}, [hourly]);
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});
test.before.each(async () => {
  notes.length = 0;
  await desk.app.database.query(sql.unsafe`delete from rustio_job_schedule`);
});

const zurich = { config: { name: 'Desk', timeZone: 'Europe/Zurich' } };
/** The next three occurrences after a time. */
function occurrences(cron: string, after: string, timeZone?: string): readonly string[] {
  const times: string[] = [];
  for (let at = Date.parse(after); times.length < 3; at = Date.parse(times.at(-1) ?? ''))
    times.push(nextAfter(zurich, { ...hourly, cron, ...(timeZone !== undefined && { timeZone }) }, at));
  return times;
}

test('a schedule follows its time zone over daylight saving changes', () => {
  assert.equal(
    occurrences('0 7 * * *', '2026-03-27T12:00:00Z'),
    ['2026-03-28T06:00:00.000Z', '2026-03-29T05:00:00.000Z', '2026-03-30T05:00:00.000Z'],
    'without a time zone, that of the project',
  );
  assert.equal(
    occurrences('0 7 * * *', '2026-10-31T12:00:00Z', 'America/New_York'),
    ['2026-11-01T12:00:00.000Z', '2026-11-02T12:00:00.000Z', '2026-11-03T12:00:00.000Z'],
    'the clocks were set back that night',
  );
});

test('a time that daylight saving time skips is moved after the change; one that occurs twice counts once', () => {
  assert.equal(occurrences('30 2 * * *', '2026-03-28T12:00:00Z').slice(0, 2), [
    '2026-03-29T01:00:00.000Z', // 3:00 in Zurich, where it is never 2:30 that night
    '2026-03-30T00:30:00.000Z',
  ]);
  assert.equal(occurrences('30 2 * * *', '2026-10-24T12:00:00Z').slice(0, 2), [
    '2026-10-25T00:30:00.000Z',
    '2026-10-26T01:30:00.000Z',
  ]);
});

const makeDue = (ago: string) =>
  desk.app.database.query(sql.unsafe`update rustio_job_schedule set next_at = now() - ${ago}::interval`);

test('a new schedule starts at its next occurrence', async () => {
  await enqueueDue(desk.app);
  assert.equal(await desk.queued(), []);
  const next = sql.type(z.object({ isNext: z.boolean() }))`
    select next_at = date_trunc('hour', now()) + interval '1 hour' as "isNext" from rustio_job_schedule
  `;
  assert.is(await desk.app.database.oneFirst(next), true);
});

test('after downtime, a schedule enqueues one job, caused by the schedule', async () => {
  await enqueueDue(desk.app);
  await makeDue('3 days');
  assert.is(await desk.runDue(), 1);
  await enqueueDue(desk.app);
  assert.is(await desk.runDue(), 0);
  assert.equal(notes, ['tick']);
  const causedBy = sql.type(
    z.object({ caused_by: z.string() }),
  )`select caused_by from rustio_job order by id desc limit 1`;
  assert.is(await desk.app.database.oneFirst(causedBy), 'schedule hourly');
});

test('processes that find an occurrence at the same time enqueue it once', async () => {
  await enqueueDue(desk.app);
  for (let round = 1; round <= 5; round += 1) {
    await makeDue('1 second');
    await Promise.all(Array.from({ length: 6 }, () => enqueueDue(desk.app)));
    assert.is((await desk.queued()).length, round);
  }
  await desk.runDue();
});

test('a schedule whose times were changed starts at its next occurrence', async () => {
  await enqueueDue(desk.app);
  await makeDue('1 day');
  await desk.app.database.query(sql.unsafe`update rustio_job_schedule set timing = '0 7 * * * UTC'`);
  assert.is(await desk.runDue(), 0);
  assert.equal(notes, []);
});
