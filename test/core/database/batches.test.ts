import * as assert from 'uvu/assert';
import { BATCH, inBatches } from '../../../core/database/batches.ts';
import { suite } from '../../support/suite.ts';

const test = suite('batched clean-ups');

async function stepsOf(counts: readonly number[], signal?: AbortSignal): Promise<number> {
  let steps = 0;
  await inBatches(signal, async () => counts[steps++] ?? 0);
  return steps;
}

test('a clean-up continues until it finds fewer rows than a full batch (F19)', async () => {
  assert.is(await stepsOf([]), 1);
  assert.is(await stepsOf([BATCH, BATCH, BATCH - 1, BATCH]), 3);
});

test('it stops when the process stops', async () => {
  assert.is(await stepsOf([BATCH, BATCH], AbortSignal.abort()), 0);
});
