import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { diff } from '../../../core/migrate/diff.ts';
import { buildSnapshot } from '../../../core/migrate/snapshot.ts';
import { printSnapshot, readSnapshot } from '../../../core/migrate/snapshot-file.ts';
import { constraintName, fieldsOfConstraint } from '../../../core/model/constraint-names.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { quoteName } from '../../../core/sql/quote.ts';
import { testDatabase } from '../../support/database.ts';
import { suite } from '../../support/suite.ts';
import { textsOf } from './catalogue.ts';
import { testProject } from './project.ts';
import { resolved } from './resolved.ts';

const test = suite('migrate: snapshot');

const Airport = defineModel('airport', { fields: { iata: field.text({ max: 3 }), name: field.text() }, key: 'iata' });
const Strike = defineModel('strike', {
  fields: {
    airport: field.belongsTo(() => Airport),
    phase: field.choice(['taxi', 'climb'], { index: true }),
    cost: field.decimal({ precision: 12, scale: 2, default: '0', min: '0' }),
    notes: field.text({ nullable: true, index: 'search', max: 5000 }),
  },
  label: 'phase',
  unique: [['airport', 'phase']],
  indexes: [['airport', '-cost', 'phase']],
});

test('the same models produce the same snapshot, in any order', () => {
  const one = buildSnapshot(resolved(Airport, Strike));
  const other = buildSnapshot(resolved(Strike, Airport));
  assert.is(printSnapshot(one), printSnapshot(other));
  assert.equal(diff(one, other), []);
  assert.equal(
    one.tables.map(({ name }) => name),
    ['airport', 'strike'],
  );
});

test('a snapshot is read back as written', async () => {
  const { folder } = await testProject();
  const file = path.join(folder, 'snapshot.json');
  const snapshot = buildSnapshot(resolved(Airport, Strike));
  await writeFile(file, printSnapshot(snapshot));
  assert.equal(await readSnapshot(file), snapshot);
  assert.is(await readSnapshot(path.join(folder, 'none.json')), undefined);
});

test('the file is formatted like a formatter would, with one line per column', async () => {
  const { folder } = await testProject();
  const file = path.join(folder, 'snapshot.json');
  const printed = printSnapshot(buildSnapshot(resolved(Airport, Strike)));
  assert.match(
    printed,
    /^ +\{ "name": "phase", "type": "text", "nullable": false, "default": null, "identity": false \},$/m,
  );
  await writeFile(file, printed);
  const biome = path.join(import.meta.dirname, '../../../node_modules/.bin/biome');
  const options = ['--line-width=120', '--indent-style=space', '--indent-width=2', '--vcs-enabled=false'];
  const run = spawnSync(process.execPath, [biome, 'format', ...options, file], { encoding: 'utf8', cwd: folder });
  assert.is(run.status, 0, run.stdout + run.stderr);
});

test('a snapshot with conflict markers, from a newer release or with invalid content is rejected with instructions', async () => {
  const { folder } = await testProject();
  const file = path.join(folder, 'snapshot.json');
  const cases: [text: string, why: RegExp][] = [
    ['<<<<<<< HEAD\n{}\n', /merge conflict/],
    ['nonsense', /not valid JSON/],
    ['{"version": 2, "tables": [], "views": []}', /Its version is 2/],
    ['{"version": 1, "tables": [{"name": "a"}]}', /columns/],
    ['[]', /It has no version/],
  ];
  for (const [text, why] of cases) {
    await writeFile(file, text);
    const error = await readSnapshot(file).then(
      () => assert.unreachable(`${text} was read`),
      (reason: unknown) => reason,
    );
    assert.is(Reflect.get(Object(error), 'code'), 'RIO-MIGRATE-SNAPSHOT');
    assert.match(Reflect.get(Object(error), 'parts').why, why);
  }
});

test('a long name is truncated between characters, ends with its purpose and contains a hash', () => {
  const name = constraintName('ä'.repeat(40), ['column'], 'fkey');
  assert.ok(Buffer.byteLength(name) <= 63);
  assert.match(name, /^ä+_[0-9a-f]{8}_fkey$/);
  assert.is(name, constraintName('ä'.repeat(40), ['column'], 'fkey'));
  assert.is.not(name, constraintName('ä'.repeat(40), ['columns'], 'fkey'));
});

test('two objects with the same name are rejected, and the error names both tables', () => {
  const one = defineModel('one', { fields: { name: field.text(), c: field.text({ unique: true }) }, table: 'a_b' });
  const two = defineModel('two', {
    fields: { name: field.text(), bC: field.text({ unique: true }) },
    table: 'a',
  });
  assert.throws(() => buildSnapshot(resolved(one, two)), /Tables a and a_b .*"a_b_c_key"/);
});

test('the fields of a constraint are found by the name that PostgreSQL reports', () => {
  const model = resolved(Airport, Strike).find(({ name }) => name === 'strike');
  if (model === undefined) return assert.unreachable();
  const [table] = buildSnapshot([model]).tables;
  const constraints = [
    table?.primaryKey,
    ...(table?.uniques ?? []),
    ...(table?.checks ?? []),
    ...(table?.foreignKeys ?? []),
  ];
  const found = constraints.map((constraint) =>
    fieldsOfConstraint(model, constraint?.name ?? '')?.map(({ name }) => name),
  );
  assert.equal(found, [['id'], ['airport', 'phase'], ['cost'], ['notes'], ['phase'], ['airport']]);
  assert.is(fieldsOfConstraint(model, 'unknown'), undefined);
});

test('every reserved word of this server is quoted', async () => {
  const { url, drop } = await testDatabase();
  const reserved = await textsOf(url, "select word from pg_get_keywords() where catcode in ('R', 'T', 'C')");
  assert.ok(reserved.length > 100);
  assert.equal(
    reserved.filter((word) => quoteName(word) === word),
    [],
  );
  assert.is(quoteName('strike'), 'strike');
  assert.is(quoteName('a"b'), '"a""b"');
  await drop();
});
