// timeout: 300
// Every route, asked and posted to as nobody would, ten thousand times. A run that finds something names its seed; then
//   FUZZ_SEED=… FUZZ_AT_ONCE=1 node test/run.ts --all fuzz
// sends the same again. FUZZ_REQUESTS says how many.
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { openFuzzDesk } from './desk.ts';
import { fuzz } from './fuzz.ts';

const test = suite('fuzz: all routes');
const { FUZZ_SEED, FUZZ_REQUESTS = '10000', FUZZ_AT_ONCE = '6' } = process.env;
const chance = () => (process.env.CI === undefined ? Math.floor(Math.random() * 1e9) : 20_261_120);
const seed = FUZZ_SEED === undefined ? chance() : Number(FUZZ_SEED);
const requests = Number(FUZZ_REQUESTS);

test(`${requests} requests of every sort, seed ${seed}`, async () => {
  const desk = await openFuzzDesk();
  try {
    const { problems, answered, entries } = await fuzz(desk, { seed, requests, atOnce: Number(FUZZ_AT_ONCE) });
    assert.is(problems.join('\n\n'), '');
    assert.equal(desk.errors, []);
    const silent = desk.app.routes
      .map(({ method, path }) => `${method} ${path}`)
      .filter((name) => !answered.get(name)?.has(name.startsWith('GET') ? 200 : 303));
    assert.equal(silent, [], 'every route was got right, too');
    for (const event of ['create', 'update', 'delete']) assert.ok((entries.get(event) ?? 0) > 20, event);
  } finally {
    await desk.close();
  }
});
