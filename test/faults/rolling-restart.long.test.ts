// Two web processes behind a load balancer that never retries are restarted one by one while users work.
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { resolvePort } from '../../cli/serve/free-port.ts';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { newProject, RunningCli } from '../cli/run-cli.ts';
import { type Balancer, balancer } from '../support/balancer.ts';
import { Client, formFieldsOf } from '../support/client.ts';
import { testDatabase } from '../support/database.ts';
import { suite } from '../support/suite.ts';

const test = suite('trial: rolling restart');
const PEOPLE = 6;
/** One process, and a primary with two: both are stopped by SIGTERM. */
const KINDS: readonly (readonly string[])[] = [['start'], ['start', '--workers', '2']];

interface Statuses {
  readonly all: Map<string, number>;
  saved: number;
}

/** Opens lists and saves records until `isOver`. */
async function work(client: Client, statuses: Statuses, isOver: () => boolean): Promise<void> {
  const count = (what: string): void => void statuses.all.set(what, (statuses.all.get(what) ?? 0) + 1);
  while (!isOver()) {
    count(`list ${(await client.get('/admin/tasks')).status}`);
    const form = await client.get('/admin/tasks/+new');
    count(`form ${form.status}`);
    const fields = formFieldsOf(form.text, '/admin/tasks/+new');
    const { status } = await client.post('/admin/tasks/+new', { ...fields, title: 'Water the plants' });
    count(`save ${status}`);
    if (status === 303) statuses.saved += 1;
  }
}

/** Restarts each process when the other is ready. Returns the new processes. */
async function restartAll(clis: readonly RunningCli[], through: Balancer, start: (at: number) => RunningCli) {
  const fresh: RunningCli[] = [];
  for (const [at, cli] of clis.entries()) {
    await cli.stop();
    await ready(through, clis.length - 1);
    fresh.push(start(at));
    await ready(through, clis.length);
  }
  return fresh;
}

/** Waits until this many processes are ready; on a busy machine, a start takes minutes. */
async function ready(through: Balancer, count: number): Promise<void> {
  while (through.ready.size !== count) await wait(50);
}

test('while two processes are restarted one by one, no request fails and no save is lost or duplicated (F15)', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  const ports = [await resolvePort(0, '127.0.0.1'), await resolvePort(0, '127.0.0.1')];
  const through = await balancer(ports);
  const environment = {
    DATABASE_URL: url,
    PUBLIC_URL: through.url,
    RUSTIO_SECRET_KEYS: randomBytes(32).toString('hex'),
    SHUTDOWN_GRACE: '8',
    LOG_LEVEL: 'error',
  };
  const start = (at: number): RunningCli =>
    new RunningCli(folder, KINDS[at] ?? [], { ...environment, PORT: String(ports[at]) });
  const first = start(0);
  const [, email = ''] = await first.until(/^Email: (.+)$/m);
  const [, password = ''] = await first.until(/^Password: (.+)$/m);
  let clis: readonly RunningCli[] = [first, start(1)];
  await ready(through, 2);

  const people = Array.from({ length: PEOPLE }, () => new Client(through.url));
  for (const client of people) assert.is((await client.signIn(email, password)).status, 303);
  const statuses: Statuses = { all: new Map(), saved: 0 };
  let isOver = false;
  const load = Promise.all(people.map((client) => work(client, statuses, () => isOver)));
  try {
    for (let round = 0; round < 2; round += 1) clis = await restartAll(clis, through, start);
  } finally {
    isOver = true;
    await load;
  }

  assert.equal(through.failures, []);
  assert.equal([...statuses.all.keys()].toSorted(), ['form 200', 'list 200', 'save 303']);
  assert.ok(statuses.saved > 50, String(statuses.saved));
  const rows = await withPlainConnection(url, async (client) => (await client.query('select from task')).rowCount);
  const seeded = await withPlainConnection(
    url,
    async (client) => (await client.query(`select from task where title <> 'Water the plants'`)).rowCount,
  );
  assert.is((rows ?? 0) - (seeded ?? 0), statuses.saved);
  for (const cli of clis) {
    assert.not.match(cli.stderr, '"level":50');
    cli.signal('SIGINT');
    assert.is(await cli.ended, 0, cli.stderr);
  }
});
