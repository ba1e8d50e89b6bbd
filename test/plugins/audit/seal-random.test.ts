// Random changes by the owner of the tables are all named, and nothing else is. Parallel writers cause no findings.
import fc from 'fast-check';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { suite } from '../../support/suite.ts';
import { openSealedTrail, type SealedTrail } from './sealed-trail.ts';

const test = suite('audit: random changes of sealed entries');
let trail: SealedTrail;
test.before.each(async () => {
  trail = await openSealedTrail(8);
});
test.after.each(() => trail.close());

const ENTRIES = 600;
/** Statements that change entry `$`, each to a value that it did not have. */
const EDITS: readonly string[] = [
  "update rustio_audit set at = at + interval '1 second' where id = $",
  "update rustio_audit set event = event || 'x' where id = $",
  "update rustio_audit set actor_kind = 'assistant' where id = $",
  'update rustio_audit set actor_id = coalesce(actor_id, 0) + 1 where id = $',
  "update rustio_audit set actor_label = actor_label || ' ' where id = $",
  "update rustio_audit set subject_key = subject_key || '0' where id = $",
  "update rustio_audit set subject_label = upper(subject_label) || '!' where id = $",
  `update rustio_audit set before = before || '{"speed": 99}' where id = $`,
  "update rustio_audit set before = before - 'note' where id = $",
  'update rustio_audit set after = null where id = $',
  `update rustio_audit set after = after || '{"more": null}' where id = $`,
  'update rustio_audit set data = null where id = $',
  "update rustio_audit set correlation_id = correlation_id || '0' where id = $",
  "update rustio_audit set credential_scheme = 'bearer', credential_id = 'x' where id = $",
  "update rustio_audit set address = '192.0.2.200' where id = $",
  'update rustio_audit set salt = gen_random_uuid() where id = $',
  'delete from rustio_audit where id = $',
  `update rustio_audit a
    set event = b.event || 'y', before = b.after, after = b.before
    from rustio_audit b where a.id = $ and b.id = a.id`,
];

test('attack: a hundred random changes by the owner are all named, and no other entry is', async () => {
  await trail.asOwner(`
    insert into rustio_audit (event, actor_kind, actor_label, subject_model, subject_key, subject_label, before, after, data, correlation_id)
    select 'update', 'job', 'Import', 'strike', n::text, 'strike ' || n,
      jsonb_build_object('speed', n, 'note', null), jsonb_build_object('speed', n + 1, 'note', repeat('x', n % 50)), '{}', 'x'
    from generate_series(1, ${ENTRIES}) as n
  `);
  await trail.seal({ batch: 70 });
  const changes = fc.sample(
    fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: ENTRIES }), fc.constantFrom(...EDITS)), {
      minLength: 100,
      maxLength: 100,
      selector: ([id]) => id,
    }),
    { numRuns: 1, seed: 20261201 },
  )[0];
  assert.ok(changes);
  await trail.asOwner(changes.map(([id, edit]) => edit.replaceAll('$', String(id))).join(';\n'));
  const { findings } = await trail.verify();
  assert.equal(
    findings.map(({ entry }) => Number(entry)).toSorted((a, b) => a - b),
    changes.map(([id]) => id).toSorted((a, b) => a - b),
  );
});

test('entries that are written while others are sealed are all sealed, and nothing is found', async () => {
  let isWriting = true;
  const write = async (writer: number) => {
    for (let n = 0; n < 30; n += 1)
      await trail.rules.database
        .transaction(async (tx) => {
          await tx.query(sql.unsafe`
            insert into rustio_audit (event, actor_kind, actor_label, correlation_id) values ('x', 'job', ${`${writer}-${n}`}, 'x')
          `);
          if (n % 7 === writer) throw new Error('rolled back');
        })
        .catch(() => {});
  };
  const seal = async () => {
    while (isWriting) await trail.seal({ waitMs: 1_000, batch: 9 });
  };
  const sealing = seal();
  await Promise.all([0, 1, 2, 3].map(write));
  isWriting = false;
  await sealing;
  await trail.seal({ waitMs: 60_000 });
  const { findings, entries, notSealed } = await trail.verify();
  const stored = await trail.rules.database.oneFirst(sql.type(z.object({ n: z.number() }))`
    select count(*)::integer as n from rustio_audit
  `);
  assert.equal([findings, entries, notSealed.entries], [[], stored, 0]);
});
