import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import * as assert from 'uvu/assert';
import type { Booted } from '../../core/boot.ts';
import { loadAssets } from '../../core/http/assets.ts';
import { FORM_PATIENCE_MS, PATIENCE, type Patience } from '../../core/http/patience.ts';
import { serve } from '../../core/serve.ts';
import { definePlugin, type Plugin } from '../../index.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { suite } from '../support/suite.ts';
import { stalledBody } from './http/stalled-body.ts';

const test = suite('serving');

/** A page that answers when it is told to, and notes when the answer is out. */
function slowPage(noted: string[] = []): { plugin: Plugin; entered: Promise<void>; finish: () => void } {
  const entered = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  const plugin = definePlugin({
    name: 'slow',
    api: 1,
    routes: (routes) =>
      routes.get('/+slow', { access: { open: true } }, async (ctx) => {
        ctx.res.once('close', () => noted.push('answered'));
        entered.resolve();
        await finished.promise;
        ctx.body = 'done';
      }),
  });
  return { plugin, entered: entered.promise, finish: finished.resolve };
}

interface Read {
  readonly answer: IncomingMessage;
  readonly socket: Socket;
  readonly text: string;
}

function get(url: string, agent: Agent | false): Promise<Read> {
  return new Promise((resolve, reject) => {
    request(url, { agent }, (answer) => {
      let text = '';
      const { socket } = answer;
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ answer, socket, text }));
      answer.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}

test('on closing a request that runs is answered, and new ones are refused', async () => {
  const { plugin, entered, finish } = slowPage();
  const app = await testApp({ extend: [plugin] });
  const slow = get(`${app.url}/admin/+slow`, false);
  await entered;
  const closed = app.close();
  const refused = await get(`${app.url}/healthz`, false).then(
    () => 'answered',
    (error: NodeJS.ErrnoException) => error.code,
  );
  assert.is(refused, 'ECONNREFUSED');
  finish();
  const { answer, text } = await slow;
  assert.is(answer.statusCode, 200);
  assert.is(text, 'done');
  await closed;
});

test('a connection that idles does not hold the end up', async () => {
  const app = await testApp({});
  const agent = new Agent({ keepAlive: true });
  const { answer, socket } = await get(`${app.url}/healthz`, agent);
  assert.is(answer.headers.connection, 'keep-alive');
  const gone = new Promise((resolve) => socket.once('close', resolve));
  await app.close();
  await gone;
  assert.ok(socket.destroyed);
  agent.destroy();
});

test('a connection over which nothing was ever asked does not hold the end up either', async () => {
  const app = await testApp({});
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  await new Promise((resolve) => socket.once('connect', resolve));
  await get(`${app.url}/healthz`, false);
  const gone = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  await app.close();
  await gone;
  assert.ok(socket.destroyed);
});

test('a plugin ends its streams before open requests are drained, so that they do not hold the end up', async () => {
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
  // Cut off by the end of the drain it would fail, without the last event.
  const { text } = await ticks;
  assert.is(text, 'event: tick\n\nevent: end\n\n');
  await closed;
  assert.equal(stopped, ['signal', 'beforeClose', 'stopped']);
  assert.equal(app.errors, []);
});

test('a request that is sent while the server begins to stop is answered', async () => {
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

test('closing twice is closing once', async () => {
  const stopped: string[] = [];
  const app = await testApp({ extend: [stopping('once', stopped)] });
  await Promise.all([app.close(), app.close()].map((each) => each.catch(() => {})));
  assert.equal(stopped, ['once']);
});

test('plugins stop in reverse order, after the last answer, and one that fails does not keep the others', async () => {
  const stopped: string[] = [];
  const { plugin, entered, finish } = slowPage(stopped);
  const failing = definePlugin({
    name: 'failing',
    api: 1,
    start: async () => () => {
      stopped.push('failing');
      throw new Error('not in good order');
    },
  });
  const app = await testApp({ extend: [stopping('first', stopped), failing, stopping('last', stopped), plugin] });
  const slow = get(`${app.url}/admin/+slow`, false);
  await entered;
  const closed = app.close();
  finish();
  await Promise.all([slow, closed]);
  assert.equal(stopped, ['answered', 'last', 'failing', 'first']);
  assert.equal(
    app.errors.map(({ plugin: name }) => name),
    ['failing'],
  );
});

test('a plugin that does not start stops those before it, and nobody listens', async () => {
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

test('a port that is taken is told in four parts, with another one to take', async () => {
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

const trickles: readonly (readonly [string, Partial<Patience>, string])[] = [
  ['says nothing', { headersTimeout: 40 }, ''],
  ['does not come to the end of its headers', { headersTimeout: 40 }, 'GET /healthz HTTP/1.1\r\nHost: desk\r\nX-'],
  [
    'does not come to the end of its form',
    { headersTimeout: 20, requestTimeout: 40 },
    'POST /healthz HTTP/1.1\r\nHost: desk\r\nContent-Length: 9\r\n\r\nemail',
  ],
];
for (const [what, short, sent] of trickles) {
  test(`a connection that ${what} is closed`, async () => {
    const app = await testApp({});
    const serving = await serve(
      bareBoot(app),
      { port: 0, host: '127.0.0.1' },
      { patience: { ...PATIENCE, ...short, connectionsCheckingInterval: 10 }, schedule: false },
    );
    try {
      const socket = connect(Number(new URL(serving.url).port), '127.0.0.1');
      const gone = new Promise((resolve) => socket.once('close', resolve));
      socket.on('error', () => {});
      socket.resume();
      socket.write(sent);
      await gone;
      assert.is((await get(`${serving.url}/healthz`, false)).answer.statusCode, 200);
    } finally {
      await serving.close();
      await app.close();
    }
  });
}

test('a proxy that keeps connections for a minute is never the one who finds them closed', async () => {
  const app = await testApp({});
  const agent = new Agent({ keepAlive: true });
  const { answer } = await get(`${app.url}/healthz`, agent);
  const [, seconds] = /timeout=(\d+)/.exec(String(answer.headers['keep-alive'])) ?? [];
  assert.ok(Number(seconds) > 60, seconds);
  agent.destroy();
  await app.close();
});

test('a form that anybody may send does not hold its connection for as long as a file may', async () => {
  assert.ok(FORM_PATIENCE_MS < PATIENCE.requestTimeout);
  const app = await testApp({});
  const type = 'application/x-www-form-urlencoded';
  assert.is(
    await stalledBody(app, { method: 'POST', path: '/admin/login' }, { type, bytes: 'email' }),
    'RIO-HTTP-BODY',
  );
  await app.close();
});

/** What `serve` needs, and nothing that starts. */
function bareBoot({ app }: TestApp): Booted {
  return {
    app: { ...app, plugins: [] },
    assets: loadAssets([]),
    readiness: { missing: async () => [] },
    authenticators: [],
    middleware: [],
    timings: new Map(),
  };
}

function stopping(name: string, stopped: string[]): Plugin {
  return definePlugin({ name, api: 1, start: async () => () => void stopped.push(name) });
}
