// Exports with seals, which are verified without the database.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { eraseEntries } from '../../../plugins/audit/erase-entries.ts';
import { exportTrail } from '../../../plugins/audit/seals/export-trail.ts';
import { verifyExport } from '../../../plugins/audit/seals/verify-export.ts';
import { testApp } from '../../support/app.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { by, personAs } from '../auth/rules-database.ts';
import { openSealedTrail, type SealedTrail } from './sealed-trail.ts';

const test = suite('audit: exports with seals');
let trail: SealedTrail;
test.before.each(async () => {
  trail = await openSealedTrail();
});
test.after.each(() => trail.close());

async function exported(): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportTrail(trail.rules.database)) lines.push(line);
  return lines;
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

async function messages(lines: readonly string[]): Promise<readonly string[]> {
  const result = await verifyExport(each(lines));
  if (typeof result === 'number') throw new Error(`line ${result}`);
  return result.findings.map(({ message }) => message);
}

/** Entries 1 to 4 in two seals, of which 1 is erased, a count, and entry 6, which is not sealed, like the one about the erasure. */
async function sampleLines(): Promise<string[]> {
  const clerk = personAs(17, 'staff', 'clerk@example.org');
  await trail.record('1', by(clerk));
  await trail.record('2');
  await trail.asOwner(
    "insert into rustio_audit_count (minute, source, target, entry_id) values (date_trunc('minute', now() - interval '2 hours'), 'x', 'y', 2)",
  );
  await trail.seal();
  await trail.record('3');
  await trail.rules.database.query(sql.unsafe`
    insert into rustio_audit (event, actor_kind, actor_label, before, after, correlation_id)
    values ('odd', 'job', '', '[1.50]', '{"": 1e2, "é": null, "__proto__": 1, "10": [], "a": "\\u00e9"}', '')
  `);
  await trail.seal();
  await trail.rules.database.transaction(async (tx) => {
    await tx.query(sql.unsafe`
      insert into rustio_audit (event, actor_kind, actor_label, subject_model, subject_key, subject_label, correlation_id)
      values ('strike_erased', 'job', '', 'strike', '1', 'erased-1', '')
    `);
    await eraseEntries(
      tx,
      { model: 'strike', key: '1', label: 'erased-1' },
      { fields: ['pilot'], formerLabel: '', userId: 17 },
    );
  });
  await trail.record('6');
  return exported();
}

test('an export is verified without the database, with erased entries and counts', async () => {
  const lines = await sampleLines();
  const { last } = await trail.verify();
  assert.equal(await verifyExport(each(lines), last === null ? [] : [last]), {
    findings: [],
    total: 0,
    seals: 2,
    entries: 4,
    notSealed: 2,
    anchors: 1,
  });
});

test('attack: changed, removed and added lines of an export are named', async () => {
  const lines = await sampleLines();
  const at = (text: string) => lines.findIndex((line) => line.includes(text));
  const without = (index: number) => lines.toSpliced(index, 1);
  const changed = (index: number, from: string, to: string) => {
    assert.ok(lines[index]?.includes(from), from);
    return lines.with(index, (lines[index] ?? '').replace(from, to));
  };
  const [first, second] = [at('"number":"1"'), at('"number":"2"')];
  const [entry1, entry3, count] = [at('"id":"1"'), at('"id":"3"'), at('"type":"count"')];
  const cases: readonly (readonly [lines: readonly string[], message: string])[] = [
    [changed(entry3, 'fog', 'sun'), 'Entry 3 was changed.'],
    [changed(entry1, '<erased>', 'Carl'), 'Entry 1 was changed.'],
    [changed(entry1, '"event":"update"', '"event":"create"'), 'Entry 1 was changed.'],
    [changed(entry1, 'erased-1', 'another'), 'Entry 1 was changed.'],
    [without(entry3), 'Entry 3 was deleted.'],
    [lines.toSpliced(entry3, 0, lines[entry1] ?? ''), 'Entry 1 was inserted after sealing.'],
    [changed(count, '"count":1', '"count":2'), 'The count of entry 2 was changed or inserted.'],
    [without(count), 'The count of entry 2 is missing.'],
    [changed(second, '"entries":"2"', '"entries":"3"'), 'Seal 2 was changed.'],
    [changed(second, '"hashes":"', '"hashes":"00'), 'Seal 2 was changed.'],
    [without(first), 'Seal 2 does not follow the seal before it.'],
  ];
  for (const [tampered, message] of cases) assert.ok((await messages(tampered)).includes(message), message);
});

test('attack: an added entry that precedes its seal does not pass as one that is not sealed', async () => {
  const lines = await sampleLines();
  const forged = (lines.find((line) => line.includes('"id":"3"')) ?? '').replace('fog', 'sun');
  assert.equal(await messages(lines.toSpliced(1, 0, forged)), ['Entry 3 was inserted after sealing.']);
});

test('attack: an erasure of which no entry remains in the export is named', async () => {
  const lines = await sampleLines();
  const recorded = lines.findIndex((line) => line.includes('strike_erased'));
  assert.equal(await messages(lines.toSpliced(recorded, 1)), [
    'Values of erased-1 were erased, and no entry records it.',
    'Values of strike 1 were erased, and no entry records it.',
  ]);
});

test('several counts without an entry are verified', async () => {
  await trail.record('1');
  await trail.asOwner(`
    insert into rustio_audit_count (minute, source, target)
    select date_trunc('minute', now() - interval '2 hours'), source, '' from unnest(array['one', 'two']) source
  `);
  await trail.seal();
  const lines = await exported();
  assert.equal(await messages(lines), []);
  const count = lines.findIndex((line) => line.includes('"source":"two"'));
  assert.equal(await messages(lines.toSpliced(count, 1)), ['The count of entry 0 is missing.']);
});

test('a file that is not an export is rejected, with the number of the line', async () => {
  const lines = await sampleLines();
  assert.is(await verifyExport(each([])), 1);
  assert.is(await verifyExport(each(lines.slice(1))), 1);
  assert.is(await verifyExport(each([...lines.slice(0, 3), '{"type":"entry"'])), 4);
});

test('audit export writes a new file for its owner only, records this, and audit verify-export compares it', async () => {
  const desk = await testApp({});
  try {
    await desk.signInAs('staff');
    await desk.command('audit seal');
    const file = path.join(temporaryFolder(), 'trail.jsonl');
    const [line = ''] = await desk.command('audit export', { file });
    assert.match(line, /^Lines written to .*trail\.jsonl: \d+\.$/);
    assert.is(statSync(file).mode & 0o777, 0o600);
    assert.match(readFileSync(file, 'utf8'), '"event":"audit_exported"');
    assert.is((await rustioFailureOf(desk.command('audit export', { file }))).code, 'RIO-AUDIT-EXPORT-FILE');
    assert.is((await desk.command('audit verify-export', { file })).at(-1), 'No differences.');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"event":"\w+"/, '"event":"another"'));
    assert.is((await rustioFailureOf(desk.command('audit verify-export', { file }))).exitCode, 4);
    for (const wrong of [`${file}.missing`, path.join(import.meta.dirname, 'README.md')]) {
      const failure = await rustioFailureOf(desk.command('audit verify-export', { file: wrong }));
      assert.equal([failure.code, failure.exitCode], ['RIO-AUDIT-NOT-AN-EXPORT', 2]);
    }
    assert.ok(existsSync(file));
  } finally {
    await desk.close();
  }
});
