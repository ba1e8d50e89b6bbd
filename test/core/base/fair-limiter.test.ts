import * as assert from 'uvu/assert';
import { FairLimiter } from '../../../core/base/fair-limiter.ts';
import { failureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';

const test = suite('fair limiter');

/** Calls that run one at a time, in recorded order, once `open` is called. */
function queue(maxWaiting: number) {
  const began: string[] = [];
  const gate = Promise.withResolvers<void>();
  const limiter = new FairLimiter({ concurrency: 1, maxWaiting, whenFull: (waiting) => new Error(`${waiting} wait`) });
  const call = (origin: string): Promise<void> =>
    limiter.run(origin, async () => {
      began.push(origin);
      await gate.promise;
    });
  return { began, call, open: gate.resolve };
}

test('origins take turns: one with many calls does not delay one with a single call (F14)', async () => {
  const { began, call, open } = queue(100);
  const calls = ['a', 'a', 'a', 'a', 'b', 'c', 'b'].map(call);
  open();
  await Promise.all(calls);
  assert.equal(began, ['a', 'a', 'b', 'c', 'a', 'b', 'a']);
});

test('attack: one origin cannot block others by filling the queue (F14)', async () => {
  const { began, call, open } = queue(4);
  const flood = Array.from({ length: 5 }, () => call('flood'));
  const rejected = failureOf(flood[4] ?? Promise.resolve());
  assert.match(String(await failureOf(call('flood'))), '4 wait');
  const other = call('other');
  assert.match(String(await rejected), '4 wait');
  open();
  await Promise.all([...flood.slice(0, 4), other]);
  assert.equal(began, ['flood', 'flood', 'other', 'flood', 'flood']);
});

test('after failing work, the next call runs', async () => {
  const limiter = new FairLimiter({ concurrency: 1, maxWaiting: 1, whenFull: () => new Error('full') });
  const failing = limiter.run('a', () => Promise.reject(new Error('broken')));
  const next = limiter.run('b', async () => 'done');
  assert.match(String(await failureOf(failing)), 'broken');
  assert.is(await next, 'done');
});
