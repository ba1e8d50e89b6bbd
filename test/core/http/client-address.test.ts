import * as assert from 'uvu/assert';
import { testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { probe } from './probe.ts';
import { ask } from './raw.ts';

const test = suite('client address');
const SOCKET = '127.0.0.1';

/** What the application takes for the client's address, for each value of X-Forwarded-For. */
async function seenBehind(
  trustedProxies: number,
  headers: readonly (string | undefined)[],
): Promise<readonly string[]> {
  const app = await testApp({ trustedProxies, extend: [probe()] });
  try {
    const seen: string[] = [];
    for (const header of headers) {
      const sent = header === undefined ? {} : { 'x-forwarded-for': header };
      seen.push((await ask(app.url, 'GET', '/admin/+address', sent)).text);
    }
    return seen;
  } finally {
    await app.close();
  }
}

test('without a trusted proxy it is the socket, whatever the header claims', async () => {
  assert.equal(await seenBehind(0, [undefined, '203.0.113.9', '10.0.0.1, 203.0.113.9']), [SOCKET, SOCKET, SOCKET]);
});

test('behind one proxy it is the last entry: what stands left of it was written by the client', async () => {
  assert.equal(
    await seenBehind(1, [undefined, '203.0.113.9', '6.6.6.6, 203.0.113.9', '::ffff:203.0.113.9', '2001:db8::7']),
    [SOCKET, '203.0.113.9', '203.0.113.9', '203.0.113.9', '2001:db8::7'],
  );
});

test('behind two proxies it is the last but one', async () => {
  assert.equal(await seenBehind(2, ['203.0.113.9, 10.0.0.2', '6.6.6.6, 203.0.113.9, 10.0.0.2', '10.0.0.2']), [
    '203.0.113.9',
    '203.0.113.9',
    SOCKET,
  ]);
});

test('an entry that is no address is never taken for one', async () => {
  const wrong = [
    'unknown',
    '203.0.113.9:8080',
    '203.0.113.999',
    "'; drop table rustio_audit",
    '',
    ',',
    'x'.repeat(5_000),
  ];
  assert.equal(
    await seenBehind(1, wrong),
    wrong.map(() => SOCKET),
  );
});
