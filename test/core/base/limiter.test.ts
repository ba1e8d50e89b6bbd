import * as assert from 'uvu/assert';
import { Limiter, QueueFull } from '../../../core/base/limiter.ts';
import { failureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';

const test = suite('limiter');

/** Work that completes when its gate opens; records when it began. */
function gated(began: string[]) {
  const gates = new Map<string, PromiseWithResolvers<string>>();
  return {
    work: (name: string) => (): Promise<string> => {
      const gate = Promise.withResolvers<string>();
      gates.set(name, gate);
      began.push(name);
      return gate.promise;
    },
    finish: (name: string) => gates.get(name)?.resolve(name),
    fail: (name: string) => gates.get(name)?.reject(new Error(name)),
  };
}

test('work that has waited too long is rejected and leaves the queue', async () => {
  const { work, finish } = gated([]);
  const limiter = new Limiter({ concurrency: 1, maxWaitMs: 20 });
  const first = limiter.run(work('first'));
  const late = await failureOf(limiter.run(work('late')));
  assert.instance(late, QueueFull);
  finish('first');
  assert.is(await first, 'first');
  assert.is(limiter.size, 0);
});

test('at most `concurrency` calls run at once; the others follow in order, even after a failure', async () => {
  const began: string[] = [];
  const { work, finish, fail } = gated(began);
  const limiter = new Limiter({ concurrency: 2 });
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => limiter.run(work(name)));
  assert.equal(began, ['a', 'b']);
  finish('b');
  assert.is(await b, 'b');
  assert.equal(began, ['a', 'b', 'c']);
  fail('a');
  assert.match(String(await failureOf(Promise.resolve(a))), 'a');
  assert.equal(began, ['a', 'b', 'c', 'd']);
  finish('c');
  finish('d');
  assert.equal(await Promise.all([c, d]), ['c', 'd']);
  assert.is(limiter.size, 0);
});

test('work that throws synchronously releases its slot', async () => {
  const limiter = new Limiter({ concurrency: 1 });
  const failing = limiter.run(() => {
    throw new Error('at once');
  });
  assert.match(String(await failureOf(failing)), 'at once');
  assert.is(await limiter.run(() => 'next'), 'next');
});

test('a call to a full queue is rejected immediately, without affecting the others', async () => {
  const began: string[] = [];
  const { work, finish } = gated(began);
  const limiter = new Limiter({ concurrency: 1, maxWaiting: 1 });
  const running = limiter.run(work('a'));
  const waiting = limiter.run(work('b'));
  assert.instance(await failureOf(limiter.run(work('c'))), QueueFull);
  finish('a');
  await running;
  finish('b');
  assert.is(await waiting, 'b');
  assert.equal(began, ['a', 'b']);
});

test('the error of a full queue can be customised', async () => {
  const limiter = new Limiter({ concurrency: 1, maxWaiting: 0, whenFull: () => new Error('come back later') });
  const gate = Promise.withResolvers<void>();
  const running = limiter.run(() => gate.promise);
  assert.match(String(await failureOf(limiter.run(() => 1))), 'come back later');
  gate.resolve();
  await running;
});

test('each key has its own limit and queue, which are removed when idle', async () => {
  const began: string[] = [];
  const { work, finish } = gated(began);
  const limiter = new Limiter<number>({ concurrency: 1, maxWaiting: 1 });
  const all = [
    limiter.run(work('1a'), { key: 1 }),
    limiter.run(work('1b'), { key: 1 }),
    limiter.run(work('2a'), { key: 2 }),
  ];
  assert.equal(began, ['1a', '2a']);
  assert.is(limiter.size, 2);
  for (const name of ['1a', '2a']) finish(name);
  await all[0];
  finish('1b');
  await Promise.all(all);
  assert.is(limiter.size, 0);
});

test('an aborted signal removes waiting work from the queue and does not affect running work', async () => {
  const began: string[] = [];
  const { work, finish } = gated(began);
  const limiter = new Limiter({ concurrency: 1, maxWaiting: 2 });
  const controller = new AbortController();
  const { signal } = controller;
  const running = limiter.run(work('a'), { signal });
  const waiting = limiter.run(work('b'), { signal });
  const patient = limiter.run(work('c'));
  controller.abort(new Error('the client went away'));
  assert.match(String(await failureOf(waiting)), 'the client went away');
  assert.match(String(await failureOf(limiter.run(work('d'), { signal }))), 'the client went away');
  finish('a');
  assert.is(await running, 'a');
  finish('c');
  assert.is(await patient, 'c');
  assert.equal(began, ['a', 'c']);
});
