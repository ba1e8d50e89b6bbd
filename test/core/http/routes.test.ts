// Routes as plugins declare them: methods, paths, schemas, authentication, headers, and invalid declarations.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  type Context,
  defineModel,
  definePlugin,
  field,
  type Plugin,
  type RouteDefinition,
  type Routes,
  z,
} from 'rustio-admin/plugin';
import * as assert from 'uvu/assert';
import { describeStack } from '../../../core/http/router.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { formTokenOf } from '../../support/client.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { OWN_FORM, type RawResponse, rawRequest } from './raw-request.ts';

const test = suite('routes');

const open = { access: { open: true } } as const;
const api = { at: 'root', authenticate: 'robot', access: { open: true } } as const;
const SECRET = 'shared with the sender';
const steps: string[] = [];

const Note = defineModel('note', { fields: { title: field.text() } });

const site = definePlugin({
  name: 'site',
  api: 1,
  authenticators: () => [
    {
      scheme: 'robot',
      ambient: false,
      challenge: 'Bearer realm="api"',
      authenticate: (ctx) =>
        ctx.get('authorization') === 'Bearer good'
          ? { actor: { kind: 'job', name: 'robot', permissions: new Set() }, credential: { scheme: 'robot', id: '1' } }
          : undefined,
    },
  ],
  middleware: () => [
    {
      name: 'outermost',
      stage: 'before-route',
      run: async (ctx, next) => {
        steps.push(`before-route ${ctx.state.route === undefined}`);
        await next();
      },
    },
    {
      name: 'allowed',
      stage: 'after-access',
      run: async (ctx, next) => {
        steps.push(`after-access ${ctx.state.body === undefined}`);
        await next();
      },
    },
    {
      name: 'around',
      stage: 'around-handler',
      run: async (ctx, next) => {
        steps.push(`around-handler ${ctx.state.body !== undefined}`);
        await next();
        steps.push('after the handler');
      },
    },
    {
      name: 'broken',
      stage: 'on-error',
      run: async (ctx, next) => {
        if (ctx.get('x-break') === 'before') throw new Error('broken before');
        await next();
        if (ctx.get('x-break') === 'after') throw new Error('broken after');
      },
    },
    {
      name: 'witness',
      stage: 'on-error',
      run: async (ctx, next) => {
        steps.push(`on-error ${ctx.state.error instanceof Error && ctx.state.error.message}`);
        await next();
      },
    },
  ],
  routes(routes) {
    routes.get('/', { ...open, at: 'root' }, (ctx) => {
      ctx.body = 'the public site';
    });
    routes.get('/blog/:slug', { ...open, at: 'root', headers: HEADERS }, (ctx) => {
      if (ctx.state.params.slug === 'broken') throw new Error('no such post');
      ctx.body = `post ${ctx.state.params.slug}`;
    });
    routes.get('/members', { access: { signedIn: true }, at: 'root', headers: HEADERS }, (ctx) => {
      ctx.body = 'members only';
    });
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      routes.add({ ...api, method, path: '/api/any', body: 'none', handler: () => ({ method }) });
    }
    routes.add({
      ...api,
      method: 'POST',
      path: '/api/notes',
      query: z.strictObject({
        dry: z.stringbool().optional(),
        tag: z.union([z.string(), z.array(z.string())]).optional(),
      }),
      input: z.strictObject({ title: z.string().max(10), size: z.int().default(1) }),
      output: z.object({ id: z.string(), title: z.string(), size: z.int(), tag: z.unknown() }),
      responses: [201],
      handler: (ctx, _app, { input, query }) => {
        ctx.status = 201;
        return { id: query.dry ? 'none' : '1', ...input, tag: query.tag, secret: 'never sent' };
      },
    });
    routes.add({
      ...api,
      method: 'GET',
      path: '/api/wrong',
      output: z.object({ id: z.string() }),
      handler: wrongOutput,
    });
    routes.add({ ...api, method: 'DELETE', path: '/api/notes/:id', handler: () => {} });
    routes.add({
      ...api,
      method: 'GET',
      path: '/api/missing',
      responses: [404],
      handler: answerWith(404),
    });
    routes.add({ ...api, method: 'GET', path: '/api/null', output: z.null(), handler: () => null });
    routes.add({ ...api, method: 'GET', path: '/api/word', output: z.string(), handler: () => '<b>word</b>' });
    routes.add({ ...api, method: 'GET', path: '/api/bytes', handler: () => Buffer.from('bytes') });
    routes.add({ ...api, method: 'GET', path: '/api/set', handler: setsBody });
    routes.add({ ...api, method: 'GET', path: '/api/odd', handler: answerWith(202) });
    routes.add({
      ...api,
      access: { signedIn: true },
      method: 'POST',
      path: '/api/mine',
      handler: ({ state: { actor, credential } }) => ({ actor: actor.kind, scheme: credential?.scheme }),
    });
    routes.add({
      ...open,
      method: 'POST',
      path: '/form',
      input: z.strictObject({ one: z.string().max(3), many: z.array(z.string()).default([]) }),
      responses: [200],
      handler: (ctx, _app, { input }) => {
        ctx.body = input;
      },
    });
    routes.post('/hook', { ...api, authenticate: 'none', csrf: 'none', body: 'raw', format: 'json' }, (ctx) => {
      const { body } = ctx.state;
      const signed = createHmac('sha256', SECRET)
        .update(Buffer.isBuffer(body) ? body : '')
        .digest();
      const sent = Buffer.from(ctx.get('x-signature'), 'hex');
      ctx.body = { accepted: sent.length === signed.length && timingSafeEqual(sent, signed) };
    });
    routes.post('/subscribe', { ...open, at: 'root', authenticate: 'none' }, (ctx) => ctx.redirect('/thanks'));
    routes.get('/silent', open, () => {});
    routes.get('/stream/:failure', open, (ctx) => {
      ctx.type = 'text/plain';
      ctx.body = Readable.from(failing(ctx.state.params.failure === 'late'));
    });
    routes.add({ ...api, method: 'GET', path: '/api/of/:model', handler: ({ state }) => state.model?.name });
    routes.add({
      method: 'PUT',
      path: '/preferences',
      access: { signedIn: true },
      format: 'json',
      input: z.strictObject({ dense: z.boolean() }),
      handler: (_ctx, _app, { input }) => input,
    });
    routes.get('/of/:model', open, (ctx) => {
      ctx.body = ctx.state.model?.name;
    });
  },
});

const HEADERS = {
  'content-security-policy': "default-src 'none'",
  'cache-control': 'private, max-age=60',
  'x-site': 'yes',
} as const;

function answerWith(status: number): (ctx: Context) => void {
  return (ctx) => {
    ctx.status = status;
  };
}

function setsBody(ctx: Context): void {
  ctx.body = { set: true };
}

/** Has no ID, although its type declares one. */
function wrongOutput(): { id: string } {
  return JSON.parse('{"name":"no id"}');
}

async function* failing(late: boolean): AsyncGenerator<string> {
  if (late) yield 'the first half';
  throw new Error('the disk failed');
}

let app: TestApp;
test.before(async () => {
  app = await testApp({ models: [Note], extend: [site] });
});
test.before.each(() => void steps.splice(0));
test.after(() => app.close());

const GOOD = { authorization: 'Bearer good' };
const JSON_BODY = { 'content-type': 'application/json' };

function send(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
): Promise<RawResponse> {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return rawRequest(app.url, method, path, { ...headers, ...length }, body);
}

const jsonOf = ({ text }: RawResponse) => JSON.parse(text);

/** The messages logged at `error` since the last call. */
function logged(): readonly string[] {
  const lines = app.errors.map(({ msg }) => String(msg));
  const from = looked;
  looked = lines.length;
  return lines.slice(from);
}
let looked = 0;
test.after.each(() => assert.equal(logged(), []));

test('each method is a separate route; HEAD behaves like GET; OPTIONS and others get 405 with Allow', async () => {
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
    const answer = await send(method, '/api/any');
    assert.is(answer.status, 200, method);
    assert.equal(jsonOf(answer), { method });
  }
  const head = await send('HEAD', '/api/any');
  assert.is(head.status, 200);
  assert.is(head.headers['content-length'], String('{"method":"GET"}'.length));
  const options = await send('OPTIONS', '/api/any');
  assert.is(options.status, 405);
  assert.is(options.headers.allow, 'DELETE, GET, HEAD, PATCH, POST, PUT');
  assert.is(options.headers['access-control-allow-origin'], undefined);
  assert.is((await send('PUT', '/api/notes')).headers.allow, 'POST');
  assert.is((await send('PUT', '/api/notes/1')).headers.allow, 'DELETE');
  assert.is((await send('GET', '/api/nothing')).status, 404);
});

test('a route at the root is outside the admin; one at / replaces the redirect to it', async () => {
  const home = await send('GET', '/', { accept: 'text/html' });
  assert.is(home.status, 200);
  assert.is(home.text, 'the public site');
  assert.is((await send('GET', '/blog/first-post')).text, 'post first-post');
  for (const path of ['/admin/blog/first-post', '/blog', '/blog/', '/blog/a/b', '/Blog/a']) {
    assert.is((await send('GET', path, { accept: 'application/json' })).status, 404, path);
  }
});

test('for a form of a public page, only the origin is checked', async () => {
  const elsewhere = { ...OWN_FORM, 'sec-fetch-site': 'cross-site' };
  assert.is((await send('POST', '/subscribe', elsewhere, 'a=1')).status, 403);
  steps.splice(0);
  assert.is((await send('POST', '/subscribe', OWN_FORM, 'a=1')).status, 302);
  assert.match(logged().join(), 'undeclared response');
});

test('the value returned by a handler is validated and sent with the status that it set', async () => {
  const answer = await send('POST', '/api/notes?tag=a&tag=b', JSON_BODY, '{"title":"one"}');
  assert.is(answer.status, 201);
  assert.match(String(answer.headers['content-type']), 'application/json');
  assert.equal(jsonOf(answer), { id: '1', title: 'one', size: 1, tag: ['a', 'b'] });
  assert.equal(jsonOf(await send('POST', '/api/notes?dry=true&tag=a', JSON_BODY, '{"title":"two","size":2}')), {
    id: 'none',
    title: 'two',
    size: 2,
    tag: 'a',
  });
});

test('an invalid query is 400, an invalid input 422, with the path of each issue', async () => {
  const query = await send('POST', '/api/notes?dry=perhaps&more=1', JSON_BODY, '{"title":"one"}');
  assert.is(query.status, 400);
  assert.equal(jsonOf(query).error.code, 'RIO-HTTP-INPUT');
  assert.equal(
    jsonOf(query).error.issues.map(({ path }: { path: string }) => path),
    ['dry', ''],
  );
  const input = await send('POST', '/api/notes', JSON_BODY, '{"title":"much too long","size":1.5}');
  assert.is(input.status, 422);
  assert.equal(
    jsonOf(input).error.issues.map(({ path }: { path: string }) => path),
    ['title', 'size'],
  );
  assert.is((await send('POST', '/api/notes', JSON_BODY, '[]')).status, 422);
  assert.is((await send('POST', '/api/notes', JSON_BODY, '{')).status, 400);
});

test('a returned value that does not match the schema is a 500 and is not sent', async () => {
  const answer = await send('GET', '/api/wrong');
  assert.is(answer.status, 500);
  assert.is(jsonOf(answer).error.code, 'RIO-HTTP-UNEXPECTED');
  assert.not.match(answer.text, 'no id');
  assert.equal(logged(), ['An unexpected error occurred.']);
});

test('JSON routes: undefined is 204; null, strings and bytes are sent; a status that was set is kept', async () => {
  const deleted = await send('DELETE', '/api/notes/1');
  assert.is(deleted.status, 204);
  assert.is(deleted.headers['content-type'], undefined);
  assert.is((await send('GET', '/api/missing')).status, 404);
  assert.is((await send('GET', '/api/null')).text, 'null');
  const word = await send('GET', '/api/word');
  assert.is(word.text, '"<b>word</b>"');
  assert.match(String(word.headers['content-type']), 'application/json');
  const bytes = await send('GET', '/api/bytes');
  assert.is(bytes.text, 'bytes');
  assert.is(bytes.headers['content-type'], 'application/octet-stream');
  const set = await send('GET', '/api/set');
  assert.is(set.status, 200);
  assert.equal(jsonOf(set), { set: true });
});

test('an undeclared response is logged, and a page without a response is a 500', async () => {
  assert.is((await send('GET', '/api/odd')).status, 202);
  assert.match(logged().join(), 'undeclared response');
  assert.is((await send('GET', '/admin/silent')).status, 500);
  assert.equal(logged(), ['An unexpected error occurred.']);
  assert.match(JSON.stringify(app.errors.at(-1)), 'GET /admin/silent of site did not send a response');
});

test('the schema of a form receives strings, arrays for repeated names, and no protocol fields', async () => {
  const answer = await send('POST', '/admin/form', OWN_FORM, 'one=1&many=a&many=b&%7Etoken=x');
  assert.is(answer.status, 200, answer.text);
  assert.equal(jsonOf(answer), { one: '1', many: ['a', 'b'] });
  for (const wrong of ['one=1&one=2', 'many=a&many=b', 'one=long', 'one=1&other=2', 'one=1&__proto__=2']) {
    assert.is((await send('POST', '/admin/form', OWN_FORM, wrong)).status, 422, wrong);
  }
});

test('a webhook is authenticated by its signature over the raw bytes', async () => {
  const body = '{"event" : "paid"}';
  const signature = createHmac('sha256', SECRET).update(body).digest('hex');
  const hook = (headers: Readonly<Record<string, string>>) => send('POST', '/hook', { ...JSON_BODY, ...headers }, body);
  assert.equal(jsonOf(await hook({ 'x-signature': signature })), { accepted: true });
  assert.equal(jsonOf(await hook({ 'x-signature': signature.replace(/^../, '00') })), { accepted: false });
  assert.equal(jsonOf(await hook({ 'sec-fetch-site': 'cross-site' })), { accepted: false });
});

test('a bearer token gives access to routes of its scheme; without one the response is 401 in JSON, not a redirect', async () => {
  const mine = await send('POST', '/api/mine', { ...JSON_BODY, ...GOOD }, '{}');
  assert.is(mine.status, 200);
  assert.equal(jsonOf(mine), { actor: 'job', scheme: 'robot' });
  for (const headers of [{}, { authorization: 'Bearer bad' }, { authorization: 'Basic good' }]) {
    const rejected = await send('POST', '/api/mine', { ...JSON_BODY, accept: 'text/html', ...headers }, '{}');
    assert.is(rejected.status, 401);
    assert.is(rejected.headers['www-authenticate'], 'Bearer realm="api"');
    const { code, problem, why, fix } = jsonOf(rejected).error;
    assert.is(code, 'RIO-HTTP-SIGN-IN');
    assert.equal(
      [problem, why, fix],
      ['Authentication is required.', 'The request has no valid token.', 'Send a valid token with the request.'],
    );
  }
});

test('a cookie gives no access to routes for tokens, nor a token to routes for cookies', async () => {
  const client = await app.signInAs('administrator');
  assert.is((await client.get('/members')).status, 200);
  const { status } = await client.request('POST', '/api/mine', '{}', { ...JSON_BODY, 'sec-fetch-site': 'same-origin' });
  assert.is(status, 401);
  const page = await send('GET', '/members', { ...GOOD, accept: 'text/html' });
  assert.is(page.status, 303);
  assert.match(String(page.headers.location), '/admin/login');
});

test('the headers of a route are set on its own responses, not on sign-in redirects or errors', async () => {
  const post = await send('GET', '/blog/a');
  for (const [name, value] of Object.entries(HEADERS)) assert.is(post.headers[name], value, name);
  assert.is(post.headers['x-content-type-options'], 'nosniff');
  for (const path of ['/members', '/blog/broken']) {
    const { headers } = await send('GET', path, { accept: 'text/html' });
    assert.is(headers['cache-control'], 'no-store', path);
    assert.is(headers['x-site'], undefined, path);
    assert.match(String(headers['content-security-policy']), "default-src 'self'", path);
  }
  assert.equal(logged(), ['An unexpected error occurred.']);
});

test('`:model` matches the slug of a model and nothing else', async () => {
  assert.is((await send('GET', '/admin/of/notes')).text, 'note');
  for (const slug of ['note', 'Notes', 'nothing']) {
    const { status, headers } = await send('PUT', `/admin/of/${slug}`);
    assert.is(status, 404, slug);
    assert.is(headers.allow, undefined, slug);
  }
  assert.is((await send('PUT', '/admin/of/notes')).headers.allow, 'GET, HEAD');
});

test('JSON routes report an unknown method or model as JSON, regardless of the Accept header', async () => {
  const accept = { accept: 'text/html' };
  const method = await send('PUT', '/api/notes', accept);
  assert.is(method.status, 405);
  assert.is(jsonOf(method).error.code, 'RIO-HTTP-METHOD');
  assert.is(jsonOf(method).error.fix, `Use one of these methods: ${method.headers.allow}.`);
  const unknown = await send('GET', '/api/of/nothing', accept);
  assert.is(unknown.status, 404);
  assert.is(jsonOf(unknown).error.code, 'RIO-HTTP-NOT-FOUND');
  assert.is((await send('GET', '/api/of/notes')).text, '"note"');
});

test('JSON from our own pages needs the CSRF token in a header', async () => {
  const client = await app.signInAs('administrator');
  const token = formTokenOf((await client.get('/admin')).text);
  const put = (headers: Readonly<Record<string, string>>) =>
    client.request('PUT', '/admin/preferences', '{"dense":true}', { ...JSON_BODY, origin: client.origin, ...headers });
  const saved = await put({ 'x-csrf-token': token });
  assert.is(saved.status, 200, saved.text);
  assert.equal(JSON.parse(saved.text), { dense: true });
  assert.is((await put({})).status, 403);
  assert.is((await put({ 'x-csrf-token': `${token.slice(0, -4)}AAAA` })).status, 403);
  assert.is((await put({ 'x-csrf-token': token, origin: 'https://evil.example' })).status, 403);
  const anonymous = await send('PUT', '/admin/preferences', { ...JSON_BODY, ...OWN_FORM, ...JSON_BODY }, '{}');
  assert.is(anonymous.status, 401);
  assert.is(jsonOf(anonymous).error.problem, 'You are not signed in.');
});

test('middleware runs at its stage, with the state available at that point', async () => {
  await send('POST', '/api/notes', JSON_BODY, '{"title":"one"}');
  assert.equal(steps, ['before-route true', 'after-access true', 'around-handler true', 'after the handler']);
  steps.splice(0);
  await send('POST', '/api/mine', JSON_BODY, '{}');
  assert.equal(steps, ['before-route true', 'on-error Authentication is required.']);
});

test('on-error middleware that fails is logged, and the error page is shown', async () => {
  for (const when of ['before', 'after']) {
    const answer = await send('GET', '/nowhere', { accept: 'text/html', 'x-break': when });
    assert.is(answer.status, 404);
    assert.match(answer.text, 'RIO-HTTP-NOT-FOUND');
    assert.equal(logged(), ['middleware of the stage on-error failed']);
    assert.ok(steps.includes('on-error Page not found.'));
  }
});

test('a failing response stream is closed and logged, whether or not it has started', async () => {
  for (const failure of ['late', 'early']) {
    const failed = await send('GET', `/admin/stream/${failure}`).then(
      ({ status }) => `answered ${status}`,
      (error: Error) => error.message,
    );
    assert.match(failed, /aborted|socket hang up|ECONNRESET/, failure);
    assert.ok(logged().includes('the response failed after it had begun'), failure);
    assert.match(JSON.stringify(app.errors.at(-1)), 'the disk failed');
  }
  assert.is((await send('GET', '/api/any')).status, 200);
});

test('every step of a stack has a name', () => {
  const { booted } = app;
  const stack = (method: string, path: string): readonly string[] => {
    const route = booted.routes.find((each) => each.method === method && each.path === path);
    return route ? describeStack(route, booted.app, booted) : [];
  };
  assert.equal(stack('POST', '/admin/form'), [
    'matchRoute',
    'authenticate',
    'checkOrigin',
    'checkAccess',
    'preferences-after-access',
    'allowed',
    'readForm',
    'checkFormToken',
    'around',
    'runHandler',
  ]);
  assert.equal(stack('GET', '/blog/:slug'), [
    'matchRoute',
    'authenticate',
    'checkAccess',
    'setHeaders',
    'preferences-after-access',
    'allowed',
    'around',
    'runHandler',
  ]);
  assert.equal(stack('POST', '/hook'), [
    'matchRoute',
    'authenticate',
    'checkAccess',
    'preferences-after-access',
    'allowed',
    'readBody',
    'around',
    'runHandler',
  ]);
});

/** The startup problems of a plugin with these routes. */
async function problemsOf(add: (routes: Routes) => void, more: Partial<Plugin> = {}): Promise<readonly string[]> {
  const broken = definePlugin({ name: 'broken', api: 1, routes: add, ...more });
  const { code, details } = await rustioFailureOf(testApp({ extend: [broken] }));
  assert.is(code, 'RIO-BOOT-PROBLEMS');
  return details;
}

const noop = () => {};
type Options = Omit<RouteDefinition, 'method' | 'path' | 'handler'>;
const invalidRoutes: readonly (readonly [string, RouteDefinition['method'], string, Options, RegExp])[] = [
  ['a path without a slash', 'GET', 'x', open, /route GET .*x of broken: Its path must start with a slash/],
  ['an unknown scheme', 'GET', '/x', { ...open, authenticate: 'sesion' }, /scheme "sesion".*session/],
  [
    'access that no user can have',
    'GET',
    '/x',
    { access: { signedIn: true }, authenticate: 'none' },
    /no authentication scheme applies/,
  ],
  ['a cookie without CSRF protection', 'POST', '/x', { ...open, csrf: 'none' }, /no CSRF protection/],
  [
    "users' pages in shared caches",
    'GET',
    '/x',
    { ...open, headers: { 'Cache-Control': 'public, max-age=60' } },
    /Shared caches can store its responses/,
  ],
  [
    'the same by default',
    'GET',
    '/x',
    { ...open, headers: { 'cache-control': 'max-age=60' } },
    /Shared caches can store/,
  ],
  ['files in JSON', 'POST', '/x', { ...open, body: { kind: 'json', files: '1 MB' } }, /Only forms can have files/],
  ['a body of a GET', 'GET', '/x', { ...open, body: 'json' }, /GET requests cannot have a body/],
  ['input without a body', 'DELETE', '/x', { ...open, input: z.string() }, /input schema but no body/],
  ['a path that core reserves', 'GET', '/healthz', { ...open, at: 'root' }, /This path is reserved by core/],
  ['no access', 'GET', '/x', JSON.parse('{"open":true}'), /GET \/x of broken: It declares no access/],
  ['open: false', 'GET', '/x', { access: JSON.parse('{"open":false}') }, /combines `open` with something else/],
  [
    'open, and a condition',
    'GET',
    '/x',
    { access: JSON.parse('{"open":true,"signedIn":true}') },
    /combines `open` with/,
  ],
  ['access without a condition', 'GET', '/x', { access: JSON.parse('{}') }, /It declares no access/],
  ['a kind of access without a check', 'GET', '/x', { access: JSON.parse('{"signdIn":true}') }, /signdIn/],
];
for (const [description, method, path, options, problem] of invalidRoutes) {
  test(`${description} prevents startup`, async () => {
    const problems = await problemsOf((routes) => routes.add({ ...options, method, path, handler: noop }));
    assert.ok(
      problems.some((each) => problem.test(each)),
      problems.join('\n'),
    );
  });
}

test('a route without a handler prevents startup', async () => {
  const problems = await problemsOf((routes) => routes.get('/x', open, JSON.parse('null')));
  assert.match(problems.join('\n'), 'route GET /x of broken: It has no handler');
});

test('two routes with the same pattern prevent startup, and both owners are named', async () => {
  const problems = await problemsOf((routes) => routes.get('/login', open, noop));
  assert.match(problems.join('\n'), /route GET \/admin\/login of broken: It is already a route of sessions/);
});
