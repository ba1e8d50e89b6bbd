// What a model may say of files, and what becomes of it: in the database, in a project's folder, at the boot.
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { openDatabase } from '../../../core/database/pool.ts';
import { projectFiles } from '../../../core/files/project-files.ts';
import { diff } from '../../../core/migrate/diff.ts';
import { renderFile } from '../../../core/migrate/render.ts';
import { emptySnapshot } from '../../../core/migrate/shape.ts';
import { snapshotOf } from '../../../core/migrate/snapshot.ts';
import { type AnyField, field } from '../../../core/model/field.ts';
import { type AnyModel, defineModel } from '../../../core/model/model.ts';
import { buildModels } from '../../../core/model/resolve.ts';
import { loadConfig } from '../../../core/project.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { resolved } from '../model/field-of.ts';

const test = suite('files as they are declared');

const Plan = defineModel('plan', {
  fields: { title: field.text(), sheet: field.file(), view: field.image({ nullable: true }) },
});

test('a migration makes a column with a foreign key, which no two rows share', () => {
  const { up, down } = renderFile(diff(emptySnapshot, snapshotOf(resolved(Plan))));
  assert.match(up, /^ {2}sheet uuid not null,$/m);
  assert.match(up, /^ {2}view uuid,$/m);
  assert.match(up, 'constraint plan_sheet_key unique (sheet)');
  assert.match(up, /plan_sheet_fkey\s+foreign key \(sheet\)\s+references rustio_file \(id\)/);
  assert.match(down, 'drop table plan;');
});

test('limits are read once, with what they are when nobody says', () => {
  const [plan] = resolved(Plan);
  const limitsOf = (name: string): unknown[] => {
    const found = plan?.fields.get(name);
    return [found?.max, found?.types, found?.pixels, found?.unique];
  };
  assert.equal(limitsOf('sheet'), [10_000_000, [], undefined, true]);
  assert.equal(limitsOf('view'), [5_000_000, ['image/png', 'image/jpeg', 'image/gif', 'image/webp'], 40_000_000, true]);
});

/** Options as somebody writes them without a compiler. */
const loose = (kind: 'file' | 'image' | 'text', options: object): AnyField =>
  Reflect.apply(field[kind], field, [options]);

const problems: readonly (readonly [AnyField, string])[] = [
  [
    loose('file', { types: ['application/pfd'] }),
    'types: "application/pfd" is not told by its content. Did you mean "application/pdf"?',
  ],
  [loose('image', { types: ['image/svg+xml'] }), 'types: "image/svg+xml" is not told by its content.'],
  [loose('file', { types: [] }), 'types: nothing would be taken; leave it out to take anything.'],
  [loose('file', { max: '10MB' }), 'max does not fit a field of kind file.'],
  [loose('image', { max: 'much' }), 'max does not fit a field of kind image.'],
  [loose('file', { pixels: 5 }), 'Only an image has pixels.'],
  [loose('image', { pixels: -1 }), 'pixels must be more than nothing.'],
  [loose('file', { default: 'x' }), 'A file has no default.'],
  [loose('text', { types: ['text/csv'] }), 'Only a file and an image have types and pixels.'],
];
for (const [declared, problem] of problems) {
  test(`the boot stops: ${problem}`, () => {
    const told = problemsOf(defineModel('plan', { fields: { title: field.text(), it: declared } }));
    assert.ok(
      told.some((each) => each.startsWith(problem)),
      told.join('\n'),
    );
  });
}

test('a file is no key, no label and nothing to order by', () => {
  const fields = { title: field.text(), it: field.file() };
  assert.match(problemsOf(defineModel('plan', { fields, key: 'it' })).join(), 'a key must be readable');
  assert.match(problemsOf(defineModel('plan', { fields, label: 'it' })).join(), 'nobody knows a row by that');
  assert.match(
    problemsOf(Reflect.apply(defineModel, null, ['plan', { fields, indexes: [['it']] }])).join(),
    'has no order',
  );
});

function problemsOf(model: AnyModel): readonly string[] {
  return buildModels([{ owner: 'project', model }]).problems.map(({ problem }) => problem);
}

test('the environment names the folder, else the config, else it is beside the development database', async () => {
  const project = temporaryFolder();
  const database = await openDatabase('postgres://nobody@127.0.0.1:1/none');
  const named = path.join(temporaryFolder(), 'named');
  const environment = {
    ...{ production: false, port: 0, host: '', databaseUrl: undefined, databaseOwnerUrl: undefined },
    ...{ publicUrl: undefined, secretKeys: [], logLevel: 'silent', variables: {} },
  };
  const folderOf = (files: { folder: string } | undefined, filesFolder: string | undefined): string => {
    const config = { name: 'x', ...(files && { files }) };
    const made = projectFiles(
      { folder: project, environment: { ...environment, filesFolder }, config, configError: undefined },
      database,
    );
    return path.dirname(path.dirname(made.newFolder()));
  };
  assert.is(folderOf(undefined, undefined), path.join(project, '.rustio/local/files'));
  assert.is(folderOf({ folder: 'uploads' }, undefined), path.join(project, 'uploads'));
  assert.is(folderOf({ folder: 'uploads' }, named), named);
  assert.not.ok(existsSync(named), 'a folder is made when a file comes');
  await database.close();
});

test('a store without its functions, and an unknown word, stop the loading of the config', async () => {
  const wrong = ['files: { store: { put() {} } }', 'files: { folders: "x" }', 'files: "x"'];
  for (const text of wrong) {
    const folder = temporaryFolder({ 'rustio.config.ts': `export default { name: 'x', ${text} };` });
    const { code, details } = await rustioFailureOf(loadConfig(folder));
    assert.is(code, 'RIO-CONFIG-SHAPE', text);
    assert.match(details.join(), 'files');
  }
});
