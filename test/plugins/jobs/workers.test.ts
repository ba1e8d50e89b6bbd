// Processes that run jobs: starting, stopping, and what happens to the jobs of one that dies.
import { setTimeout as wait } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { startPlugins } from '../../../core/process/start-plugins.ts';
import { sql } from '../../../index.ts';
import { suite } from '../../support/suite.ts';
import { until } from '../../support/until.ts';
import { command, type Desk, notes, openDesk, Parcel, reactions, runs } from './fixture.ts';

const test = suite('jobs: workers');
const heartbeatSeconds = 0.1;
let desk: Desk;
test.before(async () => {
  desk = await openDesk({ heartbeatSeconds, pollMs: 50, concurrency: 2 });
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});
test.before.each(async () => {
  notes.length = 0;
  runs.length = 0;
  reactions.clear();
});

const count = sql.type(z.object({ count: z.number() }));
const workers = () => desk.app.database.oneFirst(count`select count(*)::integer as count from rustio_job_worker`);

test('a worker runs jobs as soon as they are enqueued, and reports that it is alive until it stops', async () => {
  const worker = await startPlugins(desk.booted, 'worker');
  await until(async () => (await workers()) === 1);
  assert.is((await desk.check('jobs-worker')).status, 'ok');
  await desk.note('now');
  await until(() => notes.includes('now'));
  await worker.stop();
  assert.is(await workers(), 0);
  await desk.note('later');
  await wait(200);
  assert.equal(notes, ['now']);
  await desk.runDue();
});

test('a web process runs jobs only if this is enabled', async () => {
  const web = await startPlugins(desk.booted, 'web');
  await desk.note('in web');
  await wait(500);
  assert.equal(notes, []);
  await web.stop();
  const other = await openDesk({ inWeb: true, pollMs: 50 });
  await other.note('in web');
  await until(() => notes.includes('in web'));
  await other.close();
  await desk.runDue();
});

test('jobs of one queue run one after another, other jobs at the same time', async () => {
  const running = new Map<string, number>();
  const most = new Map<string, number>();
  const track = (queue: string, expected: number) => async () => {
    running.set(queue, (running.get(queue) ?? 0) + 1);
    most.set(queue, Math.max(most.get(queue) ?? 0, running.get(queue) ?? 0));
    await wait(150);
    // On a busy machine, the second one may begin late.
    await until(() => (most.get(queue) ?? 0) >= expected);
    running.set(queue, (running.get(queue) ?? 0) - 1);
  };
  reactions.set('serial', track('serial', 1));
  reactions.set('free', track('free', 2));
  for (let index = 0; index < 3; index += 1) await desk.note('serial', { queue: 'one' });
  for (let index = 0; index < 4; index += 1) await desk.note('free');
  const worker = await startPlugins(desk.booted, 'worker');
  await until(async () => (await desk.queued()).length === 0);
  await worker.stop();
  assert.equal(Object.fromEntries(most), { serial: 1, free: 2 });
});

test('a job that is running when the process stops is aborted, and returned to the queue at once', async () => {
  let isFirst = true;
  reactions.set('long', async ({ signal }) => {
    if (!isFirst) return;
    isFirst = false;
    await wait(60_000, undefined, { signal });
  });
  const id = await desk.note('long', { maxAttempts: 1, queue: 'one' });
  const worker = await startPlugins(desk.booted, 'worker');
  await until(() => notes.includes('long'));
  const began = performance.now();
  await worker.stop();
  assert.ok(performance.now() - began < 5_000);
  const left = await desk.queued();
  assert.equal([left[0]?.id, left[0]?.attempts], [id, 0], 'the attempt does not count');
  assert.is(await desk.runDue(), 1, 'it is due, and its queue is free');
  assert.is(await desk.outcome(id), 'done');
});

test('race: a job that is aborted is returned after its failure was reported, so that the process cannot take it again before', async () => {
  const { database } = desk.app;
  await database.query(sql.unsafe`create table job_statement (id serial, text text)`);
  await database.query(sql.unsafe`
    create function note_statement() returns trigger language plpgsql as $$
      begin insert into job_statement (text) values (current_query()); return null; end
    $$
  `);
  await database.query(sql.unsafe`
    create trigger note_statement after update on graphile_worker._private_jobs
    for each statement execute function note_statement()
  `);
  let isFirst = true;
  reactions.set('aborted', async ({ signal }) => {
    if (!isFirst) return;
    isFirst = false;
    await wait(60_000, undefined, { signal });
  });
  await desk.note('aborted', { maxAttempts: 1 });
  const worker = await startPlugins(desk.booted, 'worker');
  await until(() => notes.includes('aborted'));
  await worker.stop();
  const texts = await database.anyFirst(sql.type(z.object({ text: z.string() }))`
    select text from job_statement order by id
  `);
  await database.query(sql.unsafe`drop trigger note_statement on graphile_worker._private_jobs`);
  const failed = texts.findLastIndex((text) => text.includes('last_error = ') && !text.includes('rustio_job'));
  const returned = texts.findLastIndex(
    (text) => text.includes('greatest(attempts - 1') && !text.includes('rustio_job'),
  );
  assert.ok(failed !== -1 && returned > failed, `${failed}, ${returned}`);
  assert.is(await desk.runDue(), 1);
});

test('a job that ignores the abort signal is returned to the queue before the shutdown time limit', async () => {
  const released = Promise.withResolvers<void>();
  reactions.set('deaf', () => released.promise);
  const id = await desk.note('deaf');
  const worker = await startPlugins(desk.booted, 'worker');
  await until(() => notes.includes('deaf'));
  const began = performance.now();
  await worker.stop();
  assert.ok(performance.now() - began < 10_000);
  assert.equal(
    (await desk.queued()).map((job) => [job.id, job.attempts]),
    [[id, 0]],
  );
  released.resolve();
  assert.is(await desk.runDue(), 1);
});

/** As if a process had taken the job and died. */
const loseTo = async (id: string, process: string) => {
  await desk.app.database.query(sql.unsafe`
    update graphile_worker._private_jobs
    set locked_by = ${process}, locked_at = now() - interval '1 minute', attempts = attempts + 1
    where id = ${id}::bigint
  `);
  await desk.app.database.query(sql.unsafe`
    update graphile_worker._private_job_queues set locked_by = ${process}, locked_at = now() - interval '1 minute'
  `);
};

test('the jobs of a process that is no longer alive are run by another one, and the attempt does not count', async () => {
  const id = await desk.note('lost', { maxAttempts: 1, queue: 'one' });
  await loseTo(id, 'pool-of-a-dead-process');
  const worker = await startPlugins(desk.booted, 'worker');
  await until(() => notes.includes('lost'));
  await worker.stop();
  assert.is(await desk.outcome(id), 'done');
});

test('a job that crashes its process every time is not retried forever', async () => {
  const id = await desk.note('poison', { maxAttempts: 1 });
  await desk.app.database.query(sql.unsafe`update rustio_job set losses = 3 where id = ${id}::bigint`);
  await loseTo(id, 'pool-of-a-dead-process');
  const worker = await startPlugins(desk.booted, 'worker');
  await until(async () => (await desk.queued())[0]?.last_error === 'The process that ran the job ended.');
  await wait(200);
  await worker.stop();
  assert.equal(notes, []);
  assert.match((await desk.command('jobs list'))[0] ?? '', '1/1  The process that ran the job ended.');
  await desk.command('jobs discard', { id });
});

test('a process that is alive keeps its jobs', async () => {
  const id = await desk.note('kept');
  await loseTo(id, 'pool-of-another-process');
  await desk.app.database.query(sql.unsafe`
    insert into rustio_job_worker (id, process, seen_at)
    values ('pool-of-another-process', 'other 1', now() + interval '1 hour')
  `);
  const worker = await startPlugins(desk.booted, 'worker');
  await wait(1_000);
  await worker.stop();
  assert.equal(notes, []);
  await desk.app.database.query(sql.unsafe`delete from rustio_job_worker`);
  await desk.app.database.query(
    sql.unsafe`update graphile_worker._private_jobs set locked_by = null, locked_at = null`,
  );
  await desk.runDue();
});

test('if two processes run the same job, its effect in the database happens once', async () => {
  const parcel = await desk.app.database.transaction((tx) =>
    desk.app.write.create(tx, command, Parcel, { name: 'Tea' }),
  );
  const key = parcel.outcome === 'done' ? parcel.key : '';
  const both = Promise.withResolvers<void>();
  const id = await desk.enqueue('parcels.number', { key });
  const signals: AbortSignal[] = [];
  reactions.set(key, async ({ signal }) => {
    signals.push(signal);
    if (signals.length === 1) await both.promise;
  });
  const first = await startPlugins(desk.booted, 'worker');
  await until(() => signals.length === 1);
  // The first process seems dead, for example because it was suspended; another one takes over.
  await desk.app.database.query(
    sql.unsafe`update graphile_worker._private_jobs set locked_by = null, locked_at = null`,
  );
  // The transaction of the first one holds the row of the parcel, so the other one waits for it.
  const second = desk.runDue();
  await until(() => signals[0]?.aborted === true);
  both.resolve();
  await second;
  await until(async () => (await desk.outcome(id)) === 'done');
  await first.stop();
  const updates = await desk.app.database.oneFirst(count`
    select count(*)::integer as count from rustio_audit
    where event = 'update' and subject_model = 'parcel' and subject_key = ${key}
  `);
  assert.is(updates, 1);
});

test('a job that is cancelled while it runs is aborted', async () => {
  const reasons: string[] = [];
  reactions.set('endless', async ({ signal }) => {
    await wait(60_000, undefined, { signal }).catch(() => reasons.push(String(signal.reason)));
  });
  const id = await desk.note('endless');
  const worker = await startPlugins(desk.booted, 'worker');
  await until(() => notes.includes('endless'));
  await desk.app.database.transaction((tx) => desk.app.service('jobs').cancel(tx, command, id));
  await until(() => reasons.length === 1);
  await until(async () => (await desk.queued()).length === 0);
  await worker.stop();
  assert.is(await desk.outcome(id), 'cancelled');
});

test('a worker takes jobs again after an interruption of the database', async () => {
  const worker = await startPlugins(desk.booted, 'worker');
  await until(async () => (await workers()) === 1);
  await desk.app.database.query(sql.unsafe`
    select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'rustio-admin jobs'
  `);
  await desk.note('again');
  await until(() => notes.includes('again'));
  await worker.stop();
});
