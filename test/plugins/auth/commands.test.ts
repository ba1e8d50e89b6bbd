import * as assert from 'uvu/assert';
import type { CommandInput } from '../../../core/command.ts';
import { RustioError } from '../../../core/errors/rustio-error.ts';
import { findAccountByEmail } from '../../../plugins/auth/account.ts';
import { checks } from '../../../plugins/auth/checks.ts';
import { findCredentials } from '../../../plugins/auth/credentials.ts';
import { auth } from '../../../plugins/auth/index.ts';
import { verifyPassword } from '../../../plugins/auth/password-hash.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { runCheck, runCommand } from '../../support/run-tool.ts';
import { suite } from '../../support/suite.ts';

const test = suite('auth: commands');
let desk: TestApp;
test.before.each(async () => {
  desk = await testApp({ models: [] });
});
test.after.each(() => desk.close());

/** Runs a command and returns its output; `types`: the answers to its prompts, in order. */
async function run(name: string, values: CommandInput['values'], types?: readonly string[]): Promise<string[]> {
  const command = auth.commands?.find((each) => each.name.replace(/ \[?[A-Z].*$/, '') === name);
  return runCommand(command, desk.app, values, types);
}

async function rejection(attempt: Promise<unknown>): Promise<RustioError> {
  const outcome = await attempt.catch((error: unknown) => error);
  if (!(outcome instanceof RustioError)) throw new Error(`it was not rejected: ${JSON.stringify(outcome)}`);
  assert.is(outcome.exitCode, 2);
  return outcome;
}

test('user create generates a password without a terminal, prints it once, and it works', async () => {
  const printed = await run('user create', { email: 'ana@example.org', role: 'administrator' });
  assert.is(printed.length, 2);
  const password = printed[1]?.replace('Password: ', '') ?? '';
  const credentials = await findCredentials(desk.app.database, 'ana@example.org');
  assert.ok(await verifyPassword(credentials?.password_hash, password));
  assert.is((await desk.client().signIn('ana@example.org', password)).status, 303);
});

test('with --temporary, the user must choose another password', async () => {
  const mustChange = async () => (await findAccountByEmail(desk.app.database, 'ana@example.org'))?.mustChangePassword;
  await run('user create', { email: 'ana@example.org', role: 'staff', temporary: true });
  assert.is(await mustChange(), true);
  await run('user password', { email: 'ana@example.org', generate: true });
  assert.is(await mustChange(), false, 'without it, the password is as good as any other');
  const [, printed = ''] = await run('user password', { email: 'ana@example.org', generate: true, temporary: true });
  assert.is(await mustChange(), true);
  const ana = desk.client();
  await ana.signIn('ana@example.org', printed.replace('Password: ', ''));
  assert.match((await ana.get('/admin')).location, '/admin/account/new-password');
});

test('user create prompts twice on a terminal and prints no password', async () => {
  const typed = ['correct horse battery', 'correct horse battery'];
  const printed = await run('user create', { email: 'ana@example.org', role: 'staff' }, typed);
  assert.equal(printed, ['Created ana@example.org as staff.']);
  const differing = run('user create', { email: 'bea@example.org', role: 'staff' }, [
    'one good phrase',
    'another phrase',
  ]);
  assert.match((await rejection(differing)).parts.why, 'do not match');
  assert.is(await findAccountByEmail(desk.app.database, 'bea@example.org'), null);
});

test('a password that violates the policy is reported before it must be repeated', async () => {
  await run('user create', { email: 'ana@example.org', role: 'staff', password: 'correct horse battery' });
  for (const [name, values] of [
    ['user create', { email: 'bea@example.org', role: 'staff' }],
    ['user password', { email: 'ana@example.org' }],
  ] as const) {
    // A second prompt would get no answer, and the rejection would be that the two differ.
    const rejected = await rejection(run(name, values, ['short']));
    assert.match(rejected.parts.why, 'at least 12', name);
  }
  assert.is(await findAccountByEmail(desk.app.database, 'bea@example.org'), null);
  assert.is((await desk.client().signIn('ana@example.org', 'correct horse battery')).status, 303);
});

test('a rejected command ends with exit code 2 and the reason', async () => {
  await run('user create', { email: 'ana@example.org', role: 'administrator', password: 'correct horse battery' });
  const again = run('user create', { email: 'ANA@example.org', role: 'staff', password: 'correct horse battery' });
  assert.match((await rejection(again)).parts.why, 'already exists');
  const weak = run('user create', { email: 'bea@example.org', role: 'staff', password: 'password2026' });
  assert.match((await rejection(weak)).parts.why, 'too common');
  assert.not.match(JSON.stringify((await rejection(weak)).parts), 'password2026');
  const last = (await rejection(run('user role', { email: 'ana@example.org', role: 'staff' }))).parts;
  assert.match(last.why, 'must remain');
  assert.is(
    last.fix,
    'Give another active user the administrator or developer role first, then run the command again.',
  );
  assert.match((await rejection(run('user role', { email: 'ana@example.org', role: 'admin' }))).parts.why, 'developer');
  assert.match(
    (await rejection(run('user password', { email: 'nobody@example.org' }))).parts.problem,
    'nobody@example.org',
  );
});

test('user list, role, password, deactivate and activate work', async () => {
  await run('user create', { email: 'root@example.org', role: 'developer', password: 'correct horse battery' });
  await run('user create', { email: 'ana@example.org', role: 'staff', name: 'Ana', password: 'correct horse battery' });
  assert.equal(await run('user role', { email: 'ana@example.org', role: 'supervisor' }), [
    'ana@example.org now has the role supervisor.',
  ]);
  const [, password = ''] = await run('user password', { email: 'ana@example.org', generate: true }, ['never asked']);
  assert.is((await desk.client().signIn('ana@example.org', password.replace('Password: ', ''))).status, 303);
  await run('user deactivate', { email: 'ana@example.org' });
  assert.is((await desk.client().signIn('ana@example.org', password.replace('Password: ', ''))).status, 401);
  assert.equal(await run('user list', {}), [
    'ana@example.org   supervisor     Ana  (inactive)',
    'root@example.org  developer',
  ]);
  assert.equal(await run('user activate', { email: 'ana@example.org' }), ['ana@example.org is active.']);
});

test('groups are created, granted, filled, emptied and listed', async () => {
  await run('user create', { email: 'ana@example.org', role: 'staff', password: 'correct horse battery' });
  assert.equal(await run('group create', { name: 'Desk' }), ['Created the group Desk.']);
  assert.equal(await run('group grant', { name: 'Desk', permission: 'user.view, audit.view' }), [
    'Granted user.view, audit.view to the group Desk.',
  ]);
  assert.equal(await run('group add', { name: 'Desk', email: 'ana@example.org' }), [
    'Added ana@example.org to the group Desk.',
  ]);
  const absent = (await rejection(run('group add', { name: 'Dsk', email: 'ana@example.org' }))).parts;
  assert.is(absent.why, 'There is no group Dsk.');
  assert.match(absent.fix, 'group list');
  assert.equal(await run('group list', {}), [
    'Desk',
    '  permissions: audit.view, user.view',
    '  members: ana@example.org',
  ]);
  const slip = run('group grant', { name: 'Desk', permission: 'user.veiw' });
  assert.match((await rejection(slip)).parts.why, 'Did you mean user.view?');
  assert.equal(await run('group revoke', { name: 'Desk', permission: 'user.view,audit.view' }), [
    'Revoked user.view, audit.view from the group Desk.',
  ]);
  assert.equal(await run('group remove', { name: 'Desk', email: 'ana@example.org' }), [
    'Removed ana@example.org from the group Desk.',
  ]);
  assert.equal(await run('group list', {}), ['Desk', '  permissions: none', '  members: none']);
});

test('doctor reports whether there is an administrator', async () => {
  const status = async (name: string) =>
    (
      await runCheck(
        checks.find((check) => check.name === name),
        desk.app,
      )
    ).status;
  assert.is(await status('administrator'), 'failed');
  await run('user create', { email: 'root@example.org', role: 'developer', password: 'correct horse battery' });
  assert.is(await status('administrator'), 'ok');
  assert.is(await status('password-hashing'), 'ok');
  assert.is(await status('password-hashes'), 'ok');
});
