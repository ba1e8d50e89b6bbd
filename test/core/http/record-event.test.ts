// Events of requests that change nothing, while the audit trail is locked.
import * as assert from 'uvu/assert';
import { testApp } from '../../support/app.ts';
import { queryRows, runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { until } from '../../support/until.ts';

const test = suite('http: events of requests that change nothing');

test('an entry that is late when the process stops is stored before its connections are closed', async () => {
  const app = await testApp({});
  const { url } = app.app.database;
  const guest = await app.signInAs('staff', []);
  const locked = runSql(url, 'begin; lock table rustio_audit in access exclusive mode; select pg_sleep(2.5); commit');
  const locks = `
    select 1 from pg_locks
    where database = (select oid from pg_database where datname = current_database())
      and relation = 'rustio_audit'::regclass and mode = 'AccessExclusiveLock' and granted`;
  await until(async () => (await queryRows(url, locks)).length > 0);
  assert.is((await guest.get('/admin/audit')).status, 403);
  await Promise.all([app.close(), locked]);
  assert.equal(app.errors, []);
});
