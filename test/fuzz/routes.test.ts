// Every route, asked and posted to as nobody would: some hundred requests here, ten thousand in routes.long.test.ts.
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { openFuzzDesk } from './desk.ts';
import { fuzz } from './fuzz.ts';

const test = suite('fuzz: a few requests');

test('500 requests of every sort get declared answers, whole pages, and change what the trail says', async () => {
  const desk = await openFuzzDesk();
  try {
    const { problems, answered, entries } = await fuzz(desk, { seed: 20261120, requests: 500, atOnce: 4 });
    assert.is(problems.join('\n\n'), '');
    assert.equal(desk.errors, []);
    assert.ok(answered.size >= desk.app.routes.length * 0.9, `${answered.size} of ${desk.app.routes.length} routes`);
    assert.ok((entries.get('create') ?? 0) > 0, 'something was really added');
  } finally {
    await desk.close();
  }
});
