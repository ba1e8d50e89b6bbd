// Ten thousand valid and absurd requests to every route, a thousand in `npm run explore`. The title of a failed run contains its seed; then
//   FUZZ_SEED=… FUZZ_AT_ONCE=1 node test/run.ts --all fuzz
// sends the same requests again. FUZZ_REQUESTS sets their number.
import * as assert from 'uvu/assert';
import type { RouteInfo } from '../../core/request/route-info.ts';
import { testSeed } from '../support/seed.ts';
import { suite } from '../support/suite.ts';
import { openFuzzApp } from './application.ts';
import { fuzz, isUnexpected } from './fuzz.ts';

const test = suite('fuzz: all routes');
const { FUZZ_SEED, FUZZ_REQUESTS = '10000', FUZZ_AT_ONCE = '6' } = process.env;
const seed = FUZZ_SEED === undefined ? testSeed() : Number(FUZZ_SEED);
const requests = Number(FUZZ_REQUESTS);

/** Pages of a step of the sign-in, which the users of the fuzzer have completed. */
const OF_A_STATE = ['/admin/account/new-password', '/admin/mfa'];

/**
 * Whether a successful request needs what the fuzzer does not have: a link or an email, an existing token or account, or the fields of
 * a form that is not that of a model. The tests of these plugins send them.
 */
function needsMore({ owner, method, path }: RouteInfo): boolean {
  if (path.includes(':token') || OF_A_STATE.includes(path)) return true;
  if (path === '/admin/audit/+export') return method === 'POST';
  return ['mail', 'recovery', 'mfa', 'accounts', 'tokens'].includes(owner) && (method === 'POST' || path.includes(':'));
}

test(`${requests} requests of all types, seed ${seed}`, async () => {
  const app = await openFuzzApp();
  try {
    const report = await fuzz(app, {
      seed,
      requests,
      concurrency: Number(FUZZ_AT_ONCE),
      mustSucceed: (route) => !needsMore(route),
    });
    const { problems, unsuccessful, entries } = report;
    assert.is(problems.join('\n\n'), '');
    assert.equal(app.errors.filter(isUnexpected), []);
    assert.equal(unsuccessful, [], 'every route was also requested successfully');
    // A short run does not reach everything.
    if (requests < 10_000) return;
    assert.ok(report.lateErrors > 20, `${report.lateErrors} errors at COMMIT`);
    for (const [kind, count] of report.interrupted) assert.ok(count > 20, `${count} requests whose user was ${kind}`);
    assert.ok((report.stored.get('unchanged') ?? 0) > 20, 'late bodies of other users are stored');
    for (const event of ['create', 'update', 'delete']) assert.ok((entries.get(event) ?? 0) > 20, event);
  } finally {
    await app.close();
  }
});
