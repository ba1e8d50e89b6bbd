import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import * as assert from 'uvu/assert';
import type { Booted } from '../../../core/boot/boot.ts';
import { loadAssets } from '../../../core/http/assets.ts';
import { CONNECTION_TIMEOUTS, type ConnectionTimeouts, FORM_TIMEOUT_MS } from '../../../core/http/timeouts.ts';
import { serve } from '../../../core/process/serve.ts';
import { startPlugins } from '../../../core/process/start-plugins.ts';
import { definePlugin, type Plugin } from '../../../index.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { stalledBody } from '../http/stalled-body.ts';

const test = suite('serving');

/** A page that responds after `finish`, and records when the response is sent. */
function slowPage(events: string[] = []): { plugin: Plugin; entered: Promise<void>; finish: () => void } {
  const entered = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  const plugin = definePlugin({
    name: 'slow',
    api: 1,
    routes: (routes) =>
      routes.get('/+slow', { access: { open: true } }, async (ctx) => {
        ctx.res.once('close', () => events.push('responded'));
        entered.resolve();
        await finished.promise;
        ctx.body = 'done';
      }),
  });
  return { plugin, entered: entered.promise, finish: finished.resolve };
}

interface Received {
  readonly response: IncomingMessage;
  readonly socket: Socket;
  readonly text: string;
}

function get(url: string, agent: Agent | false): Promise<Received> {
  return new Promise((resolve, reject) => {
    request(url, { agent }, (response) => {
      let text = '';
      const { socket } = response;
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ response, socket, text }));
      response.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}

test('during shutdown, running requests are completed and new ones are refused', async () => {
  const { plugin, entered, finish } = slowPage();
  const app = await testApp({ extend: [plugin] });
  const slow = get(`${app.url}/admin/+slow`, false);
  await entered;
  const closed = app.close();
  const refused = await get(`${app.url}/healthz`, false).then(
    () => 'responded',
    (error: NodeJS.ErrnoException) => error.code,
  );
  assert.is(refused, 'ECONNREFUSED');
  finish();
  const { response, text } = await slow;
  assert.is(response.statusCode, 200);
  assert.is(text, 'done');
  await closed;
});

test('an idle connection does not delay the shutdown', async () => {
  const app = await testApp({});
  const agent = new Agent({ keepAlive: true });
  const { response, socket } = await get(`${app.url}/healthz`, agent);
  assert.is(response.headers.connection, 'keep-alive');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await app.close();
  await closed;
  assert.ok(socket.destroyed);
  agent.destroy();
});

test('a connection without any request does not delay the shutdown', async () => {
  const app = await testApp({});
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  await new Promise((resolve) => socket.once('connect', resolve));
  await get(`${app.url}/healthz`, false);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  await app.close();
  await closed;
  assert.ok(socket.destroyed);
});

test('a plugin ends its streams before open requests are drained, so that they do not delay the shutdown', async () => {
  const stopped: string[] = [];
  const open = new Set<PassThrough>();
  const opened = Promise.withResolvers<void>();
  const ticker = definePlugin({
    name: 'ticker',
    api: 1,
    routes: (routes) =>
      routes.get('/+ticks', { access: { open: true } }, (ctx) => {
        const stream = new PassThrough();
        open.add(stream);
        ctx.type = 'text/event-stream';
        ctx.body = stream;
        stream.write('event: tick\n\n');
        opened.resolve();
      }),
    start: (_app, { signal }) => {
      signal.addEventListener('abort', () => stopped.push('signal'));
      return () => void stopped.push('stopped');
    },
    beforeClose: () => {
      stopped.push('beforeClose');
      for (const stream of open) stream.end('event: end\n\n');
    },
  });
  const app = await testApp({ extend: [ticker] });
  const ticks = get(`${app.url}/admin/+ticks`, false);
  await opened.promise;
  const closed = app.close();
  // If the drain cut it off, it would fail and lack the last event.
  const { text } = await ticks;
  assert.is(text, 'event: tick\n\nevent: end\n\n');
  await closed;
  assert.equal(stopped, ['signal', 'beforeClose', 'stopped']);
  assert.equal(app.errors, []);
});

test('a request that arrives while the server begins to stop is completed', async () => {
  const app = await testApp({});
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  await new Promise((resolve) => socket.once('connect', resolve));
  await get(`${app.url}/healthz`, false);
  const closed = app.close();
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.write('GET /healthz HTTP/1.1\r\nHost: desk\r\n\r\n');
  await new Promise((resolve) => socket.once('close', resolve));
  assert.match(text, /^HTTP\/1\.1 200 /);
  assert.match(text, /connection: close/i);
  await closed;
});

test('closing twice has no further effect', async () => {
  const stopped: string[] = [];
  const app = await testApp({ extend: [stopping('once', stopped)] });
  await Promise.all([app.close(), app.close()].map((each) => each.catch(() => {})));
  assert.equal(stopped, ['once']);
});

test('plugins stop in reverse order after the last response, and one that fails does not prevent the others', async () => {
  const stopped: string[] = [];
  const { plugin, entered, finish } = slowPage(stopped);
  const failing = definePlugin({
    name: 'failing',
    api: 1,
    start: async () => () => {
      stopped.push('failing');
      throw new Error('it did not stop');
    },
  });
  const app = await testApp({ extend: [stopping('first', stopped), failing, stopping('last', stopped), plugin] });
  const slow = get(`${app.url}/admin/+slow`, false);
  await entered;
  const closed = app.close();
  finish();
  await Promise.all([slow, closed]);
  assert.equal(stopped, ['responded', 'last', 'failing', 'first']);
  assert.equal(
    app.errors.map(({ plugin: name }) => name),
    ['failing'],
  );
});

test('a plugin that never stops is abandoned and named in the log, and the others stop', async () => {
  const stopped: string[] = [];
  const hanging = definePlugin({ name: 'hanging', api: 1, start: () => () => new Promise<void>(() => {}) });
  const app = await testApp({ extend: [stopping('first', stopped), stopping('last', stopped)] });
  const plugins = [...app.booted.plugins, hanging, stopping('after', stopped)];
  const started = await startPlugins({ ...app.booted, plugins }, 'command', { stopMs: 50 });
  await started.stop();
  assert.equal(stopped, ['after', 'last', 'first']);
  assert.equal(
    app.errors.map(({ plugin, err }) => [plugin, String(Reflect.get(Object(err), 'message'))]),
    [['hanging', 'it did not complete within 0.05 s']],
  );
  await app.close();
});

test('if a plugin fails to start, those before it are stopped, and the server does not listen', async () => {
  const stopped: string[] = [];
  const never = definePlugin({
    name: 'never',
    api: 1,
    start: async () => {
      throw new Error('the service is down');
    },
  });
  const failed = await testApp({ extend: [stopping('earlier', stopped), never, stopping('later', stopped)] }).then(
    () => 'started',
    (error: Error) => error.message,
  );
  assert.match(failed, 'the service is down');
  assert.equal(stopped, ['earlier']);
});

test('a port in use is reported with its number and another port to use', async () => {
  const app: TestApp = await testApp({});
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  try {
    const error = await rustioFailureOf(serve(bareBoot(app), { port, host: '127.0.0.1' }, { schedule: false }));
    assert.is(error.code, 'RIO-SERVE-PORT');
    assert.match(error.parts.problem, String(port));
    assert.match(error.parts.fix, `--port ${port + 1}`);
  } finally {
    await new Promise((resolve) => other.close(resolve));
    await app.close();
  }
});

const slowSenders: readonly (readonly [string, Partial<ConnectionTimeouts>, string])[] = [
  ['sends nothing', { headersTimeout: 250 }, ''],
  ['does not complete its headers', { headersTimeout: 250 }, 'GET /healthz HTTP/1.1\r\nHost: desk\r\nX-'],
  [
    'does not complete its form',
    { headersTimeout: 250, requestTimeout: 500 },
    'POST /healthz HTTP/1.1\r\nHost: desk\r\nContent-Length: 9\r\n\r\nemail',
  ],
];
// Long enough that the request below is not cut off on a slow machine.
for (const [what, shorter, sent] of slowSenders) {
  test(`a connection that ${what} is closed`, async () => {
    const app = await testApp({});
    const serving = await serve(
      bareBoot(app),
      { port: 0, host: '127.0.0.1' },
      { timeouts: { ...CONNECTION_TIMEOUTS, ...shorter, connectionsCheckingInterval: 10 }, schedule: false },
    );
    try {
      const socket = connect(Number(new URL(serving.url).port), '127.0.0.1');
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.on('error', () => {});
      socket.resume();
      socket.write(sent);
      await closed;
      assert.is((await get(`${serving.url}/healthz`, false)).response.statusCode, 200);
    } finally {
      await serving.close();
      await app.close();
    }
  });
}

test('a process that is asked to stop is no longer ready, keeps serving for a while, and closes its connections (F15)', async () => {
  const app = await testApp({}, { environment: { shutdownGrace: 1 } });
  const agent = new Agent({ keepAlive: true });
  assert.is((await get(`${app.url}/readyz`, agent)).response.statusCode, 200);
  const serving = await serve(app.booted, { port: 0, host: '127.0.0.1' }, { schedule: false });
  const closed = serving.close({ grace: true });
  const ready = await get(`${serving.url}/readyz`, agent);
  assert.is(ready.response.statusCode, 503);
  assert.equal(JSON.parse(ready.text), { status: 'unavailable', missing: ['stopping'] });
  const page = await get(`${serving.url}/admin/login`, agent);
  assert.is(page.response.statusCode, 200);
  assert.is(page.response.headers.connection, 'close');
  await closed;
  const refused = await get(`${serving.url}/healthz`, agent).catch((error: unknown) => String(error));
  assert.match(String(refused), 'ECONNREFUSED');
  agent.destroy();
  await app.close();
});

test('connections are kept open for more than a minute, longer than proxies keep them', async () => {
  const app = await testApp({});
  const agent = new Agent({ keepAlive: true });
  const { response } = await get(`${app.url}/healthz`, agent);
  const [, seconds] = /timeout=(\d+)/.exec(String(response.headers['keep-alive'])) ?? [];
  assert.ok(Number(seconds) > 60, seconds);
  agent.destroy();
  await app.close();
});

test('a form that anyone can submit cannot keep its connection open as long as an upload', async () => {
  assert.ok(FORM_TIMEOUT_MS < CONNECTION_TIMEOUTS.requestTimeout);
  const app = await testApp({});
  const type = 'application/x-www-form-urlencoded';
  assert.is(
    await stalledBody(app, { method: 'POST', path: '/admin/login' }, { type, bytes: 'email' }),
    'RIO-HTTP-BODY',
  );
  await app.close();
});

/** What `serve` needs, without plugins that start. */
function bareBoot({ app }: TestApp): Booted {
  return {
    app,
    plugins: [],
    routes: [],
    scopes: [],
    metrics: [],
    assets: loadAssets([]),
    readiness: { missing: async () => [], stop() {}, stopping: false },
    authenticators: [],
    middleware: [],
    timings: new Map(),
  };
}

function stopping(name: string, stopped: string[]): Plugin {
  return definePlugin({ name, api: 1, start: async () => () => void stopped.push(name) });
}
