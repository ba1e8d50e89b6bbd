// Scripts that fail, and who may run them. See console.test.ts.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { asUser, type ConsoleDesk, consoleDesk, REASON } from './console-desk.ts';

const test = suite('console: errors of scripts');
let desk: ConsoleDesk;

test.before(async () => {
  desk = await consoleDesk();
});
test.after(() => desk.app.close());

test('the first error ends a script with 1 and its line number; everything is rolled back', async () => {
  const before = await desk.orders();
  const { code, stdout, stderr } = await desk.runScript(
    `await write.create(Order, { number: 'D1' })

    await write.create(Order, { number: 'A1' })
    .commit
    console.log('not reached')`,
    asUser(desk.administrator),
  );
  assert.is(code, 1);
  assert.not.match(stdout, 'not reached');
  assert.match(
    stderr,
    'Line 3:\nThe order was not created.\n  Number: Another record already has this value.\nRolled back 1 change.',
  );
  assert.equal(await desk.orders(), before);
  const incomplete = await desk.runScript('function open(');
  assert.is(incomplete.code, 1);
  assert.match(incomplete.stderr, 'The last statement is not complete:\nfunction open(');
});

test('calls that a script does not await are attributed to their line, including their errors', async () => {
  const { code, stdout, stderr } = await desk.runScript(
    `['E1', 'E2'].forEach((number) => write.create(Order, { number }))
    .commit
    ['E3', 'E1'].forEach((number) => write.create(Order, { number }))
    .commit`,
    asUser(desk.administrator),
  );
  assert.is(code, 1);
  assert.match(stdout, 'Committed 2 changes.');
  assert.match(stderr, 'Line 3:\nThe order was not created.');
  assert.not.ok((await desk.orders()).includes('E3 open'));
  const late = await desk.runScript(
    `setTimeout(() => { throw new Error('too late') }, 100)
    await new Promise((resolve) => setTimeout(resolve, 400))
    console.log('not reached')`,
  );
  assert.is(late.code, 1);
  assert.match(late.stderr, 'Line 2:\nError: too late\n');
  assert.not.match(late.stdout, 'not reached');
});

test('functions of the project run in the transaction; their changes are reported without a count', async () => {
  writeFileSync(
    path.join(desk.folder, 'rules.ts'),
    `import { sql, type Transaction } from 'rustio-admin';
    export async function shipAll(tx: Transaction): Promise<number> {
      return (await tx.query(sql.unsafe\`update "order" set status = 'shipped' where status = 'open'\`)).rowCount;
    }`,
  );
  const before = await desk.orders();
  const { code, stdout, stderr } = await desk.runScript(
    `const { shipAll } = await import('./rules.ts')
    await shipAll(tx)`,
    asUser(desk.administrator),
  );
  assert.is(code, 0, stderr);
  assert.match(stdout, /^\d+\n$/);
  assert.match(stderr, /\nRolled back the open transaction\. To keep changes/);
  assert.equal(await desk.orders(), before);
});

test('missing and deactivated accounts are rejected, and so are incomplete options', async () => {
  const former = await desk.app.account('administrator');
  await desk.app.command('user deactivate', { email: former });
  for (const [words, reason] of [
    [asUser(former), `There is no active user ${former}.`],
    [asUser('nobody@desk.example'), 'There is no active user nobody@desk.example.'],
    [['--reason', REASON], '--reason requires --as.'],
    [['--as', desk.administrator, '--reason', ' '], 'The value of --reason is not valid.'],
    [['--as', desk.administrator, '--reason', 'x'.repeat(501)], 'must have 1 to 500 characters'],
  ] as const) {
    const { code, stdout, stderr } = await desk.runScript('1', words);
    assert.is(code, 2, stderr);
    assert.is(stdout, '');
    assert.ok(stderr.includes(reason), stderr);
  }
});

test('in production, the first lines name the environment, the database and the account', async () => {
  const { code, stderr } = await desk.runScript('1', asUser(desk.administrator), {
    NODE_ENV: 'production',
    RUSTIO_SECRET_KEYS: randomBytes(32).toString('hex'),
    PUBLIC_URL: 'https://desk.example',
    SMTP_URL: 'smtps://smtp.example.org',
    MAIL_FROM: 'desk@example.org',
  });
  assert.is(code, 0, stderr);
  const { pathname, host } = new URL(desk.environment.DATABASE_URL ?? '');
  assert.match(stderr, `Desk, PRODUCTION\nDatabase   ${pathname.slice(1)} on ${host}, user `);
  assert.match(stderr, `Acting as  ${desk.administrator}\nReason     ${REASON}\n`);
  assert.not.match(stderr, /postgres:\/\//);
});
