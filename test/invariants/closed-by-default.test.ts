// Invariant 7: every route × every role. What is expected follows from the access that the route declares.
import * as assert from 'uvu/assert';
import { definePlugin } from '../../core/plugin.ts';
import type { Access, RouteInfo } from '../../core/request/route-info.ts';
import { type TestApp, testApp } from '../support/app.ts';
import type { Client, TestResponse } from '../support/client.ts';
import { SESSION_COOKIE } from '../support/session-cookie.ts';
import { suite } from '../support/suite.ts';
import { fillLibrary, library } from './library.ts';
import { RANKED, type Somebody } from './ranked.ts';

const test = suite('invariant: closed by default');
const OF_BOOKS = ['book.view', 'book.add', 'book.change', 'book.delete'];
const people: readonly Somebody[] = [
  { role: 'user', permissions: [] },
  { role: 'user', permissions: OF_BOOKS },
  { role: 'staff', permissions: [] },
  { role: 'staff', permissions: OF_BOOKS },
  { role: 'staff', permissions: ['audit.view'] },
  { role: 'supervisor', permissions: [] },
  { role: 'administrator', permissions: [] },
  { role: 'developer', permissions: [] },
];
/** A page for a role, which no built-in plugin has. */
const ranks = definePlugin({
  name: 'ranks',
  api: 1,
  requires: ['auth'],
  routes(routes) {
    for (const role of RANKED) {
      routes.get(`/+for-${role}`, { access: { role } }, (ctx) => {
        ctx.body = role;
      });
    }
  },
});
let app: TestApp;
test.before(async () => {
  app = await testApp({ ...library, extend: [ranks] });
  await fillLibrary(app.app);
});
test.after(() => app.close());

test('there are routes of every kind of access', () => {
  const kinds = new Set(app.app.routes.flatMap(({ access }) => Object.keys(access)));
  assert.ok(app.app.routes.length >= 20);
  for (const kind of ['open', 'signedIn', 'role', 'permission']) assert.ok(kinds.has(kind), kind);
});

test('only signing in, invitations, recovering a password, signing out and choosing the theme are open to all', () => {
  const open = app.app.routes.filter(({ access }) => 'open' in access).map(({ method, path }) => `${method} ${path}`);
  assert.equal(open.sort(), [
    'GET /admin/forgot-password',
    'GET /admin/forgot-password/sent',
    'GET /admin/invitation/:token',
    'GET /admin/login',
    'GET /admin/reset-password/+done',
    'GET /admin/reset-password/:token',
    'POST /admin/+theme',
    'POST /admin/forgot-password',
    'POST /admin/invitation/:token',
    'POST /admin/login',
    'POST /admin/login/passkey',
    'POST /admin/login/passkey/challenge',
    'POST /admin/logout',
    'POST /admin/reset-password/:token',
  ]);
});

test('anonymous users are redirected to the sign-in page from every route that is not open', async () => {
  const stranger = app.client();
  for (const route of closedRoutes()) {
    const { status, location, text } = await call(stranger, route);
    assert.is(status, 303, nameOf(route));
    assert.match(location, /^\/admin\/login(\?next=|$)/);
    assert.not.match(text, 'Always coming home');
    const json = await call(stranger, route, { accept: 'application/json' });
    assert.is(json.status, 401, nameOf(route));
  }
  assert.is(stranger.cookie(SESSION_COOKIE), undefined);
});

test('a request with an invalid cookie is anonymous', async () => {
  for (const token of ['x', 'A'.repeat(43), '0'.repeat(10_000), "' or true --"]) {
    const client = app.client();
    client.setCookie(SESSION_COOKIE, token);
    assert.is((await client.get('/admin/books')).status, 303);
    assert.is(client.cookie(SESSION_COOKIE), undefined, 'and is taken away');
  }
});

for (const person of people) {
  test(`${person.role} with ${person.permissions.join(', ') || 'no permission'}: allowed only where the route's access allows it`, async () => {
    const client = await app.signInAs(person.role, person.permissions);
    const wrong: string[] = [];
    for (const route of closedRoutes()) {
      const answer = await call(client, route);
      const got = isLetIn(route, answer);
      if (got !== mayEnter(person, route.access)) wrong.push(`${nameOf(route)}: ${answer.status}, let in: ${got}`);
    }
    assert.equal(wrong, []);
  });
}

test('permissions for one model do not apply to another', async () => {
  const client = await app.signInAs('staff', OF_BOOKS);
  for (const route of closedRoutes().filter(({ path }) => path.includes(':model'))) {
    const { text } = await call(client, route, {}, 'authors');
    assert.match(text, 'RIO-HTTP-FORBIDDEN', nameOf(route));
  }
});

test('nothing unexpected was logged', () => {
  assert.equal(app.errors, []);
});

function closedRoutes(): readonly RouteInfo[] {
  return app.app.routes.filter(({ access }) => !('open' in access));
}

const nameOf = ({ method, path }: RouteInfo): string => `${method} ${path}`;

/** Posts have no form token, so that they change nothing: the token is checked after the access. */
function call(
  client: Client,
  { method, path }: RouteInfo,
  headers: Record<string, string> = {},
  model = 'books',
): Promise<TestResponse> {
  const address = path
    .replace(':model', model)
    .replace(':key', '1')
    .replace(':field', 'author')
    .replace(':name', 'nothing')
    .replace(':entry', '1')
    .replace(':side', 'after')
    .replace(':form', 'nothing')
    .replace(':token', 'nothing')
    .replace(':user', '999999')
    .replace(':id', '00000000-0000-4000-8000-000000000000');
  assert.not.match(address, ':');
  return method === 'GET' ? client.get(address, headers) : client.post(address, {}, headers);
}

function isLetIn({ method, path }: RouteInfo, { status, text }: TestResponse): boolean {
  if (method === 'POST') {
    // No account has such an id, which is checked before the token.
    if (path.endsWith('/account-recovery/:id') && status === 404) return true;
    assert.is(status, 403);
    return text.includes('RIO-HTTP-FORM-TOKEN');
  }
  // Books hold no files, no large values and no entries, and have no actions or tabs, no mail was sent, and no account has such an id: users
  // who are let in learn that there is none.
  // Nobody has a temporary password.
  if (path.endsWith('/account/new-password') && status === 303) return true;
  // Nobody has to prove a second factor.
  if (path.endsWith('/admin/mfa') && status === 303) return true;
  const inside =
    status ===
    (/\/(?:audit\/requests|\+(?:file|value|history|action|tab)|dev\/mail|accounts(?=\/:)|account-groups(?=\/:)|account-recovery(?=\/:)|user-tokens(?=\/:)|account\/new-address|account\/mfa\/passkeys(?=\/:))\//.test(
      path,
    )
      ? 404
      : 200);
  assert.ok(inside || text.includes('RIO-HTTP-FORBIDDEN'), String(status));
  return inside;
}

function mayEnter({ role, permissions }: Somebody, access: Access): boolean {
  const { role: wantedRole, permission } = { role: undefined, permission: undefined, ...access };
  const rank = RANKED.indexOf(role);
  if (wantedRole !== undefined && rank < RANKED.indexOf(wantedRole)) return false;
  if (permission === undefined || rank >= RANKED.indexOf('administrator')) return true;
  // Below staff permissions have no effect.
  if (rank < RANKED.indexOf('staff')) return false;
  return [permission].flat().every((name) => permissions.includes(name.includes('.') ? name : `book.${name}`));
}
