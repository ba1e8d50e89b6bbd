// timeout: 180
// Scripts that are piped to the console. The prompt is in console-prompt.long.test.ts.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'rustio-admin';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { type ConsoleDesk, consoleDesk } from './console-desk.ts';
import { type Result, RunningCli, runCli } from './run-cli.ts';

const test = suite('console: scripts');
const REASON = 'fix the import of 12 March';
let desk: ConsoleDesk;
let administrator: string;

test.before(async () => {
  desk = await consoleDesk();
  administrator = await desk.app.account('administrator');
});
test.after(() => desk.app.close());

function piped(input: string, words: readonly string[] = [], more: Record<string, string> = {}): Promise<Result> {
  return runCli(desk.folder, ['console', ...words], { ...desk.environment, ...more }, input);
}
const writing = (email = administrator) => ['--as', email, '--reason', REASON];

test('without options it reads with every permission, and prints only results to standard output', async () => {
  const { code, stdout, stderr } = await piped(`
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
    '1 row. There are more: { after: rows.next }, or a higher limit.',
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

test('changes are rolled back without .commit, and the number of them is printed', async () => {
  const before = await desk.orders();
  const { code, stdout, stderr } = await piped(
    `await write.create(Order, { number: 'B1' })
    await write.update(Order, 1, { total: 11 })
    await write.update(Order, 1, { total: 11 })
    await records.get(Order, 1).then(({ total }) => total)`,
    writing(),
  );
  assert.is(code, 0, stderr);
  assert.match(stdout, /^\{ key: '\d+', label: 'B1' \}\n\{ key: '1', label: 'A1' \}\n.*\n11\n$/);
  assert.match(stderr, /Rolled back 2 changes\. To keep changes, enter \.commit before you leave\.\n$/);
  assert.equal(await desk.orders(), before);
});

test('.commit keeps them; their audit entries have the account, the reason and the console as their origin', async () => {
  const { code, stdout, stderr } = await piped(
    `await write.create(Order, { number: 'C1', placedAt: new Date('2026-03-12T08:00:00Z') })
    .commit
    const [order] = await records.list(Order, { search: 'C1' });
    await write.update(Order, order.id, { status: 'closed' })
    await write.remove(Order, order.id)
    .rollback
    await write.remove(Order, order.id)
    .commit
    .commit`,
    writing(),
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
    assert.equal([actor_kind, actor_label], ['user', administrator]);
    assert.is(data?.changeReason, REASON);
    assert.match(data?.origin ?? '', /^console, \S+@\S+$/);
    assert.ok(stdout.includes(`Correlation ID: ${correlation_id}\n`));
  }
  const reader = await desk.app.signInAs('administrator');
  const { text } = await reader.get('/admin/audit');
  assert.match(text, `Reason: ${REASON}`);
  assert.match(text, 'Origin: console, ');
});

test('the first error ends a script with 1 and its line number; everything is rolled back', async () => {
  const before = await desk.orders();
  const { code, stdout, stderr } = await piped(
    `await write.create(Order, { number: 'D1' })

    await write.create(Order, { number: 'A1' })
    .commit
    console.log('not reached')`,
    writing(),
  );
  assert.is(code, 1);
  assert.not.match(stdout, 'not reached');
  assert.match(
    stderr,
    'Line 3:\nThe order was not created.\n  Number: Another record already has this value.\nRolled back 1 change.',
  );
  assert.equal(await desk.orders(), before);
  const incomplete = await piped('function open(');
  assert.is(incomplete.code, 1);
  assert.match(incomplete.stderr, 'The last statement is not complete:\nfunction open(');
});

test('calls that a script does not await belong to its line, and so do their errors', async () => {
  const { code, stdout, stderr } = await piped(
    `['E1', 'E2'].forEach((number) => write.create(Order, { number }))
    .commit
    ['E3', 'E1'].forEach((number) => write.create(Order, { number }))
    .commit`,
    writing(),
  );
  assert.is(code, 1);
  assert.match(stdout, 'Committed 2 changes.');
  assert.match(stderr, 'Line 3:\nThe order was not created.');
  assert.not.ok((await desk.orders()).includes('E3 open'));
  const late = await piped(
    `setTimeout(() => { throw new Error('too late') }, 100)
    await new Promise((resolve) => setTimeout(resolve, 400))
    console.log('not reached')`,
  );
  assert.is(late.code, 1);
  assert.match(late.stderr, 'Line 2:\nError: too late\n');
  assert.not.match(late.stdout, 'not reached');
});

test('Ctrl-C cancels the running statement, rolls back, and exits with 130', async () => {
  const cli = new RunningCli(desk.folder, ['console', ...writing()], desk.environment);
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

test('functions of the project run in the transaction; their changes are reported without a number', async () => {
  writeFileSync(
    path.join(desk.folder, 'rules.ts'),
    `import { sql, type Transaction } from 'rustio-admin';
    export async function shipAll(tx: Transaction): Promise<number> {
      return (await tx.query(sql.unsafe\`update "order" set status = 'shipped' where status = 'open'\`)).rowCount;
    }`,
  );
  const before = await desk.orders();
  const { code, stdout, stderr } = await piped(
    `const { shipAll } = await import('./rules.ts')
    await shipAll(tx)`,
    writing(),
  );
  assert.is(code, 0, stderr);
  assert.match(stdout, /^\d+\n$/);
  assert.match(stderr, /\nRolled back the open transaction\. To keep changes/);
  assert.equal(await desk.orders(), before);
});

test('an account that does not exist or was deactivated is rejected, and so are incomplete options', async () => {
  const former = await desk.app.account('administrator');
  await desk.app.command('user deactivate', { email: former });
  for (const [words, reason] of [
    [writing(former), `There is no active user ${former}.`],
    [writing('nobody@desk.example'), 'There is no active user nobody@desk.example.'],
    [['--reason', REASON], '--reason requires --as.'],
    [['--as', administrator, '--reason', ' '], 'The value of --reason is not valid.'],
    [['--as', administrator, '--reason', 'x'.repeat(501)], 'has 1 to 500 characters'],
  ] as const) {
    const { code, stdout, stderr } = await piped('1', words);
    assert.is(code, 2, stderr);
    assert.is(stdout, '');
    assert.ok(stderr.includes(reason), stderr);
  }
});

test('in production the first lines say so, with the database and the account', async () => {
  const { code, stderr } = await piped('1', writing(), {
    NODE_ENV: 'production',
    RUSTIO_SECRET_KEYS: randomBytes(32).toString('hex'),
    PUBLIC_URL: 'https://desk.example',
  });
  assert.is(code, 0, stderr);
  const { pathname, host } = new URL(desk.environment.DATABASE_URL ?? '');
  assert.match(stderr, `Desk, PRODUCTION\nDatabase   ${pathname.slice(1)} on ${host}, user `);
  assert.match(stderr, `Acting as  ${administrator}\nReason     ${REASON}\n`);
  assert.not.match(stderr, /postgres:\/\//);
});
