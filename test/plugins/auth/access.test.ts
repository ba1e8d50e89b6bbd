// Over HTTP: who passes `{ role }` and `{ permission }`, and a startup that reports a misspelled one.
import * as assert from 'uvu/assert';
import { RustioError } from '../../../core/errors/rustio-error.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { definePlugin } from '../../../core/plugin.ts';
import type { Access } from '../../../core/request/route-info.ts';
import { ROLES, type Role } from '../../../plugins/auth/roles.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';

const Boat = defineModel('boat', { fields: { name: field.text() } });
const paths: readonly (readonly [string, Access])[] = [
  ['/for-staff', { role: 'staff' }],
  ['/for-administrators', { role: 'administrator' }],
  ['/by-name', { permission: 'yard.launch' }],
  ['/both', { role: 'supervisor', permission: 'yard.launch' }],
  ['/of/:model', { permission: 'change' }],
  ['/no-model', { permission: 'change' }],
];
const yard = (more: readonly (readonly [string, Access])[] = []) =>
  definePlugin({
    name: 'yard',
    api: 1,
    permissions: [{ name: 'yard.launch', description: 'Launch boats' }],
    routes(routes) {
      for (const [path, access] of [...paths, ...more])
        routes.get(path, { access }, (ctx) => {
          ctx.body = 'open';
        });
    },
  });

const test = suite('auth: access');
let desk: TestApp;
test.before(async () => {
  desk = await testApp({ models: [Boat], extend: [yard()] });
});
test.after(() => desk.close());

const opened = async (role: Role, permissions: readonly string[]) => {
  const client = await desk.signInAs(role, permissions);
  const open: string[] = [];
  for (const [path] of paths) {
    const { status } = await client.get(`/admin${path.replace(':model', 'boats')}`);
    assert.ok(status === 200 || status === 403, `${path}: ${status}`);
    if (status === 200) open.push(path);
  }
  return open;
};

test('every role and permission opens exactly what it should', async () => {
  const table: Readonly<Record<Role, readonly (readonly string[])[]>> = {
    user: [[], []],
    staff: [['/for-staff'], ['/for-staff', '/by-name', '/of/:model']],
    supervisor: [['/for-staff'], ['/for-staff', '/by-name', '/both', '/of/:model']],
    administrator: [['/for-staff', '/for-administrators', '/by-name', '/both', '/of/:model']],
    developer: [['/for-staff', '/for-administrators', '/by-name', '/both', '/of/:model']],
  };
  for (const role of ROLES) {
    const [bare = [], granted = bare] = table[role];
    assert.equal(await opened(role, []), [...bare], role);
    assert.equal(await opened(role, ['yard.launch', 'boat.change']), [...granted], `${role} with permissions`);
  }
});

test('anonymous users are redirected to the sign-in page from any page', async () => {
  for (const [path] of paths)
    assert.match((await desk.client().get(`/admin${path.replace(':model', 'boats')}`)).location, /^\/admin\/login/);
});

test('a route that requires an undeclared permission prevents startup, with a suggestion', async () => {
  const misspelled = yard([
    ['/typo', { permission: 'yard.lanch' }],
    ['/typo/:model', { permission: 'chagne' }],
  ]);
  const outcome = await testApp({ models: [Boat], extend: [misspelled] }).catch((error: unknown) => error);
  if (!(outcome instanceof RustioError)) throw new Error('it booted');
  assert.is(outcome.code, 'RIO-BOOT-PROBLEMS');
  assert.match(outcome.details.join('\n'), 'Did you mean "yard.launch"?');
  assert.match(outcome.details.join('\n'), 'Did you mean "change"?');
});
