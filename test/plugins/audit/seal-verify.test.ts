// Every change of the owner of the tables is found, and the entry is named. docs/contracts/audit.md lists what is not found.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { openDatabase } from '../../../core/database/pool.ts';
import { entryHash } from '../../../plugins/audit/seals/entry-hash.ts';
import { readSealedEntries } from '../../../plugins/audit/seals/entry-values.ts';
import { lastSeal } from '../../../plugins/audit/seals/seal-entries.ts';
import { verifyTrail } from '../../../plugins/audit/seals/verify-trail.ts';
import { suite } from '../../support/suite.ts';
import { until } from '../../support/until.ts';
import { by } from '../auth/rules-database.ts';
import { openSealedTrail, type SealedTrail } from './sealed-trail.ts';

const test = suite('audit: verifying');
let trail: SealedTrail;
test.before.each(async () => {
  trail = await openSealedTrail();
});
test.after.each(() => trail.close());

const KEYS = ['an old key that is long enough for a signature', 'a new key that is long enough for a signature'];

/** Entries 1 to 6 in two seals. */
async function sixEntries(secretKeys: readonly string[] = []): Promise<void> {
  for (const key of ['1', '2', '3']) await trail.record(key);
  await trail.seal({ secretKeys });
  for (const key of ['4', '5', '6']) await trail.record(key);
  await trail.seal({ secretKeys });
}

test('attack: a change of any column of an entry names the entry', async () => {
  await sixEntries();
  const changes = [
    "at = at + interval '1 millisecond'",
    "event = 'delete'",
    "actor_kind = 'job'",
    'actor_id = 1',
    "actor_label = 'Björn'",
    "subject_model = 'flight', subject_key = '2'",
    "subject_key = '7'",
    "subject_label = 'another'",
    'subject_label = null',
    `before = '{"speed": 1, "pilot": "Ana"}'`,
    `before = '{"speed": 1.0, "pilot": "Ana", "note": null}'`,
    'before = null',
    `after = after || '{"speed": 3}'`,
    "after = '[]'",
    `data = '{"weather": "sun"}'`,
    'data = null',
    "correlation_id = 'another'",
    "credential_scheme = 'session', credential_id = 'x'",
    "address = '192.0.2.1'",
    'salt = gen_random_uuid()',
    'salt = null',
  ];
  for (const change of changes) assert.equal(await trail.findingsAfter(2, change), ['Entry 2 was changed.'], change);
  assert.equal(await trail.findings(), []);
});

test('attack: deleted entries are named', async () => {
  await sixEntries();
  await trail.asOwner('delete from rustio_audit where id in (1, 4, 6)');
  assert.equal(await trail.findings(), ['Entry 1 was deleted.', 'Entry 4 was deleted.', 'Entry 6 was deleted.']);
});

test('attack: an entry that is inserted later under an old id is named', async () => {
  await sixEntries();
  await trail.asOwner('delete from rustio_audit where id = 3');
  await trail.asOwner("select setval(pg_get_serial_sequence('rustio_audit', 'id'), 20)");
  await trail.record('21');
  await trail.seal();
  await trail.asOwner(`
    insert into rustio_audit (id, event, actor_kind, actor_label, correlation_id) overriding system value
    values (3, 'x', 'job', 'x', 'x'), (15, 'x', 'job', 'x', 'x'), (-1, 'x', 'job', 'x', 'x')
  `);
  assert.equal((await trail.findings()).toSorted(), [
    'Entry -1 was inserted after sealing: seal 1 does not contain it.',
    'Entry 15 was inserted after sealing: seal 3 does not contain it.',
    'Entry 3 was changed.',
  ]);
});

test('attack: two entries that swapped their ids are both named', async () => {
  await sixEntries();
  await trail.asOwner(`
    create table swapped as select * from rustio_audit where id in (2, 5);
    update swapped set id = 7 - id;
    delete from rustio_audit where id in (2, 5);
    insert into rustio_audit overriding system value select * from swapped
  `);
  assert.equal(await trail.findings(), ['Entry 2 was changed.', 'Entry 5 was changed.']);
});

test('attack: a change of any column of a seal names the seal', async () => {
  await sixEntries(KEYS);
  const changes = [
    "at = at - interval '1 day'",
    'first_id = 2',
    'last_id = 4',
    'last_id = 1000000000000',
    'entries = 2',
    'root = sha256(root)',
    "counts_until = counts_until + interval '1 minute'",
    'counts = 1',
    'counts_root = sha256(root)',
    'previous = sha256(root)',
    'hash = sha256(hash)',
    "key_id = 'another'",
    'key_id = null, signature = null',
    'signature = sha256(root)',
  ];
  for (const change of changes) {
    await trail.asOwner(
      `create table kept as select * from rustio_audit_seal; update rustio_audit_seal set ${change} where number = 1`,
    );
    const found = await trail.findings({ secretKeys: KEYS });
    assert.ok(
      found.some((message) => /[Ss]eal 1\b/.test(message)),
      `${change}: ${found.join(' ')}`,
    );
    assert.not.ok(
      found.some((message) => message.startsWith('Entry')),
      `${change}: ${found.join(' ')}`,
    );
    await trail.asOwner(
      'truncate rustio_audit_seal; insert into rustio_audit_seal select * from kept; drop table kept',
    );
  }
  assert.equal(await trail.findings({ secretKeys: KEYS }), []);
});

test('attack: a changed or missing list of a seal is named, and the entries are compared with the root', async () => {
  await sixEntries();
  await trail.asOwner(
    'update rustio_audit_sealed set hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1) where seal = 1',
  );
  assert.equal(await trail.findings(), ['The list of entries of seal 1 was changed.']);
  await trail.asOwner('delete from rustio_audit_sealed where seal = 1');
  assert.equal(await trail.findings(), ['The list of entries of seal 1 is missing.']);
  await trail.asOwner("update rustio_audit set event = 'x' where id = 2");
  assert.equal(await trail.findings(), [
    'The list of entries of seal 1 is missing.',
    'Entries between 1 and 3 were changed, deleted or inserted. The list of seal 1 was also changed, so they cannot be named.',
  ]);
});

test('attack: a seal that was computed again breaks the chain', async () => {
  await sixEntries();
  await trail.asOwner(`
    create table kept as select * from rustio_audit_seal where number = 2;
    truncate rustio_audit_seal, rustio_audit_sealed;
    update rustio_audit set event = 'x' where id = 2
  `);
  await trail.seal({ batch: 3 });
  await trail.asOwner(
    'delete from rustio_audit_seal where number = 2; insert into rustio_audit_seal select * from kept',
  );
  assert.equal(await trail.findings(), ['Seal 2 does not follow seal 1.']);
});

test('attack: removed seals are named', async () => {
  await sixEntries();
  await trail.record('7');
  await trail.seal();
  await trail.asOwner('delete from rustio_audit_seal where number = 2');
  assert.equal(await trail.findings(), ['Seal 2 is missing.']);
  await trail.asOwner('delete from rustio_audit_seal where number = 1');
  assert.equal(await trail.findings(), ['Seals 1 to 2 are missing.']);
  await trail.asOwner('truncate rustio_audit_seal');
  assert.equal(await trail.findings(), ['Seal 1 is missing.', 'Seal 2 is missing.', 'Seal 3 is missing.']);
});

test('attack: an owner who rewrites an entry and computes its seal again needs the key outside the database', async () => {
  await sixEntries(KEYS);
  await trail.asOwner(
    "update rustio_audit set event = 'x' where id = 2; truncate rustio_audit_seal, rustio_audit_sealed",
  );
  // Without the key, the owner can sign with another one, or not at all.
  await trail.seal({ secretKeys: [] });
  assert.equal((await trail.verify({ secretKeys: KEYS })).signatures, { valid: 0, unknownKey: 0, none: 1 });
  await trail.asOwner('truncate rustio_audit_seal, rustio_audit_sealed');
  await trail.seal({ secretKeys: ['a key of the owner that is long enough'] });
  assert.equal((await trail.verify({ secretKeys: KEYS })).signatures, { valid: 0, unknownKey: 1, none: 0 });
});

test('attack: an anchor outside the database shows that all seals were computed again', async () => {
  await sixEntries();
  const { last } = await trail.verify();
  assert.ok(last);
  await trail.record('7');
  await trail.seal();
  const verified = await trail.verify({ anchors: [last] });
  assert.equal([verified.total, verified.anchors], [0, 1]);
  await trail.asOwner(
    "update rustio_audit set event = 'x' where id = 2; truncate rustio_audit_seal, rustio_audit_sealed",
  );
  await trail.seal();
  assert.equal(await trail.findings(), []);
  assert.equal(await trail.findings({ anchors: [last] }), [
    `The anchor seal 2 of ${last.time} (${last.hash}) is not in the chain of seals: the history up to it was rewritten or removed.`,
  ]);
});

test('signatures remain valid after a key was replaced, and are counted when the old one is not listed any more', async () => {
  const [old = '', current = ''] = KEYS;
  await trail.record('1');
  await trail.seal({ secretKeys: [old] });
  await trail.record('2');
  await trail.seal({ secretKeys: [current, old] });
  assert.equal((await trail.verify({ secretKeys: [current, old] })).signatures, { valid: 2, unknownKey: 0, none: 0 });
  const verified = await trail.verify({ secretKeys: [current] });
  assert.equal([verified.signatures, verified.total], [{ valid: 1, unknownKey: 1, none: 0 }, 0]);
});

test('attack: a seal without a signature after a signed one is named', async () => {
  await trail.record('1');
  await trail.seal({ secretKeys: KEYS });
  await trail.record('2');
  await trail.seal({ secretKeys: [] });
  assert.equal(await trail.findings({ secretKeys: KEYS }), ['Seal 2 is not signed, but earlier seals are.']);
});

test('attack: a column that was rewritten with another type is named', async () => {
  await sixEntries();
  await trail.rules.database.query(
    sql.unsafe`alter table rustio_audit alter column event type varchar using upper(event)`,
  );
  const found = await trail.findings();
  assert.ok(found.some((message) => message.includes('column "event text not null" is missing or changed')));
  assert.ok(found.includes('Entry 1 was changed.'));
  await trail.rules.database.query(sql.unsafe`alter table rustio_audit drop column data`);
  assert.ok((await trail.findings()).some((message) => message.startsWith('The entries cannot be verified')));
});

test('attack: a replaced trigger function is named', async () => {
  await sixEntries();
  await trail.rules.database.query(sql.unsafe`
    create or replace function rustio_audit_append_only() returns trigger language plpgsql as 'begin return new; end'
  `);
  assert.ok(
    (await trail.findings()).includes('Definition of the tables: a trigger function of rustio_audit has been changed.'),
  );
});

test('attack: functions of the owner that take the place of built-in ones have no effect', async () => {
  await sixEntries();
  const { database, url } = trail.rules;
  const hashOf2 = async () => {
    const [entry] = await readSealedEntries(database, { after: '1', until: '2', limit: 1 });
    return entry === undefined ? '' : entryHash(entry.values, entry.blinding);
  };
  const sealed = await hashOf2();
  await trail.asOwner("update rustio_audit set event = 'x' where id = 2");
  const name = new URL(url).pathname.slice(1);
  await trail.asOwner(`
    create function sha256(bytea) returns bytea language sql as $$
      select case encode(pg_catalog.sha256($1), 'hex') when '${await hashOf2()}' then decode('${sealed}', 'hex') else pg_catalog.sha256($1) end
    $$;
    alter database ${name} set search_path = public, pg_catalog
  `);
  const session = await openDatabase(url, { maximumPoolSize: 1 });
  try {
    const { findings } = await verifyTrail(session, { secretKeys: [] });
    assert.equal(
      findings.map(({ message }) => message),
      ['Entry 2 was changed.'],
    );
  } finally {
    await session.close();
  }
});

test('entries after the last seal are counted as not sealed', async () => {
  await sixEntries();
  await trail.record('7');
  const { notSealed, total } = await trail.verify();
  assert.equal([notSealed.entries, total], [1, 0]);
});

test('--from compares only the entries of later seals', async () => {
  await sixEntries();
  await trail.asOwner("update rustio_audit set event = 'x' where id in (2, 5)");
  const { findings, entries } = await trail.verify({ from: 2n });
  assert.equal([findings.map(({ entry }) => entry), entries], [['5'], 3]);
  assert.is((await lastSeal(trail.rules.database))?.number, 2n);
});

test('attack: changed, deleted and inserted counts of repeated events are named by their entry', async () => {
  const { database } = trail.rules;
  // Repeated failed sign-ins of two hours ago.
  await trail.asOwner(`
    insert into rustio_audit (event, actor_kind, actor_label, correlation_id) select 'login_failed', 'anonymous', 'x', 'x' from generate_series(1, 3);
    insert into rustio_audit_count (minute, source, target, entry_id, count)
    select date_trunc('minute', now() - interval '2 hours'), 'source', id::text, id, 10 from rustio_audit
  `);
  await trail.seal();
  assert.is((await lastSeal(database))?.counts, 3n);
  assert.equal(await trail.findings(), []);
  await trail.asOwner(`
    update rustio_audit_count set count = 9 where entry_id = 1;
    delete from rustio_audit_count where entry_id = 2;
    insert into rustio_audit_count (minute, source, target, entry_id) select minute, 'other', 'x', 7 from rustio_audit_count limit 1;
  `);
  assert.equal((await trail.findings()).toSorted(), [
    'A count of entry 7 was inserted.',
    'The count of entry 1 was changed.',
    'The count of entry 2 was deleted.',
  ]);
});

test('attack: a count without an entry that is inserted beside another one is named', async () => {
  const insert = (source: string) =>
    trail.asOwner(
      `insert into rustio_audit_count (minute, source, target) values (date_trunc('minute', now() - interval '2 hours'), '${source}', '')`,
    );
  await trail.record('1');
  await insert('one');
  await insert('two');
  await trail.seal();
  assert.equal(await trail.findings(), []);
  await insert('three');
  assert.equal(await trail.findings(), ['A count of entry 0 was inserted.']);
});

test('a seal that another process adds during the comparison is not a finding', async () => {
  await sixEntries();
  const { database, url } = trail.rules;
  await withPlainConnection(url, async (client) => {
    // The comparison waits for the index after it has read the seals.
    await client.query('begin; reindex index rustio_audit_erased_entry_pkey');
    const findings = trail.findings();
    await until(() =>
      database.exists(sql.unsafe`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
      `),
    );
    await trail.record('7');
    assert.is((await trail.seal()).seals, 1);
    await client.query('commit');
    assert.equal(await findings, []);
  });
  assert.is((await trail.verify()).seals, 3);
});

test('recent counts, which can still grow, are not sealed', async () => {
  const failed = () =>
    trail.rules.database.transaction((tx) =>
      trail.rules.events.record(
        tx,
        { ...by({ kind: 'user', id: 7, name: 'x', displayName: null, role: 'staff', permissions: new Set() }) },
        'update',
        {
          subject: null,
          data: { before: {}, after: {} },
          aggregationKey: 'x',
        },
      ),
    );
  await failed();
  await trail.seal();
  await failed();
  assert.equal(await trail.findings(), []);
  assert.is((await lastSeal(trail.rules.database))?.counts, 0n);
});
