// A million entries with parallel writers: no finding without a change, and every change is named.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { suite } from '../../support/suite.ts';
import { openSealedTrail } from './sealed-trail.ts';

const test = suite('audit: a million sealed entries');
const PARTS = 20;
const PART = 50_000;

test('a million entries, written and sealed at the same time, are verified without a finding; then every change is named', async () => {
  const trail = await openSealedTrail(6);
  try {
    const { database } = trail.rules;
    let isWriting = true;
    const insert = async () => {
      for (let part = 0; part < PARTS; part += 1)
        await database.query(sql.unsafe`
          insert into rustio_audit (event, actor_kind, actor_id, actor_label, subject_model, subject_key, subject_label, before, after, correlation_id)
          select 'update', 'user', n % 100, 'clerk', 'strike', n::text, 'strike ' || n,
            jsonb_build_object('speed', n), jsonb_build_object('speed', n + 1), 'x'
          from generate_series(1, ${PART}) as n
        `);
    };
    const record = async () => {
      for (let key = 0; isWriting; key += 1) await trail.record(String(key));
    };
    const seal = async () => {
      while (isWriting) await trail.seal({ waitMs: 10_000 });
    };
    const others = Promise.all([record(), record(), seal()]);
    await insert();
    isWriting = false;
    await others;
    await trail.seal({ waitMs: 60_000 });
    const verified = await trail.verify();
    assert.equal([verified.findings, verified.notSealed.entries], [[], 0]);
    assert.ok(verified.entries > PARTS * PART);
    const changed = Array.from({ length: 100 }, (_, n) => 7 + n * 9_973).toSorted((a, b) => a - b);
    await trail.asOwner(`update rustio_audit set event = 'x' where id in (${changed.join(', ')})`);
    const { findings } = await trail.verify();
    assert.equal(
      findings.map(({ message }) => message),
      changed.map((id) => `Entry ${id} was changed.`),
    );
  } finally {
    await trail.close();
  }
});
