import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import * as assert from 'uvu/assert';
import type { Booted } from '../../core/boot.ts';
import { loadAssets } from '../../core/http/assets.ts';
import { routeTable } from '../../core/http/router.ts';
import { serve } from '../../core/serve.ts';
import { definePlugin, type Plugin } from '../../index.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { suite } from '../support/suite.ts';

const test = suite('serving');

/** A page that answers when it is told to, and notes when the answer is out. */
function slowPage(noted: string[] = []): { plugin: Plugin; entered: Promise<void>; finish: () => void } {
  const entered = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  const plugin = definePlugin({
    name: 'slow',
    api: 1,
    routes: (routes) =>
      routes.get('/+slow', { open: true }, async (ctx) => {
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
  assert.is(failed, 'the service is down');
  assert.equal(stopped, ['earlier']);
});

test('a port that is taken is told in four parts, with another one to take', async () => {
  const app: TestApp = await testApp({});
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  try {
    const booted: Booted = {
      app: app.app,
      assets: loadAssets([]),
      readiness: { missing: async () => [] },
      table: routeTable([], app.app.models),
      timings: new Map(),
    };
    const error = await rustioFailureOf(serve(booted, { port, host: '127.0.0.1' }));
    assert.is(error.code, 'RIO-SERVE-PORT');
    assert.match(error.parts.problem, String(port));
    assert.match(error.parts.fix, `PORT=${port + 1}`);
  } finally {
    await new Promise((resolve) => other.close(resolve));
    await app.close();
  }
});

function stopping(name: string, stopped: string[]): Plugin {
  return definePlugin({ name, api: 1, start: async () => () => void stopped.push(name) });
}
