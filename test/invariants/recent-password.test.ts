// Every route that changes the authority, credentials or sessions of an account asks for a recently entered password. The list of routes
// is that of the application, so that a new route without it fails here.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { RouteInfo } from '../../core/request/route-info.ts';
import { findAccountByEmail } from '../../plugins/auth/account.ts';
import { PASSWORD, type TestApp, testApp } from '../support/app.ts';
import { Client, type FormFields, parseForms } from '../support/client.ts';
import { suite } from '../support/suite.ts';

const test = suite('invariant: recent password');
const PLUGINS = ['auth', 'sessions', 'recovery', 'accounts', 'tokens', 'mfa'];

/** Routes that change something without it, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'POST /admin/login': 'signs in',
  'POST /admin/logout': 'ends the current session only',
  'POST /admin/reauth': 'asks for the password itself',
  'POST /admin/forgot-password': 'sends a link to the mailbox of the account',
  'POST /admin/reset-password/:token': 'the token of a link is the proof',
  'POST /admin/mfa': 'the code is the proof',
  'POST /admin/mfa/passkey': 'the passkey is the proof',
  'POST /admin/mfa/passkey/challenge': 'begins to ask for the proof',
  'POST /admin/reauth/passkey/challenge': 'begins to ask for the proof',
  'POST /admin/login/passkey': 'signs in',
  'POST /admin/login/passkey/challenge': 'begins to sign in',
  'POST /admin/invitation/:token': 'the token of a link is the proof',
};

let desk: TestApp;
let developer: Client;
test.before(async () => {
  desk = await testApp({});
  developer = await desk.signInAs('developer');
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

const nameOf = ({ method, path }: RouteInfo): string => `${method} ${path}`;

function changingRoutes(): readonly RouteInfo[] {
  return desk.app.routes.filter(({ method, owner }) => PLUGINS.includes(owner) && method !== 'GET');
}

const isRecent = ({ access }: RouteInfo): boolean => 'recent' in access && access.recent === true;

test('every route of these plugins that changes something requires it, with the exceptions above', () => {
  const routes = changingRoutes();
  assert.ok(routes.length >= 12);
  const without = routes.filter((route) => !isRecent(route)).map(nameOf);
  assert.equal(without.toSorted(), Object.keys(EXCEPTIONS).toSorted());
});

interface PostForm {
  readonly action: string;
  readonly fields: FormFields;
}

/** Every form of these pages that posts to one of the routes, with its values. */
async function formsOn(pages: readonly string[]): Promise<readonly PostForm[]> {
  const forms = new Map<string, PostForm>();
  for (const page of pages) {
    const { status, text } = await developer.get(page);
    assert.is(status, 200, page);
    for (const { action, fields } of parseForms(text))
      if (changingRoutes().some((route) => isRecent(route) && matches(route, action)))
        forms.set(action, { action, fields });
  }
  return [...forms.values()];
}

function matches({ path }: RouteInfo, action: string): boolean {
  // The page `+new` has a route of its own.
  const pattern = path.replaceAll(/[+]/g, '\\+').replaceAll(/:\w+/g, '[^/+]+');
  return new RegExp(`^${pattern}$`).test(action);
}

/** The content of the tables that these routes change. */
async function content(): Promise<string> {
  const rows = await desk.app.database.anyFirst(sql.type(z.object({ row: z.string() }))`
    select u::text as row from rustio_user u
    union all select g::text from rustio_group g
    union all select m::text from rustio_user_group m
    union all select p::text from rustio_user_permission p
    union all select q::text from rustio_group_permission q
    union all select l::text from rustio_account_link l
    union all select t::text from rustio_token t
    union all select f::text from rustio_mfa_totp f
    union all select b::text from rustio_mfa_backup_code b
    union all select k::text from rustio_mfa_passkey k
    union all select d::text from rustio_mfa_remembered_device d
    union all select s.id::text || coalesce(s.ended_reason, '') from rustio_session s
    order by 1
  `);
  return rows.join('\n');
}

test('without it, every form of these routes leads to the password and changes nothing', async () => {
  const own = (await findAccountByEmail(desk.app.database, 'developer-1@example.org'))?.id ?? 0;
  const email = await desk.account('staff', ['user.view']);
  const other = (await findAccountByEmail(desk.app.database, email))?.id ?? 0;
  const inactive = await desk.account('staff');
  await desk.command('user deactivate', { email: inactive });
  await desk.command('user invite', { email: 'invited@example.org', role: 'staff' });
  const invited = (await findAccountByEmail(desk.app.database, 'invited@example.org'))?.id ?? 0;
  const dormant = (await findAccountByEmail(desk.app.database, inactive))?.id ?? 0;
  const created = await developer.submit('/admin/account-groups/+new', { name: 'Editors', description: '' });
  await desk.command('group add', { name: 'Editors', email });
  const profile = '/admin/account/profile';
  await developer.submit(profile, { email: 'moved@example.org' }, `${profile}/email`);
  await desk.app.service('jobs').runDue();
  const mail = await desk.app.database.oneFirst(sql.type(z.object({ id: z.string() }))`
    select id from rustio_mail where recipient = 'moved@example.org'
  `);
  const [link = ''] =
    /\/admin\/account\/new-address\/[\w-]{43}/.exec((await developer.get(`/admin/dev/mail/${mail}`)).text) ?? [];
  const values = { name: 'x', permissions: '' };
  await desk.command('token create', { email: 'developer-1@example.org', ...values });
  await desk.command('user create', { email: 'program', service: true });
  await desk.command('token create', { email: 'program@service.invalid', ...values });
  const program = (await findAccountByEmail(desk.app.database, 'program@service.invalid'))?.id ?? 0;
  // Another session of the developer, so that there is one to end.
  await new Client(desk.url).signIn('developer-1@example.org', PASSWORD);

  // A second factor, and a remembered device.
  await desk.app.database.query(
    sql.unsafe`insert into rustio_mfa_totp (user_id, secret, last_step) values (${own}, '', 0)`,
  );
  await desk.app.database.query(sql.unsafe`
    insert into rustio_mfa_remembered_device (user_id, token_hash, expires_at)
    values (${own}, sha256('device'), now() + interval '1 day')
  `);
  await desk.app.database.query(sql.unsafe`update rustio_session set trust = 'mfa_verified' where user_id = ${own}`);

  const passkey = await desk.app.database.oneFirst(sql.type(z.object({ id: z.string() }))`
    insert into rustio_mfa_passkey (user_id, credential_id, public_key, counter, user_handle, name, aaguid, backed_up)
    values (${own}, sha256('key'), '', 0, sha256('handle'), 'Phone', gen_random_uuid(), false)
    returning id
  `);

  const forms = await formsOn([
    '/admin/accounts/+new',
    ...[other, dormant, invited, own].map((id) => `/admin/accounts/${id}`),
    '/admin/account-groups/+new',
    created.location,
    profile,
    link,
    '/admin/account/sessions',
    '/admin/account/mfa',
    `/admin/account/mfa/passkeys/${passkey}`,
    '/admin/account/tokens',
    '/admin/account/tokens/+new',
    '/admin/service-accounts/+new',
    `/admin/user-tokens/${program}`,
    `/admin/user-tokens/${program}/+new`,
    `/admin/account-recovery/${other}`,
  ]);
  // Only with a temporary password, without a second factor, or with a script: see the tests of recovery and mfa.
  const elsewhere = new Set([
    '/admin/account/new-password',
    '/admin/account/mfa/+enrol',
    '/admin/account/mfa/passkeys/+new',
    '/admin/account/mfa/passkeys/+new/challenge',
  ]);
  const untried = changingRoutes().filter(
    (route) => isRecent(route) && !elsewhere.has(route.path) && !forms.some(({ action }) => matches(route, action)),
  );
  assert.equal(untried.map(nameOf), [], 'every route has a form on one of these pages');
  for (const name of [
    'role',
    'deactivate',
    'activate',
    'groups',
    'permissions',
    'password',
    'erase',
    'profile',
    'invite',
    'withdraw',
  ])
    assert.ok(
      forms.some(({ action }) => action.endsWith(`/${name}`)),
      name,
    );

  await desk.app.database.query(sql.unsafe`
    update rustio_session set authenticated_at = now() - interval '16 minutes' where ended_at is null
  `);
  const before = await content();
  for (const { action, fields } of forms) {
    const filled = { ...fields, email: 'changed@example.org', name: 'Changed', role: 'supervisor', confirm: email };
    const { status, location } = await developer.post(action, filled);
    assert.is(status, 303, action);
    assert.match(location, /^\/admin\/reauth/, action);
  }
  assert.is(await content(), before);
});
