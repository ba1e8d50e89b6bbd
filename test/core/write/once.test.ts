import * as assert from 'uvu/assert';
import type { Transaction } from '../../../core/database/pool.ts';
import {
  type Claim,
  claimIdempotencyKey,
  forgetOldForms,
  releaseIdempotencyKey,
  rememberAnswer,
} from '../../../core/write/once.ts';
import { suite } from '../../support/suite.ts';
import { run, somebody } from '../query/world.ts';
import { type Desk, openDesk } from './desk.ts';

const test = suite('a form that is posted twice');
let desk: Desk;

test.before(async () => {
  desk = await openDesk();
});
test.after(() => desk.close());
test.before.each(async () => {
  await desk.clear();
});

const post = (id: string, location: string, made: () => Promise<unknown> = async () => undefined): Promise<Claim> =>
  desk.change(async (tx) => {
    const claim = await claimIdempotencyKey(tx, id, somebody);
    if (!claim.first) return claim;
    await run(tx)`insert into tag (name) values (${location})`;
    await made();
    await rememberAnswer(tx, id, location);
    return claim;
  });

test('the second one gets the answer of the first', async () => {
  assert.equal(await post('a', '/tags/1'), { first: true });
  assert.equal(await post('a', '/tags/2'), { first: false, location: '/tags/1' });
  assert.equal(await post('b', '/tags/3'), { first: true });
  assert.is((await run(desk.database)`select from tag`).length, 2);
});

test('twenty at the same moment make one change, and all lead to it', async () => {
  const claims = await Promise.all(Array.from({ length: 20 }, (_, n) => post('a', `/tags/${n}`)));
  assert.is(claims.filter((claim) => claim.first).length, 1);
  const [{ location } = { location: '' }] = await run(desk.database)`select location from rustio_once`;
  for (const claim of claims) if (!claim.first) assert.is(claim.location, location);
  assert.is((await run(desk.database)`select from tag`).length, 1);
});

test('when the first one is rolled back, the one that waited is the first', async () => {
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
  assert.equal(await run(desk.database)`select name from tag`, [{ name: '/kept' }]);
});

test('a refused form may be posted again', async () => {
  const refuse = async (tx: Transaction) => {
    assert.ok((await claimIdempotencyKey(tx, 'a', somebody)).first);
    await releaseIdempotencyKey(tx, 'a');
  };
  await desk.change(refuse);
  await desk.change(refuse);
  assert.equal(await post('a', '/tags/1'), { first: true });
});

test('nobody learns where the form of somebody else led', async () => {
  await post('a', '/secret');
  const other = await desk.change((tx) =>
    claimIdempotencyKey(tx, 'a', { kind: 'job', name: 'another', permissions: 'all' }),
  );
  assert.equal(other, { first: false, location: undefined });
});

test('whatever stands in the id', async () => {
  for (const id of ['', "'; drop table tag; --", 'a\0b', '\ud800', 'x'.repeat(100_000)]) {
    assert.ok((await post(id, `${id.slice(0, 5).toWellFormed().replace('\0', '')}x`)).first);
    assert.not((await post(id, '/again')).first);
    await run(desk.database)`truncate tag, person_tag`;
  }
});

test('no form is taken for another thing that happens once, whatever its id', async () => {
  await run(desk.database)`insert into rustio_once (id, actor) values ('seed', 'command start')`;
  assert.ok((await post('seed', '/tags/1')).first);
  await desk.change((tx) => releaseIdempotencyKey(tx, 'seed'));
  assert.equal(await run(desk.database)`select id from rustio_once`, [{ id: 'seed' }]);
});

test('old forms are forgotten', async () => {
  await post('old', '/1');
  await run(desk.database)`update rustio_once set created_at = now() - interval '8 days'`;
  await post('new', '/2');
  await forgetOldForms(desk.database);
  assert.equal(await run(desk.database)`select id from rustio_once`, [{ id: 'form new' }]);
});
