import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { claimTasks, releaseLease, renewLease } from '../../../core/process/claim-tasks.ts';
import { startScheduler } from '../../../core/process/scheduler.ts';
import type { ScheduledTask } from '../../../core/schedule.ts';
import { definePlugin, type Plugin } from '../../../index.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';

const test = suite('scheduler');

/** Nothing runs by itself: the tests poll, and change the table's times instead of waiting. */
const manual = { polls: false } as const;

function plugin(...schedule: readonly ScheduledTask[]): Plugin {
  return definePlugin({ name: 'lightning', api: 1, schedule });
}

async function withApp(schedule: readonly ScheduledTask[], work: (app: TestApp) => Promise<void>): Promise<void> {
  const app = await testApp({ extend: [plugin(...schedule)] });
  try {
    await work(app);
  } finally {
    await app.close();
  }
}

/** Changes the table as if this time had passed. */
const advance = ({ app }: TestApp, time: string) =>
  app.database.query(sql.unsafe`
    update rustio_schedule
    set last_started = last_started - ${time}::interval, leased_until = leased_until - ${time}::interval
  `);

const rows = ({ app }: TestApp) =>
  app.database.any(sql.type(z.object({ name: z.string(), leased: z.boolean() }))`
    select plugin || '.' || task as name, leased_until is not null as leased from rustio_schedule order by 1
  `);

test('only one of many processes runs a task, and again only after its interval', async () => {
  let runs = 0;
  await withApp([{ name: 'count', every: '5 minutes', run: async () => void runs++ }], async (app) => {
    const processes = Array.from({ length: 6 }, () => startScheduler(app.booted, 'web', manual));
    const all = async (): Promise<void> => {
      await Promise.all(processes.map((each) => each.poll()));
      await Promise.all(processes.map((each) => each.idle()));
    };
    await all();
    assert.is(runs, 1);
    await all();
    await advance(app, '4 minutes 50 seconds');
    await all();
    assert.is(runs, 1);
    await advance(app, '10 seconds');
    await all();
    assert.is(runs, 2);
  });
});

test('core and the built-in plugins have their clean-up tasks', async () => {
  await withApp([], async (app) => {
    const scheduler = startScheduler(app.booted, 'web', manual);
    await scheduler.poll();
    await scheduler.idle();
    assert.equal(await rows(app), [
      { name: 'audit.repeat-erasures', leased: false },
      { name: 'audit.seal', leased: false },
      { name: 'auth.delete-old-links', leased: false },
      { name: 'core.clean-up-files', leased: false },
      { name: 'core.forget-old-forms', leased: false },
      { name: 'jobs.delete-finished', leased: false },
      { name: 'mail.delete-old-emails', leased: false },
      { name: 'mfa.delete-expired-devices', leased: false },
      { name: 'mfa.delete-old-challenges', leased: false },
      { name: 'sessions.clean-up-attempts', leased: false },
      { name: 'sessions.clean-up-sessions', leased: false },
      { name: 'tokens.delete-old-tokens', leased: false },
    ]);
    assert.equal(app.errors, []);
  });
});

test('a disabled plugin has no tasks', async () => {
  let runs = 0;
  const own = plugin({ name: 'count', every: '1 minute', run: async () => void runs++ });
  const disabled: Record<string, false> = { lightning: false };
  const app = await testApp({ extend: [own], plugins: disabled });
  const scheduler = startScheduler(app.booted, 'web', manual);
  await scheduler.poll();
  await scheduler.idle();
  assert.is(runs, 0);
  await app.close();
});

test('a running task is not started a second time, however long it takes', async () => {
  let runs = 0;
  const finished = Promise.withResolvers<void>();
  const run = async (): Promise<void> => {
    runs += 1;
    await finished.promise;
  };
  await withApp([{ name: 'long', every: '1 second', run }], async (app) => {
    const [one, other] = [startScheduler(app.booted, 'web', manual), startScheduler(app.booted, 'worker', manual)];
    await one.poll();
    await advance(app, '30 seconds');
    await one.poll();
    await other.poll();
    assert.is(runs, 1);
    finished.resolve();
    await one.idle();
    await other.poll();
    await other.idle();
    assert.is(runs, 2);
  });
});

test('a task whose process died runs again at the next interval', async () => {
  await withApp([], async ({ app }) => {
    const task = { plugin: 'lightning', name: 'fatal', everyMs: 600_000 };
    const [claim] = await claimTasks(app.database, [task]);
    assert.is(claim?.name, 'fatal');
    const advanceBy = (time: string) =>
      app.database.query(sql.unsafe`
        update rustio_schedule
        set last_started = last_started - ${time}::interval, leased_until = leased_until - ${time}::interval
      `);
    // It renews its lease, and then stops.
    await advanceBy('9 minutes');
    if (claim) await renewLease(app.database, claim);
    await advanceBy('1 minute');
    if (claim) await renewLease(app.database, claim);
    assert.equal(await claimTasks(app.database, [task]), [], 'it keeps its lease by renewing it');
    await advanceBy('61 seconds');
    const [successor] = await claimTasks(app.database, [task]);
    assert.is(successor?.name, 'fatal');
    // If the old process is still alive, it must not release its successor's lease.
    if (claim) await releaseLease(app.database, claim);
    await advanceBy('10 minutes');
    if (successor) await renewLease(app.database, successor);
    assert.equal(await claimTasks(app.database, [task]), []);
    if (successor) await releaseLease(app.database, successor);
    assert.is((await claimTasks(app.database, [task])).length, 1);
  });
});

test('a task runs only in the roles that it names', async () => {
  const ran: string[] = [];
  const task = (name: string, roles?: ScheduledTask['roles']): ScheduledTask => ({
    name,
    every: '1 minute',
    ...(roles && { roles }),
    run: async () => void ran.push(name),
  });
  await withApp([task('web', ['web']), task('worker', ['worker']), task('both')], async (app) => {
    const web = startScheduler(app.booted, 'web', manual);
    await web.poll();
    await web.idle();
    assert.equal(ran.toSorted(), ['both', 'web']);
    const worker = startScheduler(app.booted, 'worker', manual);
    await worker.poll();
    await worker.idle();
    assert.equal(ran.toSorted(), ['both', 'web', 'worker']);
  });
});

test('a task that fails is logged with its plugin and name, and runs again after its interval', async () => {
  let runs = 0;
  const run = async (): Promise<void> => {
    runs += 1;
    throw new Error('no sky today');
  };
  await withApp([{ name: 'look-up', every: '1 hour', run }], async (app) => {
    const scheduler = startScheduler(app.booted, 'web', manual);
    await scheduler.poll();
    await scheduler.idle();
    assert.equal(
      app.errors.map(({ plugin: owner, task }) => [owner, task]),
      [['lightning', 'look-up']],
    );
    await scheduler.poll();
    await scheduler.idle();
    assert.is(runs, 1);
    await advance(app, '1 hour');
    await scheduler.poll();
    await scheduler.idle();
    assert.is(runs, 2);
  });
});

test('stopping aborts the signal and waits for running tasks; nothing starts after it', async () => {
  const noted: string[] = [];
  const run: ScheduledTask['run'] = async (_app, signal) => {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await new Promise((resolve) => setImmediate(resolve));
    noted.push('task ended');
  };
  await withApp([{ name: 'patient', every: '1 second', run }], async (app) => {
    const scheduler = startScheduler(app.booted, 'worker', manual);
    await scheduler.poll();
    await scheduler.stop();
    noted.push('scheduler stopped');
    assert.equal(noted, ['task ended', 'scheduler stopped']);
    assert.ok((await rows(app)).every(({ leased }) => !leased));
    await advance(app, '1 hour');
    await scheduler.poll();
    await scheduler.idle();
    assert.is(noted.length, 2);
  });
});

test('a task that ignores the signal does not delay the exit and is named in the log', async () => {
  const finished = Promise.withResolvers<void>();
  await withApp([{ name: 'unresponsive', every: '1 second', run: () => finished.promise }], async (app) => {
    const scheduler = startScheduler(app.booted, 'web', { ...manual, stopMs: 20 });
    await scheduler.poll();
    await scheduler.stop();
    assert.equal(
      app.errors.filter(({ plugin: owner }) => owner === 'lightning').map(({ task }) => task),
      ['unresponsive'],
    );
    finished.resolve();
    await scheduler.idle();
  });
});

test('it polls repeatedly', async () => {
  const second = Promise.withResolvers<void>();
  let runs = 0;
  const run = async (): Promise<void> => {
    runs += 1;
    if (runs === 2) second.resolve();
  };
  await withApp([{ name: 'pulse', every: '1 second', run }], async (app) => {
    const scheduler = startScheduler(app.booted, 'worker');
    await second.promise;
    await scheduler.stop();
  });
});

test('frequent restarts do not prevent tasks from running, however long their interval (F19)', async () => {
  const ran = Promise.withResolvers<'ran'>();
  await withApp([{ name: 'daily', every: '1 day', run: async () => ran.resolve('ran') }], async (app) => {
    const scheduler = startScheduler(app.booted, 'web');
    // Later polls are up to 45 s apart.
    assert.is(await Promise.race([ran.promise, wait(12_000)]), 'ran');
    await scheduler.stop();
  });
});

test('without its table, the scheduler keeps polling, and works once the table exists', async () => {
  let runs = 0;
  await withApp([{ name: 'count', every: '1 minute', run: async () => void runs++ }], async (app) => {
    const scheduler = startScheduler(app.booted, 'web', manual);
    await app.app.database.query(sql.unsafe`alter table rustio_schedule rename to rustio_schedule_away`);
    await scheduler.poll();
    assert.is(runs, 0);
    await app.app.database.query(sql.unsafe`alter table rustio_schedule_away rename to rustio_schedule`);
    await scheduler.poll();
    await scheduler.idle();
    assert.is(runs, 1);
  });
});

for (const [what, every] of [
  ['a word', 'often'],
  ['half a second', '0.5 seconds'],
  ['a week', '1 week'],
]) {
  test(`${what} is not an interval and prevents startup`, async () => {
    const task = { name: 'odd', every: every as '1 second', run: async () => {} };
    const error = await rustioFailureOf(testApp({ extend: [plugin(task)] }));
    assert.is(error.code, 'RIO-BOOT-PROBLEMS');
    assert.match(error.details.join('\n'), `has the invalid interval "${every}"`);
  });
}
