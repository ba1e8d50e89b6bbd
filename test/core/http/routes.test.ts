// Routes of every kind, as plugins declare them: methods, places, schemas, authentication, headers, and what a route cannot be.
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
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { ask, OWN_FORM, type RawAnswer } from './raw.ts';

const test = suite('routes');

const open = { access: { open: true } } as const;
const api = { at: 'root', authenticate: 'bearer', access: { open: true } } as const;
const SECRET = 'shared with the sender';
const steps: string[] = [];

const Note = defineModel('note', { fields: { title: field.text() } });

const site = definePlugin({
  name: 'site',
  api: 1,
  authenticators: () => [
    {
      scheme: 'bearer',
      ambient: false,
      challenge: 'Bearer realm="api"',
      authenticate: (ctx) =>
        ctx.get('authorization') === 'Bearer good'
          ? { actor: { kind: 'job', name: 'robot', permissions: new Set() }, credential: { scheme: 'bearer', id: '1' } }
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
    routes.get('/stream/:kind', open, (ctx) => {
      ctx.type = 'text/plain';
      ctx.body = Readable.from(failing(ctx.state.params.kind === 'late'));
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

/** Promises an id to the type checker and gives none: as a row from elsewhere may. */
function wrongOutput(): { id: string } {
  return JSON.parse('{"name":"no id"}');
}

async function* failing(late: boolean): AsyncGenerator<string> {
  if (late) yield 'the first half';
  throw new Error('the disk is gone');
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
): Promise<RawAnswer> {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return ask(app.url, method, path, { ...headers, ...length }, body);
}

const jsonOf = ({ text }: RawAnswer) => JSON.parse(text);

/** What was logged at `error` since the last look. */
function logged(): readonly string[] {
  const lines = app.errors.map(({ msg }) => String(msg));
  const from = looked;
  looked = lines.length;
  return lines.slice(from);
}
let looked = 0;
test.after.each(() => assert.equal(logged(), []));

test('each method is a route of its own; HEAD is answered as GET, OPTIONS and the rest with 405 and Allow', async () => {
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

test('a route at the root is beside the admin; one at / replaces the redirect to it', async () => {
  const home = await send('GET', '/', { accept: 'text/html' });
  assert.is(home.status, 200);
  assert.is(home.text, 'the public site');
  assert.is((await send('GET', '/blog/first-post')).text, 'post first-post');
  for (const path of ['/admin/blog/first-post', '/blog', '/blog/', '/blog/a/b', '/Blog/a']) {
    assert.is((await send('GET', path, { accept: 'application/json' })).status, 404, path);
  }
});

test('a form of the public site needs the origin and no token', async () => {
  const elsewhere = { ...OWN_FORM, 'sec-fetch-site': 'cross-site' };
  assert.is((await send('POST', '/subscribe', elsewhere, 'a=1')).status, 403);
  steps.splice(0);
  assert.is((await send('POST', '/subscribe', OWN_FORM, 'a=1')).status, 302);
  assert.match(logged().join(), 'undeclared response');
});

test('what a handler returns is checked, and sent with the status that it chose', async () => {
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

test('a query that does not fit is 400, an input 422, with every issue by its path', async () => {
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

test('a returned value that does not fit the schema is a failure of ours, and is not sent', async () => {
  const answer = await send('GET', '/api/wrong');
  assert.is(answer.status, 500);
  assert.is(jsonOf(answer).error.code, 'RIO-HTTP-UNEXPECTED');
  assert.not.match(answer.text, 'no id');
  assert.equal(logged(), ['Something went wrong on our side.']);
});

test('JSON routes: nothing is 204; null, strings and bytes are what they are; a status that was set stays', async () => {
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

test('a response that the route does not declare is reported, and a page that sends none is a failure', async () => {
  assert.is((await send('GET', '/api/odd')).status, 202);
  assert.match(logged().join(), 'undeclared response');
  assert.is((await send('GET', '/admin/silent')).status, 500);
  assert.equal(logged(), ['Something went wrong on our side.']);
  assert.match(JSON.stringify(app.errors.at(-1)), 'GET /admin/silent of site sent no response');
});

test('a form is given to its schema with strings, and arrays where a name is repeated, without our hidden fields', async () => {
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

test('a bearer token opens what its scheme guards; without one the answer is 401 in JSON, never a redirect', async () => {
  const mine = await send('POST', '/api/mine', { ...JSON_BODY, ...GOOD }, '{}');
  assert.is(mine.status, 200);
  assert.equal(jsonOf(mine), { actor: 'job', scheme: 'bearer' });
  for (const headers of [{}, { authorization: 'Bearer bad' }, { authorization: 'Basic good' }]) {
    const refused = await send('POST', '/api/mine', { ...JSON_BODY, accept: 'text/html', ...headers }, '{}');
    assert.is(refused.status, 401);
    assert.is(refused.headers['www-authenticate'], 'Bearer realm="api"');
    const { code, problem, why, fix } = jsonOf(refused).error;
    assert.is(code, 'RIO-HTTP-SIGN-IN');
    assert.equal(
      [problem, why, fix],
      ['Authentication is required.', 'The request has no valid token.', 'Send a valid token with the request.'],
    );
  }
});

test('a cookie does not open what a token guards, nor a token what a cookie guards', async () => {
  const client = await app.person('administrator');
  assert.is((await client.get('/members')).status, 200);
  const { status } = await client.request('POST', '/api/mine', '{}', { ...JSON_BODY, 'sec-fetch-site': 'same-origin' });
  assert.is(status, 401);
  const page = await send('GET', '/members', { ...GOOD, accept: 'text/html' });
  assert.is(page.status, 303);
  assert.match(String(page.headers.location), '/admin/login');
});

test('the headers of a route are on its own answers, and neither on redirects to the sign-in page nor on errors', async () => {
  const post = await send('GET', '/blog/a');
  for (const [name, value] of Object.entries(HEADERS)) assert.is(post.headers[name], value, name);
  assert.is(post.headers['x-content-type-options'], 'nosniff');
  for (const path of ['/members', '/blog/broken']) {
    const { headers } = await send('GET', path, { accept: 'text/html' });
    assert.is(headers['cache-control'], 'no-store', path);
    assert.is(headers['x-site'], undefined, path);
    assert.match(String(headers['content-security-policy']), "default-src 'self'", path);
  }
  assert.equal(logged(), ['Something went wrong on our side.']);
});

test('`:model` is the slug of a model, and nothing else is a page', async () => {
  assert.is((await send('GET', '/admin/of/notes')).text, 'note');
  for (const slug of ['note', 'Notes', 'nothing']) {
    const { status, headers } = await send('PUT', `/admin/of/${slug}`);
    assert.is(status, 404, slug);
    assert.is(headers.allow, undefined, slug);
  }
  assert.is((await send('PUT', '/admin/of/notes')).headers.allow, 'GET, HEAD');
});

test('programs are told in JSON that a method or a model is not there, whatever they accept', async () => {
  const accept = { accept: 'text/html' };
  const method = await send('PUT', '/api/notes', accept);
  assert.is(method.status, 405);
  assert.is(jsonOf(method).error.code, 'RIO-HTTP-METHOD');
  assert.is(jsonOf(method).error.fix, `Use one of these methods: ${method.headers.allow}.`);
  const none = await send('GET', '/api/of/nothing', accept);
  assert.is(none.status, 404);
  assert.is(jsonOf(none).error.code, 'RIO-HTTP-NOT-FOUND');
  assert.is((await send('GET', '/api/of/notes')).text, '"note"');
});

test('JSON from our own pages needs the token of the sign-in, in a header', async () => {
  const client = await app.person('administrator');
  const [, token = ''] = /name="~token" value="([^"]+)"/.exec((await client.get('/admin')).text) ?? [];
  const put = (headers: Readonly<Record<string, string>>) =>
    client.request('PUT', '/admin/preferences', '{"dense":true}', { ...JSON_BODY, origin: client.origin, ...headers });
  const saved = await put({ 'x-csrf-token': token });
  assert.is(saved.status, 200, saved.text);
  assert.equal(JSON.parse(saved.text), { dense: true });
  assert.is((await put({})).status, 403);
  assert.is((await put({ 'x-csrf-token': `${token.slice(0, -4)}AAAA` })).status, 403);
  assert.is((await put({ 'x-csrf-token': token, origin: 'https://evil.example' })).status, 403);
  const stranger = await send('PUT', '/admin/preferences', { ...JSON_BODY, ...OWN_FORM, ...JSON_BODY }, '{}');
  assert.is(stranger.status, 401);
  assert.is(jsonOf(stranger).error.problem, 'You are not signed in.');
});

test('middleware runs at its stage, with what is known by then', async () => {
  await send('POST', '/api/notes', JSON_BODY, '{"title":"one"}');
  assert.equal(steps, ['before-route true', 'after-access true', 'around-handler true', 'after the handler']);
  steps.splice(0);
  await send('POST', '/api/mine', JSON_BODY, '{}');
  assert.equal(steps, ['before-route true', 'on-error Authentication is required.']);
});

test('on-error middleware that fails itself is logged, and the error page is shown all the same', async () => {
  for (const when of ['before', 'after']) {
    const answer = await send('GET', '/nowhere', { accept: 'text/html', 'x-break': when });
    assert.is(answer.status, 404);
    assert.match(answer.text, 'RIO-HTTP-NOT-FOUND');
    assert.equal(logged(), ['middleware of the stage on-error failed']);
    assert.ok(steps.includes('on-error Page not found.'));
  }
});

test('a response stream that fails is cut off and logged, whether it has begun or not', async () => {
  for (const kind of ['late', 'early']) {
    const failed = await send('GET', `/admin/stream/${kind}`).then(
      ({ status }) => `answered ${status}`,
      (error: Error) => error.message,
    );
    assert.match(failed, /aborted|socket hang up|ECONNRESET/, kind);
    assert.ok(logged().includes('the response failed after it had begun'), kind);
    assert.match(JSON.stringify(app.errors.at(-1)), 'the disk is gone');
  }
  assert.is((await send('GET', '/api/any')).status, 200);
});

test('every step of a stack has a name that says what it does', () => {
  const { app: booted } = app;
  const authenticators = site.authenticators?.(booted) ?? [];
  const middleware = site.middleware?.(booted) ?? [];
  const stack = (method: string, path: string): readonly string[] => {
    const route = booted.routes.find((each) => each.method === method && each.path === path);
    return route ? describeStack(route, booted, { authenticators, middleware }) : [];
  };
  assert.equal(stack('POST', '/admin/form'), [
    'matchRoute',
    'authenticate',
    'checkOrigin',
    'checkAccess',
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
    'allowed',
    'around',
    'runHandler',
  ]);
  assert.equal(stack('POST', '/hook'), [
    'matchRoute',
    'authenticate',
    'checkAccess',
    'allowed',
    'readBody',
    'around',
    'runHandler',
  ]);
});

/** What the boot says of a plugin with these routes. */
async function problemsOf(add: (routes: Routes) => void, more: Partial<Plugin> = {}): Promise<readonly string[]> {
  const broken = definePlugin({ name: 'broken', api: 1, routes: add, ...more });
  const { code, details } = await rustioFailureOf(testApp({ extend: [broken] }));
  assert.is(code, 'RIO-BOOT-PROBLEMS');
  return details;
}

const nothing = () => {};
type Options = Omit<RouteDefinition, 'method' | 'path' | 'handler'>;
const mistakes: readonly (readonly [string, RouteDefinition['method'], string, Options, RegExp])[] = [
  ['a path without a slash', 'GET', 'x', open, /route GET .*x of broken: its path must begin with a slash/],
  ['a scheme that nobody has', 'GET', '/x', { ...open, authenticate: 'sesion' }, /authenticates by "sesion".*session/],
  [
    'access that nobody can have',
    'GET',
    '/x',
    { access: { signedIn: true }, authenticate: 'none' },
    /nothing authenticates/,
  ],
  ['a cookie without CSRF protection', 'POST', '/x', { ...open, csrf: 'none' }, /no CSRF protection/],
  [
    "users' pages in shared caches",
    'GET',
    '/x',
    { ...open, headers: { 'Cache-Control': 'public, max-age=60' } },
    /shared caches may keep its responses/,
  ],
  [
    'the same without a word',
    'GET',
    '/x',
    { ...open, headers: { 'cache-control': 'max-age=60' } },
    /shared caches may/,
  ],
  ['files in JSON', 'POST', '/x', { ...open, body: { kind: 'json', files: '1 MB' } }, /only a form can carry files/],
  ['a body of a GET', 'GET', '/x', { ...open, body: 'json' }, /GET request carries no body/],
  ['input without a body', 'DELETE', '/x', { ...open, input: z.string() }, /schema for input, but no body/],
  ['a path that core answers', 'GET', '/healthz', { ...open, at: 'root' }, /core answers this path itself/],
  ['no access', 'GET', '/x', JSON.parse('{"open":true}'), /GET \/x of broken: it declares no access/],
  ['open: false', 'GET', '/x', { access: JSON.parse('{"open":false}') }, /names `open` together with something else/],
  [
    'open, and a condition',
    'GET',
    '/x',
    { access: JSON.parse('{"open":true,"signedIn":true}') },
    /names `open` together/,
  ],
  ['access without a condition', 'GET', '/x', { access: JSON.parse('{}') }, /it declares no access/],
  ['access that nobody decides', 'GET', '/x', { access: JSON.parse('{"signdIn":true}') }, /signdIn/],
];
for (const [what, method, path, options, problem] of mistakes) {
  test(`${what} stops the boot`, async () => {
    const problems = await problemsOf((routes) => routes.add({ ...options, method, path, handler: nothing }));
    assert.ok(
      problems.some((each) => problem.test(each)),
      problems.join('\n'),
    );
  });
}

test('a route without a handler stops the boot', async () => {
  const problems = await problemsOf((routes) => routes.get('/x', open, JSON.parse('null')));
  assert.match(problems.join('\n'), 'route GET /x of broken: it has no handler');
});

test('two routes of one shape stop the boot, and both owners are named', async () => {
  const problems = await problemsOf((routes) => routes.get('/login', open, nothing));
  assert.match(problems.join('\n'), /route GET \/admin\/login of broken: it is already a route of sessions/);
});
