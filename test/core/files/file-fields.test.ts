// File fields as declared: their columns, limits and problems, and the folder of a project's files.
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { projectFiles } from '../../../core/boot/local-folder.ts';
import { loadConfig } from '../../../core/boot/project.ts';
import { openDatabase } from '../../../core/database/pool.ts';
import { diff } from '../../../core/migrate/diff.ts';
import { renderFile } from '../../../core/migrate/render.ts';
import { emptySnapshot } from '../../../core/migrate/shape.ts';
import { buildSnapshot } from '../../../core/migrate/snapshot.ts';
import { type AnyField, field } from '../../../core/model/field.ts';
import { type AnyModel, defineModel } from '../../../core/model/model.ts';
import { buildModels } from '../../../core/model/resolve.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { resolved } from '../model/field-of.ts';

const test = suite('file fields');

const Plan = defineModel('plan', {
  fields: { title: field.text(), sheet: field.file(), view: field.image({ nullable: true }) },
});

test('a migration creates a unique column with a foreign key', () => {
  const { up, down } = renderFile(diff(emptySnapshot, buildSnapshot(resolved(Plan))));
  assert.match(up, /^ {2}sheet uuid not null,$/m);
  assert.match(up, /^ {2}view uuid,$/m);
  assert.match(up, 'constraint plan_sheet_key unique (sheet)');
  assert.match(up, /plan_sheet_fkey\s+foreign key \(sheet\)\s+references rustio_file \(id\)/);
  assert.match(down, 'drop table plan;');
});

test('limits have defaults', () => {
  const [plan] = resolved(Plan);
  const limitsOf = (name: string): unknown[] => {
    const info = plan?.fields.get(name);
    return [info?.max, info?.types, info?.pixels, info?.unique];
  };
  assert.equal(limitsOf('sheet'), [10_000_000, [], undefined, true]);
  assert.equal(limitsOf('view'), [5_000_000, ['image/png', 'image/jpeg', 'image/gif', 'image/webp'], 40_000_000, true]);
});

/** Options that the compiler would not allow. */
const untyped = (typeName: 'file' | 'image' | 'text', options: object): AnyField =>
  Reflect.apply(field[typeName], field, [options]);

const problems: readonly (readonly [AnyField, string])[] = [
  [
    untyped('file', { types: ['application/pfd'] }),
    'types: "application/pfd" cannot be recognised from file content. Did you mean "application/pdf"?',
  ],
  [untyped('image', { types: ['image/svg+xml'] }), 'types: "image/svg+xml" cannot be recognised from file content.'],
  [untyped('file', { types: [] }), 'types: the list is empty; remove it to accept any type.'],
  [untyped('file', { max: '10MB' }), 'max is not valid for a field of type file.'],
  [untyped('image', { max: 'much' }), 'max is not valid for a field of type image.'],
  [untyped('file', { pixels: 5 }), '`pixels` is supported only on image fields.'],
  [untyped('image', { pixels: -1 }), 'pixels must be greater than 0.'],
  [untyped('file', { default: 'x' }), '`default` is not supported on file and image fields.'],
  [untyped('text', { types: ['text/csv'] }), '`types` and `pixels` are supported only on file and image fields.'],
];
for (const [declared, problem] of problems) {
  test(`startup fails: ${problem}`, () => {
    const reported = problemsOf(defineModel('plan', { fields: { title: field.text(), it: declared } }));
    assert.ok(
      reported.some((each) => each.startsWith(problem)),
      reported.join('\n'),
    );
  });
}

test('a file cannot be a key, a label or part of an index', () => {
  const fields = { title: field.text(), it: field.file() };
  assert.match(problemsOf(defineModel('plan', { fields, key: 'it' })).join(), 'a key must be usable in a URL');
  assert.match(problemsOf(defineModel('plan', { fields, label: 'it' })).join(), 'cannot be used as a label');
  assert.match(
    problemsOf(Reflect.apply(defineModel, null, ['plan', { fields, indexes: [['it']] }])).join(),
    'cannot be indexed',
  );
});

function problemsOf(model: AnyModel): readonly string[] {
  return buildModels([{ owner: 'project', model }]).problems.map(({ problem }) => problem);
}

test('the folder is set by the environment, then the config, and defaults to one next to the development database', async () => {
  const project = temporaryFolder();
  const database = await openDatabase('postgres://nobody@127.0.0.1:1/none');
  const named = path.join(temporaryFolder(), 'named');
  const environment = {
    ...{ production: false, port: 0, host: '', databaseUrl: undefined, databaseOwnerUrl: undefined },
    ...{ publicUrl: undefined, allowHttp: false, secretKeys: [], logLevel: 'silent', variables: {} },
  };
  const folderOf = (settings: { folder: string } | undefined, filesFolder: string | undefined): string => {
    const config = { name: 'x', ...(settings && { files: settings }) };
    const files = projectFiles(
      { folder: project, environment: { ...environment, filesFolder }, config, configError: undefined },
      database,
    );
    return path.dirname(path.dirname(files.newFolder()));
  };
  assert.is(folderOf(undefined, undefined), path.join(project, '.rustio/local/files'));
  assert.is(folderOf({ folder: 'uploads' }, undefined), path.join(project, 'uploads'));
  assert.is(folderOf({ folder: 'uploads' }, named), named);
  assert.not.ok(existsSync(named), 'the folder is created for the first file');
  await database.close();
});

test('an incomplete store and an unknown option fail the loading of the config', async () => {
  const wrong = ['files: { store: { put() {} } }', 'files: { folders: "x" }', 'files: "x"'];
  for (const text of wrong) {
    const folder = temporaryFolder({ 'rustio.config.ts': `export default { name: 'x', ${text} };` });
    const { code, details } = await rustioFailureOf(loadConfig(folder));
    assert.is(code, 'RIO-CONFIG-SHAPE', text);
    assert.match(details.join(), 'files');
  }
});
