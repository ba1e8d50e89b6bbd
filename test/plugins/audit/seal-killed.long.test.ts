// A process that is killed between any two statements of sealing leaves a complete seal or none.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { sealEntries } from '../../../plugins/audit/seals/seal-entries.ts';
import { verifyTrail } from '../../../plugins/audit/seals/verify-trail.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { atEveryStatement } from '../../support/at-every-statement.ts';
import { type DatabaseProxy, throughProxy } from '../../support/database-proxy.ts';
import { suite } from '../../support/suite.ts';

const test = suite('audit: sealing, killed at any statement');
let desk: TestApp;
let proxy: DatabaseProxy;

test.before(async () => {
  ({ app: desk, proxy } = await throughProxy((options) => testApp({}, options)));
});
test.after(() => desk.close());

const idRow = sql.type(z.object({ id: z.string() }));

test('a process that is killed while it seals leaves a complete seal or none, and the next one continues', async () => {
  const { database } = desk.app;
  const secretKeys = ['a key of the tests that is long enough'];
  await atEveryStatement(
    { desk, proxy },
    {
      prepare: () =>
        database.transaction(async (tx) => {
          // Until the server has noticed that the connection before is gone.
          await tx.query(sql.unsafe`select pg_advisory_xact_lock(hashtextextended('rustio audit seal', 0))`);
          return tx.oneFirst(idRow`
            insert into rustio_audit (event, actor_kind, actor_label, correlation_id)
            values ('x', 'job', 'x', 'x')
            returning id::text
          `);
        }),
      run: () => sealEntries(database, { secretKeys, waitMs: 1_000 }).catch(() => undefined),
      parts: async (id) => ({
        seal: await database.exists(
          sql.unsafe`select from rustio_audit_seal where ${id}::bigint between first_id and last_id`,
        ),
        list: await database.exists(sql.unsafe`select from rustio_audit_sealed where ${id}::bigint = any(ids)`),
      }),
    },
  );
  const { findings, notSealed, signatures } = await verifyTrail(database, { secretKeys });
  assert.equal([findings, notSealed.entries, signatures.none], [[], 0, 0]);
});
