import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'rustio-admin';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { asUser, type ConsoleDesk, consoleDesk, REASON } from './console-desk.ts';
import { RunningCli } from './run-cli.ts';

const test = suite('console: scripts');
let desk: ConsoleDesk;

test.before(async () => {
  desk = await consoleDesk();
});
test.after(() => desk.app.close());

test('without options, it reads with all permissions and prints only results to standard output', async () => {
  const { code, stdout, stderr } = await desk.runScript(`
    await records.list(Order, { filter: { status: ['open', 'closed'], total: { from: 5 } }, sort: '-number', limit: 1 })
    records.count(Order)
    const order = await records.get(Order, 2)
    order.placedAt instanceof Date && order.number
    (await records.list(Order, { search: 'A3' })).map(({ number }) => number)
    await query(sql.unsafe\`select number from "order" where total > \${15} order by 1\`)
    const first = await records.list(Order, { sort: 'number', limit: 2 })
    const second = await records.list(Order, { sort: 'number', limit: 2, after: first.next });
    [second.map(({ number }) => number), second.next]
  `);
  assert.is(code, 0, stderr);
  const lines = stdout.split('\n').map((line) => line.trimEnd());
  assert.match(lines[0] ?? '', /^id {2}number {2}status {2}total {2}placedAt {18}margin$/);
  assert.match(lines[1] ?? '', /^3 {3}A3 {6}closed {2}30 {5}\d{4}-\d\d-\d\dT\S+Z {2}null$/);
  assert.equal(lines.slice(2), [
    '1 row. There are more rows: use { after: rows.next } or a higher limit.',
    '3',
    "'A2'",
    "[ 'A3' ]",
    'number',
    'A2',
    'A3',
    '2 rows.',
    "[ [ 'A3' ], undefined ]",
    '',
  ]);
  assert.match(
    stderr,
    /^Desk, development\nDatabase {3}\S+ on \S+, user \S+\nActing as {2}\S+@\S+ \(command line\)\nRead-only/,
  );
});

test('without .commit, changes are rolled back and their number is printed', async () => {
  const before = await desk.orders();
  const { code, stdout, stderr } = await desk.runScript(
    `await write.create(Order, { number: 'B1' })
    await write.update(Order, 1, { total: 11 })
    await write.update(Order, 1, { total: 11 })
    await records.get(Order, 1).then(({ total }) => total)`,
    asUser(desk.administrator),
  );
  assert.is(code, 0, stderr);
  assert.match(stdout, /^\{ key: '\d+', label: 'B1' \}\n\{ key: '1', label: 'A1' \}\n.*\n11\n$/);
  assert.match(stderr, /Rolled back 2 changes\. To keep changes, enter \.commit before you leave\.\n$/);
  assert.equal(await desk.orders(), before);
});

test('.commit keeps the changes; their audit entries name the account, the reason and the console', async () => {
  const { code, stdout, stderr } = await desk.runScript(
    `await write.create(Order, { number: 'C1', placedAt: new Date('2026-03-12T08:00:00Z') })
    .commit
    const [kept] = await records.list(Order, { search: 'C1' });
    await write.update(Order, kept.id, { status: 'closed' })
    await write.remove(Order, kept.id)
    .rollback
    await write.remove(Order, kept.id)
    .commit
    .commit`,
    asUser(desk.administrator),
  );
  assert.is(code, 0, stderr);
  assert.match(stdout, /\nRolled back 2 changes\.\n/);
  assert.match(stdout, /Committed 1 change\. Correlation ID: \S+\nThere is nothing to commit\.\n$/);
  const entries = await desk.audit('C1');
  assert.equal(
    entries.map(({ event }) => event),
    ['create', 'delete'],
  );
  for (const { actor_kind, actor_label, data, correlation_id } of entries) {
    assert.equal([actor_kind, actor_label], ['user', desk.administrator]);
    assert.is(data?.changeReason, REASON);
    assert.match(data?.origin ?? '', /^console, \S+@\S+$/);
    assert.ok(stdout.includes(`Correlation ID: ${correlation_id}\n`));
  }
  const reader = await desk.app.signInAs('administrator');
  const { text } = await reader.get('/admin/audit');
  assert.match(text, `Reason: ${REASON}`);
  assert.match(text, 'Origin: console, ');
});

test('Ctrl-C cancels the running statement, rolls back, and exits with 130', async () => {
  const cli = new RunningCli(desk.folder, ['console', ...asUser(desk.administrator)], desk.environment);
  cli.type(`await write.create(Order, { number: 'E9' })\nawait query(sql.unsafe\`select pg_sleep(60)\`)\n`, 'end');
  const sleeping = sql.unsafe`
    select 1 from pg_stat_activity where datname = current_database() and state = 'active' and query like 'select pg_sleep%'
  `;
  while (!(await desk.app.app.database.exists(sleeping))) await wait(20);
  cli.signal('SIGINT');
  assert.is(await cli.ended, 130);
  assert.match(cli.stderr, 'Rolled back 1 change.');
  assert.not.ok(await desk.app.app.database.exists(sleeping));
});
