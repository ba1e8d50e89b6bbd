import * as assert from 'uvu/assert';
import { BATCH, inBatches } from '../../../core/database/batches.ts';
import { suite } from '../../support/suite.ts';

const test = suite('clean-ups in batches');

async function stepsOf(counts: readonly number[], signal?: AbortSignal): Promise<number> {
  let steps = 0;
  await inBatches(signal, async () => counts[steps++] ?? 0);
  return steps;
}

test('a clean-up goes on until it finds fewer rows than a batch has (F19)', async () => {
  assert.is(await stepsOf([]), 1);
  assert.is(await stepsOf([BATCH, BATCH, BATCH - 1, BATCH]), 3);
});

test('it ends when the process stops', async () => {
  assert.is(await stepsOf([BATCH, BATCH], AbortSignal.abort()), 0);
});
