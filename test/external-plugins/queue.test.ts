// Background jobs with a worker process: see queue/.
import * as assert from 'uvu/assert';
import { startPlugins } from '../../core/process/start-plugins.ts';
import { defineModel, definePlugin, field, hooksFor, sql, z } from '../../index.ts';
import type { TestApp } from '../support/app.ts';
import { runCommand } from '../support/run-tool.ts';
import { suite } from '../support/suite.ts';
import { queuePlugin } from './queue/index.ts';
import { appWith } from './support.ts';

const test = suite('external: queue');
const Parcel = defineModel('parcel', {
  fields: { name: field.text(), weight: field.integer({ nullable: true }), tracked: field.text({ nullable: true }) },
});
/** Another plugin that uses the queue: a new parcel is tracked later, by a job with its own permissions. */
const tracking = definePlugin({
  name: 'tracking',
  api: 1,
  requires: ['queue'],
  hooks: (app) => [
    hooksFor(Parcel, {
      beforeSave: async (tx, { action, values }) => {
        if (action === 'create') await app.service('queue').enqueue(tx, 'track', { name: values.name });
        return values.name === 'rejected'
          ? { problems: [{ field: 'name', issue: { key: 'problem.notUnique' } }] }
          : undefined;
      },
    }),
  ],
  contributes: {
    'queue.handlers': [
      {
        name: 'track',
        permissions: ['parcel.view', 'parcel.change'],
        async run(tx, context, app, payload) {
          const { name } = z.object({ name: z.string() }).parse(payload);
          if (name === 'broken') throw new Error('no such carrier');
          const id = await tx.oneFirst(
            sql.type(z.object({ id: z.string() }))`select id from parcel where name = ${name}`,
          );
          const written = await app.write.update(tx, context, Parcel, id, { tracked: `T-${name}` });
          assert.is(written.outcome, 'done');
          const forbidden = await app.write.remove(tx, context, Parcel, id);
          assert.is(forbidden.outcome, 'forbidden', 'a job has the rights that it lists, and no others');
        },
      },
    ],
  },
});
let desk: TestApp;
test.before(async () => {
  desk = await appWith([queuePlugin, tracking], { models: [Parcel], plugins: { queue: { pollMs: 20 } } });
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

const run = () => runCommand(queuePlugin.commands?.[0], desk.app);
const parcel = z.object({ name: z.string(), tracked: z.string().nullable() });
const tracked = (name: string) =>
  desk.app.database.one(sql.type(parcel)`select name, tracked from parcel where name = ${name}`);
const command = { actor: { kind: 'command', name: 'test' }, correlationId: 'x', ip: null, credential: null } as const;
const add = (name: string) =>
  desk.app.database.transaction((tx) => desk.app.write.create(tx, command, Parcel, { name }));

test('a job is enqueued in the transaction of the change and runs with its own permissions', async () => {
  assert.is((await add('Tea')).outcome, 'done');
  assert.equal(await run(), ['Ran 1 job.']);
  assert.is((await tracked('Tea')).tracked, 'T-Tea');
  const actor = z.object({ actor_kind: z.string(), actor_label: z.string() });
  const entry = await desk.app.database.one(sql.type(actor)`
    select actor_kind, actor_label from rustio_audit where event = 'update' and subject_model = 'parcel'
  `);
  assert.equal({ ...entry }, { actor_kind: 'job', actor_label: 'track' });
});

test('a rejected or rolled-back change leaves no job', async () => {
  assert.is((await add('rejected')).outcome, 'invalid');
  await desk.app.database
    .transaction(async (tx) => {
      await desk.app.write.create(tx, command, Parcel, { name: 'Lost' });
      throw new Error('no');
    })
    .catch(() => {});
  assert.equal(await run(), ['Ran 0 jobs.']);
});

test('a failing job stores its error, is retried later, and does not affect other jobs', async () => {
  await add('broken');
  await add('Coffee');
  await run();
  assert.is((await tracked('Coffee')).tracked, 'T-Coffee');
  const failed = z.object({ attempts: z.number(), last_error: z.string().nullable(), later: z.boolean() });
  const row = await desk.app.database.one(sql.type(failed)`
    select attempts, last_error, run_at > now() as later from queue_job where done_at is null
  `);
  assert.equal({ ...row }, { attempts: 1, last_error: 'no such carrier', later: true });
});

test('a worker process runs jobs until it is stopped; a web process runs none', async () => {
  await add('Cocoa');
  const web = await startPlugins(desk.booted, 'web');
  await web.stop();
  assert.is((await tracked('Cocoa')).tracked, null);
  const worker = await startPlugins(desk.booted, 'worker');
  while ((await tracked('Cocoa')).tracked === null) await new Promise((resolve) => setImmediate(resolve));
  await worker.stop();
  await add('Milk');
  assert.is((await tracked('Milk')).tracked, null, 'the loop has ended');
});

test('health and metrics are those of the process', async () => {
  const ready = await desk.client().get('/readyz');
  assert.is(ready.status, 200);
  const figures = (await queuePlugin.metrics?.(desk.app)) ?? [];
  assert.equal(
    figures.map(({ name, type }) => [name, type]),
    [['queue_waiting', 'gauge']],
  );
});
