import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { serve } from '../../../core/process/serve.ts';
import { definePlugin } from '../../../index.ts';
import { testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { until } from '../../support/until.ts';

const test = suite('the limit of connections');
const HEALTH = 'GET /healthz HTTP/1.1\r\nHost: desk\r\n\r\n';

interface Client {
  readonly socket: Socket;
  /** Everything that was received. */
  received: string;
}

async function open(port: number, request = ''): Promise<Client> {
  const socket = connect(port, '127.0.0.1');
  const client: Client = { socket, received: '' };
  // A closed connection may also be reported as reset.
  socket.on('error', () => {});
  socket.setEncoding('utf8').on('data', (text: string) => {
    client.received += text;
  });
  await once(socket, 'connect');
  if (request !== '') socket.write(request);
  return client;
}

const isOk = ({ received }: Client) => received.startsWith('HTTP/1.1 200 ');

test('a connection beyond the limit is closed unless an idle one can be closed instead; open ones are served', async () => {
  const entered = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const slow = definePlugin({
    name: 'slow',
    api: 1,
    routes: (routes) =>
      routes.get('/+slow', { access: { open: true } }, async (ctx) => {
        entered.resolve();
        await finish.promise;
        ctx.body = 'done';
      }),
  });
  const app = await testApp({ extend: [slow] });
  const limits = { maxConnections: 3, schedule: false };
  const serving = await serve(app.booted, { port: 0, host: '127.0.0.1' }, limits);
  const port = Number(new URL(serving.url).port);

  const unused = await open(port);
  const busy = await open(port, 'GET /admin/+slow HTTP/1.1\r\nHost: desk\r\n\r\n');
  await entered.promise;
  const idle = await open(port, HEALTH);
  await until(() => isOk(idle));

  const refused = await open(port, HEALTH);
  await until(() => refused.socket.destroyed && idle.socket.destroyed);
  assert.is(refused.received, '');

  const next = await open(port, HEALTH);
  await until(() => isOk(next));
  const { socket } = next;
  // Each of the three is used; none of them was closed.
  unused.socket.write(HEALTH);
  await until(() => isOk(unused));
  finish.resolve();
  await until(() => busy.received.endsWith('done'));
  assert.ok(isOk(busy));
  for (const each of [socket, unused.socket, busy.socket]) each.destroy();
  await serving.close();
  await app.close();
});

test('with several web processes, a connection that none of them has room for is closed, and the others are served', async () => {
  const primary = fork(path.join(import.meta.dirname, 'two-full-processes.ts'), {
    execArgv: ['--conditions=rustio-source'],
  });
  try {
    const [port] = await once(primary, 'message');
    // The two take turns. With an incomplete second request, a connection is not idle.
    const four: Client[] = [];
    for (let at = 0; at < 4; at += 1) {
      const client = await open(port, `${HEALTH}GET /healthz HTTP/1.1\r\n`);
      await until(() => isOk(client));
      four.push(client);
    }
    const refused = await open(port, HEALTH);
    await Promise.race([new Promise((resolve) => refused.socket.once('close', resolve)), wait(5_000)]);
    assert.ok(refused.socket.destroyed, 'it was closed');
    assert.is(refused.received, '');
    for (const { socket } of four) socket.write('Host: desk\r\n\r\n');
    await until(() => four.every(({ received }) => received.split('HTTP/1.1 200 ').length === 3));
    for (const { socket } of four) socket.destroy();
  } finally {
    primary.kill();
    await once(primary, 'exit');
  }
});
