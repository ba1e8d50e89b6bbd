// Valid and absurd requests to every route: a few hundred here, ten thousand in routes.long.test.ts.
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { openFuzzApp } from './application.ts';
import { fuzz, isUnexpected } from './fuzz.ts';

const test = suite('fuzz: a few requests');

test('700 requests of all types get declared responses and complete pages, and the audit trail matches the changes', async () => {
  const app = await openFuzzApp();
  try {
    const report = await fuzz(app, { seed: 20261120, requests: 700, concurrency: 4 });
    const { problems, statuses, entries } = report;
    assert.is(problems.join('\n\n'), '');
    assert.equal(app.errors.filter(isUnexpected), []);
    assert.ok(statuses.size >= app.app.routes.length * 0.9, `${statuses.size} of ${app.app.routes.length} routes`);
    assert.ok((entries.get('create') ?? 0) > 0, 'records were added');
    // What happens in the meantime: changes by another program, errors at COMMIT, users who lose their rights during a request.
    assert.ok(report.otherChanges > 50, `${report.otherChanges} changes`);
    assert.ok(report.lateErrors > 5, `${report.lateErrors} errors at COMMIT`);
    assert.ok((report.stored.get('unchanged') ?? 0) > 0, 'a late body is stored');
    const interrupted = [...report.interrupted].filter(([kind]) => kind !== 'unchanged');
    assert.ok(interrupted.length > 2, interrupted.join(' '));
  } finally {
    await app.close();
  }
});
