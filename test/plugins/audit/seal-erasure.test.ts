// Erased entries remain verifiable, and an erasure cannot cover any other change.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { eraseEntries } from '../../../plugins/audit/erase-entries.ts';
import { suite } from '../../support/suite.ts';
import { by, cli, personAs } from '../auth/rules-database.ts';
import { openSealedTrail, type SealedTrail } from './sealed-trail.ts';

const test = suite('audit: erasing sealed entries');
let trail: SealedTrail;
test.before.each(async () => {
  trail = await openSealedTrail();
});
test.after.each(() => trail.close());

const clerk = personAs(17, 'staff', 'clerk@example.org');

/** Erases a record as a plugin does: an entry of the event, then the erasure. */
async function erase(key: string, fields: readonly string[], userId?: number): Promise<void> {
  const subject = { model: 'strike', key, label: `erased-${key}` };
  await trail.rules.database.transaction(async (tx) => {
    await tx.query(sql.unsafe`
      insert into rustio_audit (event, actor_kind, actor_label, subject_model, subject_key, subject_label, correlation_id)
      values ('strike_erased', 'command', 'x', ${subject.model}, ${subject.key}, ${subject.label}, 'x')
    `);
    await eraseEntries(tx, subject, { fields, formerLabel: '', ...(userId !== undefined && { userId }) });
  });
}

const row = sql.type(
  z.object({ label: z.string(), actor: z.string(), after: z.unknown(), salt: z.string().nullable() }),
);
const entry = (id: string) =>
  trail.rules.database.one(row`
    select subject_label as label, actor_label as actor, after, salt::text from rustio_audit where id = ${id}::bigint
  `);

test('an entry whose values were erased is still verified, and its salt is deleted', async () => {
  await trail.record('1', by(clerk));
  await trail.record('2', by(clerk));
  await trail.seal();
  await erase('1', ['pilot'], 17);
  const { label, actor, after, salt } = await entry('1');
  assert.equal(
    [label, actor, after, salt],
    ['erased-1', 'erased-1', { speed: 2, pilot: '<erased>', note: { wing: true } }, null],
  );
  assert.equal(await trail.findings(), []);
  // Of entry 2, only the name of the user was erased.
  assert.is((await entry('2')).label, 'Strike 2');
  await trail.seal();
  assert.equal(await trail.findings(), []);
});

test('a later erasure of more values, with another pseudonym, is verified, too', async () => {
  await trail.record('1', by(clerk));
  await trail.seal();
  await erase('1', ['pilot']);
  await erase('1', ['pilot', 'note', 'missing']);
  await trail.rules.database.transaction((tx) =>
    eraseEntries(tx, { model: 'user', key: '17', label: 'erased-17' }, { fields: [], formerLabel: '', userId: 17 }),
  );
  assert.is((await entry('1')).actor, 'erased-17');
  assert.equal(await trail.findings(), ['Values of user 17 were erased, and no entry records it.']);
  await trail.seal();
  await erase('1', ['speed']);
  assert.equal(await trail.findings(), ['Values of user 17 were erased, and no entry records it.']);
});

test('an entry that was erased before it was sealed is verified', async () => {
  await trail.record('1', by(clerk));
  await erase('1', ['pilot'], 17);
  await trail.seal();
  assert.equal(await trail.findings(), []);
  await erase('1', ['note'], 17);
  assert.equal(await trail.findings(), []);
});

test('nothing that remains of an erased value can be compared with a guess', async () => {
  await trail.record('1', by(clerk));
  await trail.seal();
  const { salt } = await entry('1');
  await erase('1', ['pilot'], 17);
  const tables = ['rustio_audit', 'rustio_audit_seal', 'rustio_audit_sealed', 'rustio_audit_erased_entry'];
  for (const table of tables)
    for (const value of ['clerk@example.org', 'Björn', salt ?? '-']) {
      const [name, hex] = [sql.identifier([table]), Buffer.from(value).toString('hex')];
      assert.not.ok(
        await trail.rules.database.exists(sql.unsafe`
          select from ${name} t
          where strpos(t::text, ${value}) > 0 or strpos(t::text, ${hex}) > 0
            or strpos(t::text, encode(sha256(convert_to(${value}, 'UTF8')), 'hex')) > 0
        `),
        `${table}: ${value}`,
      );
    }
});

test('attack: a change of another value of an erased entry is named', async () => {
  await trail.record('1', by(clerk));
  await trail.seal();
  await erase('1', ['pilot'], 17);
  const changes = [
    `after = after || '{"speed": 3}'`,
    `after = after - 'pilot'`,
    `after = after || '{"more": 1}'`,
    `after = after || '{"pilot": "Carl"}'`,
    `before = before || '{"speed": "<erased>"}'`,
    "subject_label = 'Strike 1'",
    "actor_label = 'another@example.org'",
    "event = 'delete'",
    'salt = gen_random_uuid()',
  ];
  for (const change of changes) assert.equal(await trail.findingsAfter(1, change), ['Entry 1 was changed.'], change);
  assert.equal(await trail.findings(), []);
});

test('attack: what erasures keep cannot be changed, moved or extended to cover a change', async () => {
  await trail.record('1', by(clerk));
  await trail.seal();
  await erase('1', ['pilot'], 17);
  const changes = [
    "update rustio_audit_erased_entry set hashes = hashes - 'after:pilot'",
    "update rustio_audit_erased_entry set salts = salts - 'after:speed'",
    `update rustio_audit_erased_entry set salts = salts || '{"after:speed": "00"}'`,
    'update rustio_audit_erased_entry set entry_id = 7',
    'delete from rustio_audit_erased_entry',
    "update rustio_audit_erasure set label = 'another'",
    "update rustio_audit_erasure set fields = '{}'",
    'delete from rustio_audit_erasure',
    // The hash of the value before, and an erasure's text in its place: no erasure names this field.
    `update rustio_audit_erased_entry set
       hashes = hashes || jsonb_build_object('after:speed', encode(sha256(decode(salts ->> 'after:speed', 'hex') || '2'), 'hex')),
       salts = salts - 'after:speed';
     update rustio_audit set after = after || '{"speed": "<erased>"}' where id = 1`,
  ];
  for (const change of changes) {
    await trail.asOwner(`
      create table kept as select * from rustio_audit where id = 1;
      create table kept_erased as select * from rustio_audit_erased_entry;
      create table kept_erasures as select * from rustio_audit_erasure;
      ${change}
    `);
    assert.ok((await trail.findings()).includes('Entry 1 was changed.'), change);
    await trail.asOwner(`
      delete from rustio_audit where id = 1; insert into rustio_audit overriding system value select * from kept;
      delete from rustio_audit_erased_entry; insert into rustio_audit_erased_entry select * from kept_erased;
      delete from rustio_audit_erasure; insert into rustio_audit_erasure overriding system value select * from kept_erasures;
      drop table kept, kept_erased, kept_erasures
    `);
  }
  assert.equal(await trail.findings(), []);
});

test('attack: an entry that was never sealed as erased does not pass because an erasure exists', async () => {
  await trail.record('1', by(clerk));
  await trail.seal();
  await trail.asOwner(`
    update rustio_audit set actor_label = 'erased-1' where id = 1;
    insert into rustio_audit_erasure (subject_model, subject_key, label, fields, user_id) values ('strike', '1', 'erased-1', '{pilot}', 17);
  `);
  assert.equal(await trail.findings(), [
    'Entry 1 was changed.',
    'Values of strike 1 were erased, and no entry records it.',
  ]);
});

test('an erasure waits until the batch is sealed, and sealing waits for the erasure', async () => {
  await trail.record('1', by(clerk));
  await withPlainConnection(trail.rules.url, async (client) => {
    await client.query('begin');
    await client.query(
      "insert into rustio_audit_erasure (subject_model, subject_key, label, fields) values ('strike', '1', 'erased-1', '{pilot}')",
    );
    const sealed = await trail.seal();
    assert.is(sealed.seals, 0);
    await client.query('commit');
  });
  await trail.record('2', cli);
  await trail.seal();
  assert.equal(await trail.findings(), ['Values of strike 1 were erased, and no entry records it.']);
  assert.is((await entry('1')).label, 'erased-1');
});
