// Every route × every role × every state of the request: who gets in follows from the access that docs/urls.md states, by a model that
// does not use the code. A route that is neither in docs/urls.md nor in the list below fails.
import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { commandAuditContext } from '../../core/policy/actor.ts';
import type { RouteInfo } from '../../core/request/route-info.ts';
import { definePlugin, type Role, sql, z } from '../../index.ts';
import { findAccountByEmail } from '../../plugins/auth/account.ts';
import { createUser } from '../../plugins/auth/create-user.ts';
import { openSession } from '../../plugins/sessions/open-session.ts';
import { createToken } from '../../plugins/tokens/create-token.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { SESSION_COOKIE } from '../support/session-cookie.ts';
import { suite } from '../support/suite.ts';
import { fillLibrary, library } from './library.ts';
import { RANKED } from './ranked.ts';

const test = suite('invariant: every route, every role, every state');

// ── the model

/** What a route requires. */
interface Requirement {
  /** What authenticates its requests. */
  readonly scheme: 'session' | 'bearer';
  readonly isOpen: boolean;
  readonly role: Role | undefined;
  readonly permission: string | undefined;
  readonly isRecent: boolean;
}

const PROBES: Readonly<Record<string, Omit<Requirement, 'scheme' | 'isOpen'>>> = {
  'signed-in': { role: undefined, permission: undefined, isRecent: false },
  view: { role: undefined, permission: 'book.view', isRecent: false },
  delete: { role: undefined, permission: 'book.delete', isRecent: false },
  trail: { role: undefined, permission: 'audit.view', isRecent: false },
  ...Object.fromEntries(
    RANKED.map((role) => [`for-${role}`, { role, permission: undefined, isRecent: false }] as const),
  ),
  recent: { role: undefined, permission: undefined, isRecent: true },
  'view-recent': { role: undefined, permission: 'book.view', isRecent: true },
};
/** What a program sends. The access does not depend on it, so that a few of the routes have all of them. */
const methodsOf = (name: string): readonly ('GET' | 'POST' | 'DELETE')[] =>
  name === 'view' || name === 'delete' ? ['GET', 'POST', 'DELETE'] : ['GET'];

/** The requirements of all routes: `GET /admin/users`. */
function requirements(): ReadonlyMap<string, Requirement> {
  const docs = readFileSync(new URL('../../docs/urls.md', import.meta.url), 'utf8');
  const [table = ''] = docs.split('\n## ');
  const lines = [...table.matchAll(/^\| `([^`]+)` \| (GET|POST) \| ([^|]+) \|/gm)];
  const documented = lines.map(([, path, method, access = '']): readonly [string, Requirement] => [
    `${method} ${path}`,
    {
      scheme: 'session',
      isOpen: access === 'everyone',
      role: RANKED.find((role) => access.includes(`role \`${role}\``)),
      permission: /permission `([^`]+)`/.exec(access)?.[1],
      isRecent: access.includes('recent'),
    },
  ]);
  const probes = Object.entries(PROBES).flatMap(([name, probe]) =>
    methodsOf(name).map((method) => [`${method} /api/${name}`, { ...probe, scheme: 'bearer', isOpen: false }] as const),
  );
  const gates = ['GET', 'POST'].map((method): readonly [string, Requirement] => [
    `${method} /admin/+terms`,
    { scheme: 'session', isOpen: false, role: undefined, permission: undefined, isRecent: false },
  ]);
  return new Map([...documented, ...probes, ...gates]);
}

/** What each role holds besides what it has by itself. For a user below staff, it has no effect. */
const GRANTED: Readonly<Record<Role, readonly string[]>> = {
  user: ['book.view', 'audit.view'],
  staff: ['book.view', 'book.add', 'audit.view'],
  supervisor: ['book.view', 'book.change', 'jobs.view'],
  administrator: [],
  developer: [],
};
/** The permissions that a token of each role was limited to, and those of a token of somebody else. */
const SCOPES: Readonly<Record<Role, readonly string[]>> = {
  user: [],
  staff: ['book.view', 'book.add'],
  supervisor: ['book.view'],
  administrator: ['book.view', 'book.delete'],
  developer: ['audit.view'],
};
const OTHERS_SCOPES = ['book.delete'];

/** The states of a request: what it carries, and what the account still has to do. */
const STATES = [
  'anonymous',
  'signed in',
  'expired session',
  'ended session',
  'password entered long ago',
  'pending terms',
  'temporary password',
  'own token',
  'session and own token',
  'session and token of somebody else',
  'revoked token',
  'expired token',
  'token of a deactivated account',
] as const;
type State = (typeof STATES)[number];

/** Open pages of a locked-out user, of a link and of a theme, and the challenge to confirm a password: gates do not stop them. */
const SKIPS_GATES =
  /^GET \/admin\/(?:forgot-password(?:\/sent)?|reset-password\/(?::token|\+done)|invitation\/(?::token|\+done))$|^POST \/admin\/reauth\/passkey\/challenge$/;
/** What a user with a temporary password can still reach. */
const REACHABLE = /^\w+ \/admin\/(?:account\/(?:new-password|sessions(?:\/end-others|\/:id\/end)?)|reauth)$/;

type Decision = 'in' | 'denied' | 'sign in' | 'terms' | 'new password' | 'password' | 'other origin';

/** Who a request acts as: nobody, a person, or a token with the permissions that it is limited to. */
type Acting = 'nobody' | 'person' | { readonly scopes: readonly string[]; readonly owner: Role };

function actingAs(state: State, role: Role, scheme: Requirement['scheme']): Acting {
  if (scheme === 'session') {
    const hasSession = !/^anonymous|^expired|^ended|^own token|^revoked|^token of/.test(state);
    return hasSession ? 'person' : 'nobody';
  }
  if (state === 'own token' || state === 'session and own token') return { scopes: SCOPES[role], owner: role };
  if (state === 'session and token of somebody else') return { scopes: OTHERS_SCOPES, owner: 'developer' };
  return 'nobody';
}

const rankOf = (role: Role) => RANKED.indexOf(role);
const isAtLeast = (role: Role, other: Role) => rankOf(role) >= rankOf(other);

function holds(role: Role, permission: string): boolean {
  if (isAtLeast(role, 'administrator')) return true;
  const name = permission.includes('.') ? permission : `book.${permission}`;
  return isAtLeast(role, 'staff') && GRANTED[role].includes(name);
}

/** What must become of a request. */
function expected(name: string, route: Requirement, role: Role, state: State): Decision {
  // Without the header that every browser sends, no change is accepted, regardless of who asks for it.
  if (route.isOpen && name.startsWith('POST')) return 'other origin';
  const acting = actingAs(state, role, route.scheme);
  if (acting === 'nobody') return route.isOpen ? 'in' : 'sign in';
  if (acting === 'person') {
    if (!SKIPS_GATES.test(name)) {
      if (state === 'temporary password' && !REACHABLE.test(name)) return 'new password';
      if (state === 'pending terms' && !name.endsWith('/+terms')) return 'terms';
      if (state === 'password entered long ago' && route.isRecent) return 'password';
    }
    if (route.role !== undefined && !isAtLeast(role, route.role)) return 'denied';
    return route.permission === undefined || holds(role, route.permission) ? 'in' : 'denied';
  }
  // A token has no role and has never entered a password.
  const { scopes, owner } = acting;
  if (route.role !== undefined) return 'denied';
  if (route.permission !== undefined && !(scopes.includes(route.permission) && holds(owner, route.permission)))
    return 'denied';
  return route.isRecent ? 'sign in' : 'in';
}

// ── the application

const pending = new Set<string>();
const probes = definePlugin({
  name: 'probes',
  api: 1,
  requires: ['tokens'],
  gates: [
    {
      name: 'terms',
      page: '/+terms',
      stage: 'enrolment',
      passes: ({ state: { actor } }) => actor.kind !== 'user' || !pending.has(actor.name),
    },
  ],
  routes(routes) {
    const own = { access: { signedIn: true }, skipGates: ['terms'] } as const;
    routes.get('/+terms', own, (ctx) => {
      ctx.body = 'terms';
    });
    routes.post('/+terms', own, (ctx) => {
      ctx.body = 'terms';
    });
    for (const [name, { role, permission, isRecent }] of Object.entries(PROBES))
      for (const method of methodsOf(name))
        routes.add({
          method,
          path: `/api/${name}`,
          at: 'root',
          authenticate: 'bearer',
          body: 'none',
          access: {
            signedIn: true,
            ...(role && { role }),
            ...(permission && { permission }),
            ...(isRecent && { recent: true }),
          },
          output: z.object({ who: z.string() }),
          handler: ({ state: { actor } }) => ({ who: actor.name }),
        });
  },
});

let desk: TestApp;
/** Values of the parameters of paths, so that there is something to get into. */
let parameters: Readonly<Record<string, string>> = {};
/** The headers of a request, by role and state. */
const headers = new Map<string, Readonly<Record<string, string>>>();
const keyOf = (role: Role, state: State) => `${role}, ${state}`;

async function idOf(email: string): Promise<number> {
  return (await findAccountByEmail(desk.app.database, email))?.id ?? 0;
}

async function sessionOf(userId: number, change = sql.fragment`trust = trust`): Promise<string> {
  const { app } = desk;
  const session = { userId, ip: '127.0.0.1', userAgent: 'tests' };
  const { id, token } = await app.database.transaction((tx) => openSession(tx, session, app.options('sessions')));
  await app.database.query(sql.unsafe`update rustio_session set ${change} where id = ${id}::uuid`);
  return `${SESSION_COOKIE}=${token}`;
}

async function tokenOf(userId: number, permissions: readonly string[]): Promise<{ text: string; id: string }> {
  const { app } = desk;
  const request = { userId, name: 'Program', permissions };
  const created = await app.database.transaction((tx) => createToken(tx, commandAuditContext(), app, request));
  if (created.outcome !== 'done') throw new Error(JSON.stringify(created));
  return { text: `Bearer ${created.text}`, id: created.id };
}

async function prepare(role: Role, others: string): Promise<void> {
  const { database } = desk.app;
  const person = async () => {
    const email = await desk.account(role, GRANTED[role]);
    return { email, id: await idOf(email) };
  };
  const [user, unwilling, renewing, dismissed] = [await person(), await person(), await person(), await person()];
  pending.add(unwilling.email);
  await database.query(sql.unsafe`update rustio_user set must_change_password = true where id = ${renewing.id}`);
  const [own, revoked, expired, orphaned] = [
    await tokenOf(user.id, SCOPES[role]),
    await tokenOf(user.id, SCOPES[role]),
    await tokenOf(user.id, SCOPES[role]),
    await tokenOf(dismissed.id, SCOPES[role]),
  ];
  await database.query(sql.unsafe`
    update rustio_token set created_at = now() - interval '2 days', expires_at = now() - interval '1 second'
    where public_id = ${expired.id}
  `);
  await desk.command('token revoke', { id: revoked.id });
  await database.query(sql.unsafe`update rustio_user set active = false where id = ${dismissed.id}`);
  const session = await sessionOf(user.id);
  const longAgo = sql.fragment`authenticated_at = now() - interval '1 day'`;
  const ofStates: Readonly<Record<State, Readonly<Record<string, string>>>> = {
    anonymous: {},
    'signed in': { cookie: session },
    'expired session': { cookie: await sessionOf(user.id, sql.fragment`idle_expires_at = now()`) },
    'ended session': { cookie: await sessionOf(user.id, sql.fragment`ended_at = now(), ended_reason = 'logout'`) },
    'password entered long ago': { cookie: await sessionOf(user.id, longAgo) },
    'pending terms': { cookie: await sessionOf(unwilling.id) },
    'temporary password': { cookie: await sessionOf(renewing.id) },
    'own token': { authorization: own.text },
    'session and own token': { cookie: session, authorization: own.text },
    'session and token of somebody else': { cookie: session, authorization: others },
    'revoked token': { authorization: revoked.text },
    'expired token': { authorization: expired.text },
    'token of a deactivated account': { authorization: orphaned.text },
  };
  for (const state of STATES) headers.set(keyOf(role, state), ofStates[state]);
}

test.before(async () => {
  desk = await testApp({ ...library, extend: [probes] });
  const { app } = desk;
  await fillLibrary(app);
  await desk.command('group create', { name: 'Readers' });
  const service = await app.database.transaction((tx) =>
    createUser(tx, commandAuditContext(), app.events, { email: 'program', role: 'staff', service: true }),
  );
  if (service.outcome !== 'done') throw new Error(service.outcome);
  const [victim, developer] = [await idOf(await desk.account('staff')), await idOf(await desk.account('developer'))];
  parameters = {
    ':model': 'books',
    ':key': '1',
    ':field': 'author',
    ':entry': '1',
    ':side': 'after',
    ':name': 'nothing',
    ':form': 'nothing',
    ':token': 'nothing',
    ':user': String(service.id),
    '/account-groups/:id': '/account-groups/1',
    '/sessions/:id': '/sessions/00000000-0000-4000-8000-000000000000',
    '/tokens/:id': '/tokens/000000000000',
    ':id': String(victim),
  };
  const others = (await tokenOf(developer, OTHERS_SCOPES)).text;
  for (const role of RANKED) await prepare(role, others);
});
test.after(() => desk.close());

function addressOf({ path }: RouteInfo): string {
  const address = Object.entries(parameters).reduce((text, [name, value]) => text.replace(name, value), path);
  assert.not.match(address, ':');
  return address;
}

/** What became of a request. Posts carry no form token, so that those that get in change nothing. */
async function observe(route: RouteInfo, isOpen: boolean, carried: Readonly<Record<string, string>>): Promise<string> {
  const isRead = route.method === 'GET';
  const answer = await fetch(desk.url + addressOf(route), {
    method: route.method,
    redirect: 'manual',
    headers: {
      accept: 'text/html',
      ...(!isRead && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...(!isRead && !isOpen && { origin: desk.url, 'sec-fetch-site': 'same-origin' }),
      ...carried,
    },
    ...(!isRead && route.body.kind !== 'none' && { body: 'x=1' }),
  });
  const text = await answer.text();
  const location = answer.headers.get('location') ?? '';
  const [, page = ''] = /^\/admin(\/[^?]*)/.exec(location) ?? [];
  if (answer.status === 401 || page === '/login') return 'sign in';
  if (page === '/+terms') return 'terms';
  if (page === '/account/new-password') return 'new password';
  if (page === '/reauth') return 'password';
  if (answer.status === 403) {
    if (text.includes('RIO-HTTP-ORIGIN')) return 'other origin';
    if (text.includes('RIO-HTTP-FORM-TOKEN')) return 'in';
    return text.includes('RIO-HTTP-FORBIDDEN') ? 'denied' : `403 ${text}`;
  }
  return [200, 303, 404].includes(answer.status) ? 'in' : `${answer.status} ${text}`;
}

const nameOf = ({ method, path }: RouteInfo): string => `${method} ${path}`;

test('every route of the application is listed with what it requires', () => {
  const listed = requirements();
  assert.equal(
    desk.app.routes.map(nameOf).filter((name) => !listed.has(name)),
    [],
  );
  assert.equal(
    [...listed.keys()].filter((name) => !desk.app.routes.some((route) => nameOf(route) === name)),
    [],
  );
});

for (const role of RANKED) {
  test(`${role}: every route in every state does what its access says, and nothing more`, async () => {
    const listed = requirements();
    const requests = desk.app.routes.flatMap((route) => {
      const scheme = listed.get(nameOf(route))?.scheme ?? 'session';
      // A request of nobody has no role: these states are tried with the account that has the most to lose.
      const states = STATES.filter((state) => role === 'developer' || actingAs(state, role, scheme) !== 'nobody');
      return states.map((state) => ({ route, state }));
    });
    assert.ok(requests.length > 400);
    const wrong: string[] = [];
    const seen = new Set<string>();
    const worker = async () => {
      for (let next = requests.pop(); next !== undefined; next = requests.pop()) {
        const { route, state } = next;
        const name = nameOf(route);
        const requirement = listed.get(name);
        if (!requirement) continue; // reported by the test above
        const decision = await observe(route, requirement.isOpen, headers.get(keyOf(role, state)) ?? {});
        const wanted = expected(name, requirement, role, state);
        seen.add(wanted);
        if (decision !== wanted) wrong.push(`${name}, ${state}: ${decision} instead of ${wanted}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    assert.equal(wrong.toSorted(), []);
    for (const each of ['in', 'sign in', 'denied', 'terms', 'new password', 'password', 'other origin'])
      assert.ok(seen.has(each), each);
  });
}

test('nothing unexpected was logged', () => assert.equal(desk.errors, []));
