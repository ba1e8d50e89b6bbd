import { connect, type Socket } from 'node:net';
import * as assert from 'uvu/assert';
import { BodyBudget } from '../../../core/http/body-budget.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { probe } from './probe.ts';
import { OWN_FORM, rawRequest } from './raw-request.ts';

const test = suite('memory for request bodies');

test('bodies share a budget and release it', async () => {
  const budget = new BodyBudget(10);
  const release = budget.reserve(6);
  const failure = await rustioFailureOf(Promise.resolve().then(() => budget.reserve(5)));
  assert.is(failure.code, 'RIO-HTTP-MEMORY');
  const other = budget.reserve(4);
  release();
  budget.reserve(6);
  other();
});

/** Sends the head of a form of a megabyte, and never the rest. */
function begin(app: TestApp): Promise<Socket> {
  const { hostname, port, origin } = new URL(app.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      const head = [
        'POST /admin/+echo HTTP/1.1',
        `Host: ${hostname}:${port}`,
        `Origin: ${origin}`,
        'Sec-Fetch-Site: same-origin',
        'Content-Type: application/x-www-form-urlencoded',
        'Content-Length: 1000000',
      ];
      socket.write(`${head.join('\r\n')}\r\n\r\na=`, () => resolve(socket));
    });
    socket.on('error', () => {});
  });
}

test('attack: anonymous users who never finish their forms cannot use up the memory of the process (security F7)', async () => {
  const app = await testApp({ extend: [probe()] });
  const sockets = await Promise.all(Array.from({ length: 20 }, () => begin(app)));
  const post = () => rawRequest(app.url, 'POST', '/admin/+echo', OWN_FORM, `a=${'x'.repeat(900_000)}`);
  let status = 0;
  for (let attempt = 0; attempt < 50 && status !== 503; attempt += 1) ({ status } = await post());
  assert.is(status, 503);
  for (const socket of sockets) socket.destroy();
  for (let attempt = 0; attempt < 50 && status === 503; attempt += 1) ({ status } = await post());
  assert.is(status, 422);
  await app.close();
});
