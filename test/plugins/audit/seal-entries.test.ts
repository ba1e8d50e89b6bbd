// Sealing: which entries a seal covers, and when.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { checks } from '../../../plugins/audit/checks.ts';
import { entryHash } from '../../../plugins/audit/seals/entry-hash.ts';
import { readSealedEntries } from '../../../plugins/audit/seals/entry-values.ts';
import { merkleRoot } from '../../../plugins/audit/seals/merkle-root.ts';
import { lastSeal } from '../../../plugins/audit/seals/seal-entries.ts';
import { runCheck } from '../../support/run-tool.ts';
import { suite } from '../../support/suite.ts';
import { openSealedTrail, type SealedTrail } from './sealed-trail.ts';

const test = suite('audit: sealing');
let trail: SealedTrail;
test.before.each(async () => {
  trail = await openSealedTrail();
});
test.after.each(() => trail.close());

const listRow = sql.type(z.object({ ids: z.array(z.string()), hashes: z.string() }));
const lists = () =>
  trail.rules.database.any(
    listRow`select ids, substr(hashes::text, 3) as hashes from rustio_audit_sealed order by seal`,
  );
const doctor = async () => {
  const check = checks.find(({ name }) => name === 'audit-seals');
  return runCheck(check, trail.rules.app);
};

test('a seal contains the hash of each entry, and the hash of the seal before', async () => {
  for (const key of ['1', '2', '3']) await trail.record(key);
  assert.equal(await trail.seal(), { seals: 1, entries: 3 });
  await trail.record('4');
  assert.equal(await trail.seal(), { seals: 1, entries: 1 });
  const [first, second] = await lists();
  assert.equal([first?.ids, second?.ids], [['1', '2', '3'], ['4']]);
  const last = await lastSeal(trail.rules.database);
  const hashes = Buffer.from(second?.hashes ?? '', 'hex');
  assert.equal(
    [last?.number, last?.firstId, last?.lastId, last?.entries, last?.root],
    [2n, 4n, 4n, 1n, merkleRoot(hashes)],
  );
  assert.equal(await trail.findings(), []);
});

test('the hash of an entry is the same whether PostgreSQL or the program computes it', async () => {
  const { database } = trail.rules;
  await trail.record('1');
  await trail.rules.database.query(sql.unsafe`
    insert into rustio_audit (at, event, actor_kind, actor_label, subject_model, subject_key, before, after, data, correlation_id, address)
    values
      ('infinity', 'odd', 'job', '', 'x', 'é', '[1, {"a": 2}]', '{}', 'null', '', '2001:db8::1/64'),
      ('-infinity', 'odd', 'job', '', null, null, '"text"', '{"": 1, "é": 1.50, "zz": 1e3, "a": null, "10": [], "__proto__": 1}', '{"b": 1, "a": {"c": "\\u00e9"}}', '', null)
  `);
  await trail.seal();
  const [list] = await lists();
  const entries = await readSealedEntries(database, { after: null, until: '10', limit: 10 });
  assert.is(list?.hashes, entries.map(({ values, blinding }) => entryHash(values, blinding)).join(''));
  assert.is(entries.length, 3);
});

test('entries are sealed in batches, and again only when there are new ones', async () => {
  for (const key of ['1', '2', '3', '4', '5']) await trail.record(key);
  assert.equal(await trail.seal({ batch: 2 }), { seals: 3, entries: 5 });
  assert.equal(await trail.seal({ batch: 2 }), { seals: 0, entries: 0 });
  assert.equal(
    (await lists()).map(({ ids }) => ids),
    [['1', '2'], ['3', '4'], ['5']],
  );
  assert.equal(await trail.findings(), []);
});

test('an entry whose transaction commits late is not left out: nothing is sealed before it ends', async () => {
  await withPlainConnection(trail.rules.url, async (client) => {
    await client.query('begin');
    await client.query(
      "insert into rustio_audit (event, actor_kind, actor_label, correlation_id) values ('late', 'job', 'x', 'x')",
    );
    assert.is(await trail.record('2'), '2');
    assert.equal(await trail.seal(), { seals: 0, entries: 0, stoppedBy: 'writer' });
    await client.query('commit');
  });
  assert.equal(await trail.seal(), { seals: 1, entries: 2 });
  assert.equal(await trail.findings(), []);
});

test('sealing waits for open transactions, and not for those that begin later', async () => {
  await withPlainConnection(trail.rules.url, async (early) => {
    await early.query('begin');
    await early.query(
      "insert into rustio_audit (event, actor_kind, actor_label, correlation_id) values ('early', 'job', 'x', 'x')",
    );
    await trail.record('2');
    const sealing = trail.seal({ waitMs: 60_000 });
    await withPlainConnection(trail.rules.url, async (later) => {
      await later.query('begin');
      await later.query('select pg_current_xact_id()');
      await early.query('commit');
      assert.equal(await sealing, { seals: 1, entries: 2 });
      await later.query('rollback');
    });
  });
});

test('ids of rolled-back transactions do not count as deleted entries', async () => {
  await trail.record('1');
  await trail.rules.database
    .transaction(async (tx) => {
      await tx.query(
        sql.unsafe`insert into rustio_audit (event, actor_kind, actor_label, correlation_id) values ('x', 'job', 'x', 'x')`,
      );
      throw new Error('no');
    })
    .catch(() => {});
  await trail.record('3');
  await trail.seal();
  assert.equal(
    (await lists()).map(({ ids }) => ids),
    [['1', '3']],
  );
  assert.equal(await trail.findings(), []);
});

test('two processes do not seal at the same time', async () => {
  await trail.record('1');
  await withPlainConnection(trail.rules.url, async (client) => {
    await client.query("begin; select pg_advisory_xact_lock(hashtextextended('rustio audit seal', 0))");
    assert.equal(await trail.seal(), { seals: 0, entries: 0, stoppedBy: 'lock' });
    const waiting = trail.seal({ waitMs: 60_000 });
    await client.query('commit');
    assert.equal(await waiting, { seals: 1, entries: 1 });
  });
  await trail.record('2');
  const [one, other] = await Promise.all([trail.seal(), trail.seal()]);
  assert.is(one.entries + other.entries, 1);
  assert.equal(await trail.findings(), []);
});

test('sealing stops when the process stops', async () => {
  await trail.record('1');
  assert.equal(await trail.seal({ signal: AbortSignal.abort() }), { seals: 0, entries: 0, stoppedBy: 'signal' });
});

test('attack: update, delete and truncate of seals are rejected, and so are writes to what erasures keep', async () => {
  await trail.record('1');
  await trail.seal();
  const attempts = [
    'update rustio_audit_seal set entries = entries',
    'delete from rustio_audit_seal',
    'truncate rustio_audit_seal',
    'update rustio_audit_sealed set ids = ids',
    'delete from rustio_audit_sealed',
    'truncate rustio_audit_sealed',
    "insert into rustio_audit_erased_entry values (1, '{}', '{}')",
    "update rustio_audit_erased_entry set hashes = '{}'",
    'delete from rustio_audit_erased_entry',
    'truncate rustio_audit_erased_entry',
  ];
  for (const attempt of attempts) {
    const outcome = await withPlainConnection(trail.rules.url, (client) =>
      client.query(`set session_replication_role = replica; ${attempt}`),
    ).catch((error: unknown) => error);
    assert.match(String(outcome), 'append-only', attempt);
  }
});

test('doctor reports the age of the last seal, and warns when entries have waited for over an hour', async () => {
  await trail.record('1');
  await trail.seal();
  await trail.record('2');
  assert.equal(await doctor(), {
    status: 'ok',
    message: 'The last seal is number 1, from 0 minutes ago. Entries not sealed yet: 1.',
  });
  await trail.asOwner("update rustio_audit set at = at - interval '61 minutes' where id = 2");
  const warning = await doctor();
  assert.is(warning.status, 'warning');
  assert.match(warning.message, 'The oldest of them has waited for 61 minutes.');
});
