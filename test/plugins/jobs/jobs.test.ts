import * as assert from 'uvu/assert';
import { z } from 'zod';
import { definePlugin, sql } from '../../../index.ts';
import { defineJobTask } from '../../../plugins/jobs/public.ts';
import { bootProblemsOf } from '../../support/app.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { command, type Desk, notes, openDesk, Parcel, reactions, runs } from './fixture.ts';

const test = suite('jobs');
let desk: Desk;
let errorsBefore = 0;
const newErrors = () => desk.errors.slice(errorsBefore);
test.before(async () => {
  desk = await openDesk();
});
test.after(() => desk.close());
test.before.each(async () => {
  notes.length = 0;
  runs.length = 0;
  reactions.clear();
  errorsBefore = desk.errors.length;
  await desk.app.database.query(sql.unsafe`delete from graphile_worker._private_jobs`);
});

const fail = async () => {
  throw new Error('out of ink');
};

test('a job runs once after the commit, and never after a rollback', async () => {
  await desk.note('one');
  await desk.app.database
    .transaction(async (tx) => {
      await desk.app.service('jobs').enqueue(tx, command, 'notes.write', { text: 'lost' });
      throw new Error('no');
    })
    .catch(() => {});
  assert.equal(notes, []);
  assert.is(await desk.runDue(), 1);
  assert.is(await desk.runDue(), 0);
  assert.equal(notes, ['one']);
  assert.equal(newErrors(), []);
});

test('jobs with an unknown task, an invalid payload or invalid options are not enqueued', async () => {
  const codeOf = async (work: Promise<unknown>) => (await rustioFailureOf(work)).code;
  assert.is(await codeOf(desk.enqueue('notes.wrote', {})), 'RIO-JOBS-TASK');
  assert.is(await codeOf(desk.enqueue('notes.write', { text: 1 })), 'RIO-JOBS-PAYLOAD');
  assert.is(await codeOf(desk.enqueue('notes.write', undefined)), 'RIO-JOBS-PAYLOAD');
  for (const options of [{ priority: 40_000 }, { maxAttempts: 0 }, { key: '' }, { queue: 'q'.repeat(129) }])
    assert.is(await codeOf(desk.note('x', options)), 'RIO-JOBS-OPTION');
  assert.equal(await desk.queued(), []);
});

test('the payload is parsed when it is enqueued and again when the job runs', async () => {
  await desk.enqueue('notes.write', { text: 'dated', at: new Date('2026-11-30T07:00:00Z') });
  const stale = await desk.note('stale');
  await desk.app.database.query(sql.unsafe`
    update graphile_worker._private_jobs set payload = '{"text": 7}' where id = ${stale}::bigint
  `);
  await desk.runDue();
  assert.equal(notes, ['dated'], 'the payload of the other job is no longer valid');
  assert.equal(runs[0]?.payload, { text: 'dated', at: new Date('2026-11-30T07:00:00Z') });
  assert.match(
    (await desk.queued())[0]?.last_error ?? '',
    'The payload of a job for the task "notes.write" is not valid.',
  );
});

test('a failing job is retried, with increasing delays, until it has no attempts left', async () => {
  reactions.set('broken', fail);
  const id = await desk.note('broken', { maxAttempts: 3 });
  const pause = sql.type(z.object({ seconds: z.number() }))`
    select extract(epoch from run_at - now())::float8 as seconds from graphile_worker._private_jobs
  `;
  assert.is(await desk.runDue(), 1);
  const first = await desk.app.database.oneFirst(pause);
  assert.is(await desk.runDue(), 0, 'it is not due yet');
  assert.equal(await desk.queued(), [{ id, attempts: 1, last_error: 'out of ink' }]);
  await desk.makeDue();
  assert.is(await desk.runDue(), 1);
  const second = await desk.app.database.oneFirst(pause);
  assert.ok(first > 1 && second > first * 2, `${first} s, ${second} s`);
  assert.equal(newErrors(), [], 'a failure that will be retried is a warning');
  await desk.makeDue();
  assert.is(await desk.runDue(), 1);
  await desk.makeDue();
  assert.is(await desk.runDue(), 0, 'no attempts are left');
  assert.equal(
    runs.map(({ attempt, isLastAttempt }) => [attempt, isLastAttempt]),
    [
      [1, false],
      [2, false],
      [3, true],
    ],
  );
  assert.is(newErrors().length, 1);
  assert.match(String(newErrors()[0]?.msg), 'a job failed and will not be retried');
  assert.match((await desk.command('jobs list'))[0] ?? '', /notes\.write +3\/3 {2}out of ink$/);
});

test('a failed job can be retried or discarded, which is recorded', async () => {
  reactions.set('broken', fail);
  const [retried, discarded] = [
    await desk.note('broken', { maxAttempts: 1 }),
    await desk.note('broken', { maxAttempts: 1 }),
  ];
  assert.is(
    (await rustioFailureOf(desk.command('jobs discard', { id: retried }))).code,
    'RIO-JOBS-ID',
    'not failed yet',
  );
  await desk.runDue();
  reactions.clear();
  assert.equal(await desk.command('jobs retry', { id: retried }), [`Job ${retried} will be run again.`]);
  assert.equal(await desk.command('jobs discard', { id: discarded }), [`Job ${discarded} was discarded.`]);
  assert.equal(await desk.command('jobs run'), ['Jobs run: 1.']);
  assert.equal([await desk.outcome(retried), await desk.outcome(discarded)], ['done', 'discarded']);
  for (const id of [retried, discarded, '999', 'x', '9'.repeat(40)])
    assert.is((await rustioFailureOf(desk.command('jobs retry', { id }))).code, 'RIO-JOBS-ID');
  const events = await desk.app.database.any(sql.type(z.object({ event: z.string(), data: z.unknown() }))`
    select event, data from rustio_audit where event like 'job_%' order by id
  `);
  assert.equal(
    events.map(({ event, data }) => [event, data]),
    [
      ['job_retried', { job: retried, task: 'notes.write' }],
      ['job_discarded', { job: discarded, task: 'notes.write' }],
    ],
  );
});

test('a waiting job can be cancelled, once', async () => {
  const id = await desk.note('unwanted', { runAt: new Date(Date.now() + 60_000) });
  const cancel = () => desk.app.database.transaction((tx) => desk.app.service('jobs').cancel(tx, command, id));
  assert.is(await cancel(), true);
  assert.is(await cancel(), false);
  await desk.makeDue();
  assert.is(await desk.runDue(), 0);
  assert.is(await desk.outcome(id), 'cancelled');
  assert.equal(await desk.queued(), []);
});

test('a job that is cancelled while it runs changes nothing and is not retried', async () => {
  const parcel = await desk.app.database.transaction((tx) =>
    desk.app.write.create(tx, command, Parcel, { name: 'Tea' }),
  );
  const key = parcel.outcome === 'done' ? parcel.key : '';
  const id = await desk.enqueue('parcels.number', { key });
  const cancelled = Promise.withResolvers<void>();
  reactions.set(key, () => cancelled.promise);
  const running = desk.runDue();
  while (runs.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.is(await desk.app.database.transaction((tx) => desk.app.service('jobs').cancel(tx, command, id)), true);
  cancelled.resolve();
  await running;
  assert.is(await desk.outcome(id), 'cancelled');
  assert.equal(await desk.queued(), []);
  const tracking = sql.type(
    z.object({ tracking: z.string().nullable() }),
  )`select tracking from parcel where id::text = ${key}`;
  assert.is(await desk.app.database.oneFirst(tracking), null);
});

test('jobs with smaller priorities run first', async () => {
  await desk.note('late', { priority: 5 });
  await desk.note('usual');
  await desk.note('early', { priority: -5 });
  await desk.runDue();
  assert.equal(notes, ['early', 'usual', 'late']);
});

test('only the newest of the jobs with one key waits', async () => {
  const later = new Date(Date.now() + 60_000);
  const first = await desk.note('draft', { key: 'page', runAt: later });
  assert.is(await desk.note('final', { key: 'page' }), first);
  await desk.note('other', { key: 'other page' });
  await desk.runDue();
  assert.equal(notes, ['final', 'other']);
});

test('a running job keeps its attempts when another one with its key is enqueued', async () => {
  reactions.set('first', async () => {
    await desk.note('second', { key: 'page' });
    throw new Error('killed');
  });
  await desk.note('first', { key: 'page' });
  assert.is(await desk.runDue(), 2);
  reactions.clear();
  await desk.makeDue();
  await desk.runDue();
  assert.equal(notes, ['first', 'second', 'first']);
});

test('jobs enqueued at the same time with one key become one job', async () => {
  const ids = await Promise.all(Array.from({ length: 8 }, (_, index) => desk.note(`n${index}`, { key: 'same' })));
  assert.is(new Set(ids).size, 1);
  assert.is(await desk.runDue(), 1);
});

test('a job has only the permissions of its task, and its audit entries name it and who caused it', async () => {
  const email = await desk.account('administrator');
  const editor = desk.client();
  await editor.signIn(email, 'correct horse battery');
  const user = await desk.app.database.one(sql.type(z.object({ id: z.string() }))`
    select id from rustio_user where email = ${email}
  `);
  const parcel = await desk.app.database.transaction((tx) =>
    desk.app.write.create(tx, command, Parcel, { name: 'Tea' }),
  );
  const key = parcel.outcome === 'done' ? parcel.key : '';
  const actor = {
    kind: 'user',
    id: Number(user.id),
    name: email,
    displayName: null,
    role: 'administrator',
    permissions: new Set<string>(),
  } as const;
  const correlationId = 'of-the-request-1';
  const id = await desk.enqueue('parcels.number', { key }, {}, { ...command, actor, correlationId });
  await desk.runDue();
  assert.equal(notes, ['forbidden'], 'the administrator who caused it could delete the parcel, the job cannot');
  const entry = sql.type(
    z.object({
      actor_kind: z.string(),
      actor_label: z.string(),
      actor_id: z.string().nullable(),
      correlation_id: z.string(),
      data: z.unknown(),
    }),
  );
  const row = await desk.app.database.one(entry`
    select actor_kind, actor_label, actor_id, correlation_id, data
    from rustio_audit where event = 'update' and subject_model = 'parcel'
  `);
  assert.equal(
    { ...row },
    {
      actor_kind: 'job',
      actor_label: 'parcels.number',
      actor_id: user.id,
      correlation_id: correlationId,
      data: { job: id },
    },
  );
});

test('a job that another job enqueues is also attributed to the user', async () => {
  const onBehalfOf = { kind: 'user', id: 7, name: 'ana@example.org' } as const;
  reactions.set('outer', async ({ app, context }) => {
    await app.database.transaction((tx) => app.service('jobs').enqueue(tx, context, 'notes.write', { text: 'inner' }));
  });
  await desk.enqueue(
    'notes.write',
    { text: 'outer' },
    {},
    {
      ...command,
      actor: { kind: 'job', name: 'import', permissions: new Set(), onBehalfOf },
    },
  );
  await desk.runDue();
  assert.equal(notes, ['outer', 'inner']);
  for (const { context } of runs) {
    const { actor } = context;
    assert.equal(actor.kind === 'job' && actor.onBehalfOf, onBehalfOf);
    assert.is(context.correlationId, command.correlationId);
  }
});

test('progress is written while the job runs, at most once per second', async () => {
  const seen: unknown[] = [];
  const progress = sql.type(z.object({ done: z.string().nullable(), total: z.string().nullable() }))`
    select progress_done as done, progress_total as total from rustio_job order by id desc limit 1
  `;
  reactions.set('long', async (job) => {
    await job.progress(1, 40);
    await job.progress(2, 40);
    seen.push({ ...(await job.app.database.one(progress)) });
  });
  await desk.note('long');
  await desk.runDue();
  assert.equal(seen, [{ done: '1', total: '40' }]);
});

test('metrics and checks count jobs', async () => {
  const metricsOf = async () => {
    const plugin = desk.booted.plugins.find(({ name }) => name === 'jobs');
    const figures = (await plugin?.metrics?.(desk.app)) ?? [];
    return Object.fromEntries(figures.map(({ name, value }) => [name, Math.round(value)]));
  };
  assert.equal(await metricsOf(), { jobs_waiting: 0, jobs_failed: 0, jobs_oldest_due_seconds: 0 });
  assert.is((await desk.check('jobs-worker')).status, 'ok');
  assert.is((await desk.check('jobs-queue')).status, 'ok');
  await desk.note('waits', { runAt: new Date(Date.now() - 300_000) });
  assert.equal(await metricsOf(), { jobs_waiting: 1, jobs_failed: 0, jobs_oldest_due_seconds: 300 });
  const late = await desk.check('jobs-worker');
  assert.equal([late.status, late.message], ['failed', '1 job is waiting, and no process runs jobs.']);
  reactions.set('waits', fail);
  await desk.app.database.query(sql.unsafe`update graphile_worker._private_jobs set max_attempts = 1`);
  await desk.runDue();
  assert.equal(await metricsOf(), { jobs_waiting: 0, jobs_failed: 1, jobs_oldest_due_seconds: 0 });
  const failed = await desk.check('jobs-worker');
  assert.equal([failed.status, failed.message], ['warning', '1 job has failed.']);
});

test('finished jobs are deleted after 30 days', async () => {
  const [old, recent] = [await desk.note('old'), await desk.note('recent')];
  await desk.runDue();
  await desk.app.database.query(sql.unsafe`
    update rustio_job set finished_at = now() - interval '31 days' where id = ${old}::bigint
  `);
  const plugin = desk.booted.plugins.find(({ name }) => name === 'jobs');
  await plugin?.schedule?.[0]?.run(desk.app, new AbortController().signal);
  const left = await desk.app.database.anyFirst(sql.type(z.object({ id: z.string() }))`
    select id from rustio_job where id in (${old}::bigint, ${recent}::bigint)
  `);
  assert.equal(left, [recent]);
});

test('startup reports tasks and schedules that are not valid', async () => {
  const payload = z.object({});
  const run = async () => {};
  const wrong = definePlugin({
    name: 'wrong',
    api: 1,
    contributes: {
      'jobs.tasks': [
        defineJobTask({ name: 'wrong.twice', payload, permissions: [], run }),
        defineJobTask({ name: 'wrong.twice', payload, permissions: ['parcel.vieww'], run }),
        // Without types, a task could have neither or both.
        { name: 'wrong.both', payload, permissions: [], run, commit: run } as never,
        defineJobTask({ name: 'not a name', payload, permissions: [], run }),
      ],
      'jobs.schedules': [
        { name: 'cron', cron: '61 * * * *', task: 'wrong.twice', payload: {} },
        { name: 'never', cron: '0 0 30 2 *', task: 'wrong.twice', payload: {} },
        { name: 'zone', cron: '0 7 * * *', timeZone: 'Europe/Zurch', task: 'wrong.twice', payload: {} },
        { name: 'task', cron: '0 7 * * *', task: 'wrong.twic', payload: {} },
        { name: 'payload', cron: '0 7 * * *', task: 'wrong.twice', payload: 'x' },
      ],
    },
  });
  const problems = await bootProblemsOf({ models: [Parcel], extend: [wrong] });
  for (const expected of [
    /task wrong\.twice: Another task has the same name/,
    /There is no permission "parcel\.vieww"\. Did you mean "parcel\.view"/,
    /task wrong\.both: It must have either `commit` or `run`/,
    /task not a name: Its name must/,
    /schedule cron: Its cron expression or time zone is not valid/,
    /schedule never: Its cron expression or time zone is not valid/,
    /schedule zone: Its cron expression or time zone is not valid/,
    /schedule task: There is no task "wrong\.twic"\. Did you mean "wrong\.twice"/,
    /schedule payload: Its payload does not match/,
  ])
    assert.ok(
      problems.some((problem) => expected.test(problem)),
      `${expected}\n${problems.join('\n')}`,
    );
});
