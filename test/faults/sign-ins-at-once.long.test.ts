// Many users sign in at the same time: all of them succeed or learn when to try again. Nobody can block the others.
import { setTimeout as wait } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { RustioError } from '../../core/errors/rustio-error.ts';
import { inHashingQueue } from '../../plugins/auth/hashing-queue.ts';
import { PASSWORD, type TestApp, testApp } from '../support/app.ts';
import type { TestResponse } from '../support/client.ts';
import { suite } from '../support/suite.ts';

const test = suite('trial: simultaneous sign-ins');
let app: TestApp;
let emails: readonly string[];

test.before(async () => {
  app = await testApp({ models: [], trustedProxies: 1 });
  emails = await Promise.all(Array.from({ length: 200 }, () => app.account('staff')));
});
test.after(() => app.close());

/** A sign-in from this address, without any cookie. */
function signIn(email: string, from: string, password = PASSWORD): Promise<TestResponse> {
  return app.client().post('/admin/login', { email, password }, { 'x-forwarded-for': from });
}

function assertRejected({ status, headers, text }: TestResponse): void {
  assert.is(status, 503);
  assert.ok(Number(headers.get('retry-after')) >= 1, String(headers.get('retry-after')));
  assert.match(text, 'RIO-AUTH-BUSY');
}

test('two hundred users of one office all sign in (F14)', async () => {
  const answers = await Promise.all(emails.map((email) => signIn(email, '192.0.2.7')));
  assert.equal(
    answers.map(({ status }) => status),
    answers.map(() => 303),
  );
});

test('an account that another program has locked delays only its own sign-ins (F2)', async () => {
  await withPlainConnection(app.app.database.url, async (other) => {
    await other.query('begin');
    await other.query('select from rustio_user where email = $1 for update', [emails[0]]);
    const delayed = Promise.all(Array.from({ length: 30 }, (_, at) => signIn(emails[0] ?? '', `192.0.2.${at}`)));
    // All of their passwords have been verified by now.
    const others = await Promise.all(emails.slice(1, 10).map((email) => signIn(email, '192.0.2.7')));
    assert.equal(
      others.map(({ status }) => status),
      others.map(() => 303),
    );
    assert.ok(app.app.database.connections.busy <= 2, 'two wait for the account');
    assert.is((await app.client().get('/readyz')).status, 200);
    for (const { status } of await delayed) assert.is(status, 503);
    await other.query('rollback');
  });
  assert.is((await signIn(emails[0] ?? '', '192.0.2.7')).status, 303);
});

test('attack: a full queue does not block other origins; a rejected sign-in gets a Retry-After (F14)', async () => {
  const begin = Promise.withResolvers<void>();
  // In place of hashes, of which five hundred take the processor for half a minute.
  const attack = Array.from({ length: 600 }, () =>
    inHashingQueue('198.51.100.9', () => begin.promise.then(() => wait(20))).catch((error: unknown) => error),
  );
  assertRejected(await signIn(emails[0] ?? '', '198.51.100.9'));
  const others = emails.slice(0, 10).map((email, at) => signIn(email, `203.0.113.${at + 1}`));
  begin.resolve();
  for (const answer of await Promise.all(others)) assert.is(answer.status, 303);
  const rejected = (await Promise.all(attack)).filter((outcome) => outcome instanceof RustioError);
  assert.ok(rejected.length >= 98, 'those beyond five hundred, and those that made room for others');
  assert.is((await signIn(emails[0] ?? '', '198.51.100.9')).status, 303);
});
