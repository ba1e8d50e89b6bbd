// ctx.session over HTTP: the data of a sign-in is stored in its row, and written only if it has changed.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { RustioError } from '../../../core/errors/rustio-error.ts';
import { flash } from '../../../core/http/flash.ts';
import { seeOther } from '../../../core/http/redirect.ts';
import { definePlugin } from '../../../core/plugin.ts';
import { auditContext } from '../../../core/request/context.ts';
import { revokeSessions } from '../../../plugins/sessions/end-sessions.ts';
import { changeOfData } from '../../../plugins/sessions/session-data.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { type DatabaseProxy, throughProxy } from '../../support/database-proxy.ts';
import { SESSION_COOKIE } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';

declare module 'rustio-admin/sessions' {
  interface SessionData {
    notes?: string[];
    other?: unknown;
  }
}

/** Requests wait here until a test continues them. */
const waiting = new Map<string, () => void>();
const hold = (name: string): Promise<void> => new Promise((go) => waiting.set(name, go));

const notebook = definePlugin({
  name: 'notebook',
  api: 1,
  requires: ['sessions'],
  messages: { en: { 'notebook.worked': 'It worked: {label}.' } },
  routes(routes) {
    const access = { signedIn: true } as const;
    routes.get('/notes', { access }, (ctx) => {
      ctx.body = JSON.stringify(ctx.session?.notes ?? null);
    });
    routes.get('/open', { access: { open: true } }, (ctx) => {
      ctx.body = String(ctx.session);
    });
    routes.get('/unauthenticated', { access: { open: true }, authenticate: 'none' }, (ctx) => {
      ctx.body = String(ctx.session);
    });
    routes.get('/all', { access }, (ctx) => {
      ctx.body = JSON.stringify(ctx.session);
    });
    routes.get('/add/:note', { access, responses: [303] }, (ctx, app) => {
      if (ctx.session) ctx.session.notes = [...(ctx.session.notes ?? []), ctx.state.params.note ?? ''];
      seeOther(ctx, app.urls.to('/notes'));
    });
    routes.get('/push/:note', { access }, (ctx) => {
      ctx.session?.notes?.push(ctx.state.params.note ?? ''); // deep inside, nothing is assigned
      ctx.body = 'ok';
    });
    routes.get('/forget', { access }, (ctx) => {
      delete ctx.session?.notes;
      ctx.body = 'ok';
    });
    routes.get('/fail', { access, responses: [500] }, (ctx) => {
      if (ctx.session) ctx.session.notes = ['of a request that failed'];
      throw new RustioError('RIO-TEST', { problem: 'On purpose.', why: '', fix: '' });
    });
    routes.get('/missing', { access, responses: [404] }, (ctx, app) => {
      flash(ctx, app, { tone: 'bad', key: 'A message of a request that failed.' });
      throw new RustioError('RIO-TEST', { problem: 'Nothing here.', why: '', fix: '' }, { status: 404 });
    });
    routes.get('/other/:size', { access }, (ctx) => {
      if (ctx.session) ctx.session.other = 'x'.repeat(Number(ctx.state.params.size));
      ctx.body = 'ok';
    });
    routes.get('/odd', { access }, (ctx) => {
      if (ctx.session) ctx.session.other = { nul: 'a\0b', half: '\ud83d', n: 1 };
      ctx.body = 'ok';
    });
    routes.get('/slow/:name/:note', { access }, async (ctx) => {
      const { name = '', note = '' } = ctx.state.params;
      if (!ctx.session) return;
      if (name === 'other') ctx.session.other = note;
      else ctx.session.notes = [note];
      await hold(note);
      ctx.body = 'ok';
    });
    routes.get('/end', { access }, async (ctx, app) => {
      const { actor, session } = ctx.state;
      if (actor.kind !== 'user' || !session || !ctx.session) return;
      const which = { session: session.id, owner: actor.id };
      await app.database.transaction((tx) =>
        revokeSessions(tx, auditContext(ctx), app.events, { which, reason: 'user_requested', via: 'all' }),
      );
      ctx.session.notes = ['of a session that has ended'];
      ctx.body = 'ok';
    });
    routes.get('/authority', { access }, (ctx) => {
      if (ctx.session)
        Object.assign(ctx.session, { trust: 'mfa_verified', ended_at: null, token_hash: 'x', user_id: 1 });
      ctx.body = 'ok';
    });
    routes.get('/say', { access, responses: [303] }, (ctx, app) => {
      flash(ctx, app, { tone: 'good', key: 'notebook.worked', params: { label: 'l'.repeat(500) } });
      seeOther(ctx, app.urls.to('/account'));
    });
  },
});

const test = suite('sessions: session data');
let desk: TestApp;
let proxy: DatabaseProxy;
test.before(async () => {
  ({ app: desk, proxy } = await throughProxy((options) => testApp({ models: [], extend: [notebook] }, options)));
});
test.after(() => desk.close());

const rows = () =>
  desk.app.database.any(
    sql.type(
      z.object({ data: z.record(z.string(), z.unknown()), trust: z.string(), ended_reason: z.string().nullable() }),
    )`select data, trust, ended_reason from rustio_session order by created_at desc, id`,
  );

test('the data of a page is available on the next request, in this sign-in only', async () => {
  const [one, other] = [await desk.signInAs('staff'), await desk.signInAs('staff')];
  assert.is((await one.get('/admin/notes')).text, 'null');
  assert.is((await one.get('/admin/add/first')).status, 303);
  await one.get('/admin/add/second');
  assert.is((await one.get('/admin/notes')).text, '["first","second"]');
  await one.get('/admin/push/third');
  assert.is((await one.get('/admin/notes')).text, '["first","second","third"]');
  assert.is((await other.get('/admin/notes')).text, 'null');
  await one.get('/admin/forget');
  assert.is((await one.get('/admin/notes')).text, 'null');
  assert.equal((await rows())[1]?.data, {});
});

test('a request that changes nothing costs one statement; one that changes the data costs one more', async () => {
  const person = await desk.signInAs('staff');
  await person.get('/admin/add/first');
  proxy.statements();
  await person.get('/admin/notes');
  assert.is(proxy.statements(), 1);
  await person.get('/admin/add/second');
  assert.is(proxy.statements(), 2);
  await person.get('/admin/all');
  assert.is(proxy.statements(), 1);
  await desk.client().get('/admin/open');
  assert.is(proxy.statements(), 0);
});

test('anonymous requests and routes without authentication have no session', async () => {
  const person = await desk.signInAs('staff');
  assert.is((await person.get('/admin/open')).text, '[object Object]');
  assert.is((await person.get('/admin/unauthenticated')).text, 'null');
  const answer = await desk.client().get('/admin/open');
  assert.is(answer.text, 'null');
  assert.equal(answer.headers.getSetCookie(), []);
});

test('a failed request saves nothing', async () => {
  const person = await desk.signInAs('staff');
  await person.get('/admin/add/before');
  assert.is((await person.get('/admin/fail')).status, 500);
  assert.is((await person.get('/admin/notes')).text, '["before"]');
  const notFound = await person.get('/admin/missing');
  assert.is(notFound.status, 404);
  assert.not.match(notFound.text, 'A message of a request that failed.');
  assert.not.match((await person.get('/admin/account')).text, 'A message of a request that failed.');
});

test('a message is shown once, on the next page, even on an error page', async () => {
  const person = await desk.signInAs('staff');
  const answer = await person.get('/admin/say');
  assert.equal(answer.headers.getSetCookie(), [], 'it is kept in the session, not in a cookie');
  assert.match((await person.get('/admin/account')).text, /It worked: l{150,200}…/);
  assert.not.match((await person.get('/admin/account')).text, 'It worked');
  await person.get('/admin/say');
  assert.match((await person.get('/admin/missing')).text, 'It worked');
  assert.not.match((await person.get('/admin/account')).text, 'It worked');
});

test('more than 16 KB is rejected, and the previous data is kept', async () => {
  const person = await desk.signInAs('staff');
  await person.get('/admin/add/before');
  assert.is((await person.get('/admin/other/16000')).status, 200);
  const rejected = await person.get('/admin/other/17000');
  assert.is(rejected.status, 500);
  const logged = JSON.stringify(desk.errors.at(-1));
  assert.match(logged, 'RIO-SESSION-DATA');
  assert.match(logged, 'other');
  assert.is((await person.get('/admin/notes')).text, '["before"]');
  assert.is((await person.get('/admin/other/10')).status, 200);
});

test('a message about a completed change is saved, however little room plugins have left', async () => {
  const person = await desk.signInAs('staff');
  assert.is((await person.get('/admin/other/16300')).status, 200);
  assert.is((await person.get('/admin/say')).status, 303);
  assert.match((await person.get('/admin/account')).text, /It worked: l{150,200}…/);
});

test('names of Object.prototype are saved and removed like others', () => {
  assert.equal(changeOfData('{}', { constructor: 1 }), { set: { constructor: 1 }, removed: [] });
  assert.equal(changeOfData('{"constructor":1,"valueOf":2}', {}), { set: {}, removed: ['constructor', 'valueOf'] });
});

test('only unsupported characters are removed from text that PostgreSQL cannot store', async () => {
  const person = await desk.signInAs('staff');
  assert.is((await person.get('/admin/odd')).status, 200);
  assert.equal(JSON.parse((await person.get('/admin/all')).text), { other: { nul: 'ab', half: '\ufffd', n: 1 } });
});

test("concurrent requests keep each other's names; for the same name, the last change wins", async () => {
  const person = await desk.signInAs('staff');
  const held = async (path: string, note: string): Promise<{ done: Promise<unknown> }> => {
    const done = person.get(path);
    while (!waiting.has(note)) await new Promise((next) => setImmediate(next));
    return { done };
  };
  const release = async (note: string, { done }: { done: Promise<unknown> }): Promise<void> => {
    waiting.get(note)?.();
    waiting.delete(note);
    await done;
  };
  const [a, b] = [await held('/admin/slow/notes/a', 'a'), await held('/admin/slow/other/b', 'b')];
  await release('b', b);
  await release('a', a);
  assert.equal(JSON.parse((await person.get('/admin/all')).text), { notes: ['a'], other: 'b' });
  const [c, d] = [await held('/admin/slow/notes/c', 'c'), await held('/admin/slow/notes/d', 'd')];
  await release('d', d);
  await release('c', c);
  assert.is((await person.get('/admin/notes')).text, '["c"]');
});

test('attack: nothing in the data grants access: authority is stored in its own columns', async () => {
  const person = await desk.signInAs('staff');
  assert.is((await person.get('/admin/authority')).status, 200);
  const [row] = await rows();
  assert.is(row?.trust, 'authenticated');
  assert.is(row?.ended_reason, null);
  assert.is((await person.get('/admin/notes')).status, 200);
});

test('attack: a session that ends while a request changes its data is not revived, and the change is lost', async () => {
  const person = await desk.signInAs('staff');
  const failures = desk.errors.length;
  assert.is((await person.get('/admin/end')).status, 200);
  const [row] = await rows();
  assert.is(row?.ended_reason, 'user_requested');
  assert.equal(row?.data, {});
  assert.is((await person.get('/admin/notes')).status, 303);
  assert.is(desk.errors.length, failures);
});

test('a slow request does not restore a token that another one has replaced', async () => {
  const person = await desk.signInAs('staff');
  const slow = person.get('/admin/slow/notes/late');
  while (!waiting.has('late')) await new Promise((next) => setImmediate(next));
  const before = person.cookie(SESSION_COOKIE);
  await person.submit('/admin/reauth', { password: PASSWORD });
  const after = person.cookie(SESSION_COOKIE);
  assert.ok(after !== before);
  waiting.get('late')?.();
  assert.equal((await slow).headers.getSetCookie(), []);
  assert.is(person.cookie(SESSION_COOKIE), after);
  assert.is((await person.get('/admin/notes')).text, '["late"]', 'data outlives the rotation of the token');
});

test('the data ends with the session: an ended row has none, and a new session starts without data', async () => {
  const email = await desk.account('staff');
  const client = desk.client();
  await client.signIn(email, PASSWORD);
  await client.get('/admin/add/private');
  await client.post('/admin/logout', {});
  const [row] = await rows();
  assert.equal([row?.ended_reason, row?.data], ['logout', {}]);
  await client.signIn(email, PASSWORD);
  assert.is((await client.get('/admin/notes')).text, 'null');
});

test('if the database rejects the data, the request still succeeds', async () => {
  const person = await desk.signInAs('staff');
  await desk.app.database.query(sql.unsafe`
    alter table rustio_session add constraint no_notes check (not data ? 'notes') not valid
  `);
  assert.is((await person.get('/admin/add/first')).status, 303);
  assert.match(JSON.stringify(desk.errors.at(-1)), 'could not be saved');
  await desk.app.database.query(sql.unsafe`alter table rustio_session drop constraint no_notes`);
});
