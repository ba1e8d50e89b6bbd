import * as assert from 'uvu/assert';
import type { Transaction } from '../../../core/database/pool.ts';
import {
  type Claim,
  claimIdempotencyKey,
  deleteOldKeys,
  releaseIdempotencyKey,
  rememberLocation,
} from '../../../core/write/idempotency-key.ts';
import { suite } from '../../support/suite.ts';
import { run, somebody } from '../query/fixture.ts';
import { openWriteFixture, type WriteFixture } from './write-fixture.ts';

const test = suite('a form submitted twice');
let fixture: WriteFixture;

test.before(async () => {
  fixture = await openWriteFixture();
});
test.after(() => fixture.close());
test.before.each(async () => {
  await fixture.clear();
});

const post = (id: string, location: string, work: () => Promise<unknown> = async () => undefined): Promise<Claim> =>
  fixture.change(async (tx) => {
    const claim = await claimIdempotencyKey(tx, id, somebody);
    if (!claim.first) return claim;
    await run(tx)`insert into tag (name) values (${location})`;
    await work();
    await rememberLocation(tx, id, location);
    return claim;
  });

test('the second submission gets the result of the first', async () => {
  assert.equal(await post('a', '/tags/1'), { first: true });
  assert.equal(await post('a', '/tags/2'), { first: false, location: '/tags/1' });
  assert.equal(await post('b', '/tags/3'), { first: true });
  assert.is((await run(fixture.database)`select from tag`).length, 2);
});

test('twenty concurrent submissions make one change, and all redirect to it', async () => {
  const claims = await Promise.all(Array.from({ length: 20 }, (_, n) => post('a', `/tags/${n}`)));
  assert.is(claims.filter((claim) => claim.first).length, 1);
  const [{ location } = { location: '' }] = await run(fixture.database)`select location from rustio_idempotency_key`;
  for (const claim of claims) if (!claim.first) assert.is(claim.location, location);
  assert.is((await run(fixture.database)`select from tag`).length, 1);
});

test('if the first submission is rolled back, a waiting one takes its place', async () => {
  const failing = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const first = post('a', '/lost', async () => {
    started.resolve();
    await failing.promise;
    throw new Error('rolled back');
  }).catch(() => 'failed');
  await started.promise;
  const second = post('a', '/kept');
  failing.resolve();
  assert.is(await first, 'failed');
  assert.equal(await second, { first: true });
  assert.equal(await run(fixture.database)`select name from tag`, [{ name: '/kept' }]);
});

test('a rejected form can be submitted again', async () => {
  const reject = async (tx: Transaction) => {
    assert.ok((await claimIdempotencyKey(tx, 'a', somebody)).first);
    await releaseIdempotencyKey(tx, 'a');
  };
  await fixture.change(reject);
  await fixture.change(reject);
  assert.equal(await post('a', '/tags/1'), { first: true });
});

test("the redirect of another user's form is not revealed", async () => {
  await post('a', '/secret');
  const other = await fixture.change((tx) =>
    claimIdempotencyKey(tx, 'a', { kind: 'job', name: 'another', permissions: 'all' }),
  );
  assert.equal(other, { first: false, location: undefined });
});

test('any text can be an id', async () => {
  for (const id of ['', "'; drop table tag; --", 'a\0b', '\ud800', 'x'.repeat(100_000)]) {
    assert.ok((await post(id, `${id.slice(0, 5).toWellFormed().replace('\0', '')}x`)).first);
    assert.not((await post(id, '/again')).first);
    await run(fixture.database)`truncate tag, person_tag`;
  }
});

test('no id of a form collides with other keys', async () => {
  await run(fixture.database)`insert into rustio_idempotency_key (id, actor) values ('seed', 'command start')`;
  assert.ok((await post('seed', '/tags/1')).first);
  await fixture.change((tx) => releaseIdempotencyKey(tx, 'seed'));
  assert.equal(await run(fixture.database)`select id from rustio_idempotency_key`, [{ id: 'seed' }]);
});

test('old ids are deleted', async () => {
  await post('old', '/1');
  await run(fixture.database)`update rustio_idempotency_key set created_at = now() - interval '8 days'`;
  await post('new', '/2');
  await deleteOldKeys(fixture.database);
  assert.equal(await run(fixture.database)`select id from rustio_idempotency_key`, [{ id: 'form new' }]);
});
