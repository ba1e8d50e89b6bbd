// timeout: 240
// The commands as a user runs them, in a project.
import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { testDatabase } from '../../support/database.ts';
import { suite } from '../../support/suite.ts';
import { textsOf } from './catalogue.ts';
import { testProject } from './project.ts';

const test = suite('migrate: commands');
const ROOT = path.join(import.meta.dirname, '../../..');

const config = (fields: string) => `
  import { defineConfig, defineModel, field } from 'rustio-admin';
  const Note = defineModel('note', { fields: { name: field.text(), ${fields} } });
  export default defineConfig({ name: 'Notes', models: [Note] });
`;

test('make, plan, migrate, status and down: from the first model to a change and back', async () => {
  const { url, drop } = await testDatabase();
  const { folder } = await testProject();
  await mkdir(path.join(folder, 'node_modules'));
  await symlink(ROOT, path.join(folder, 'node_modules/rustio-admin'), 'dir');
  const run = (...words: string[]) => rustioAdmin(folder, url, words);

  await writeFile(path.join(folder, 'rustio.config.ts'), config(''));
  const created = await run('migrate', 'make');
  assert.match(created.output, /^wrote migrations\/\d{14}_create_note\.sql$/m);
  assert.match((await run('migrate', 'plan')).output, 'create table note (');
  assert.match((await run('migrate')).output, /^applied project \d{14}_create_note /m);

  await writeFile(path.join(folder, 'rustio.config.ts'), config('done: field.boolean({ default: false })'));
  assert.match((await run('migrate', 'make', 'record what is done')).output, /_record_what_is_done\.down\.sql$/m);
  const { output } = await run('migrate', 'status', '--json');
  const states: { source: string; state: string }[] = JSON.parse(output);
  assert.equal(
    states.filter(({ source }) => source === 'project').map(({ state }) => state),
    ['applied', 'pending'],
  );
  await run('migrate');
  assert.equal(await textsOf(url, 'select done from note'), []);
  const unconfirmed = await run('migrate', 'down');
  assert.is(unconfirmed.code, 2);
  assert.match(unconfirmed.output, 'RIO-MIGRATE-CONFIRM');
  assert.match(unconfirmed.output, 'every value of note.done');
  assert.match(unconfirmed.output, 'npx rustio-admin migrate down --yes');
  assert.equal(await textsOf(url, 'select done from note'), [], 'nothing was reverted');
  assert.match((await run('migrate', 'down', '--yes')).output, /^reverted project \d{14}_record_what_is_done /m);

  const rejected = await run('migrate', 'down', '--to', 'nothing');
  assert.is(rejected.code, 2);
  assert.match(rejected.output, 'RIO-MIGRATE-DOWN');
  assert.is((await run('migrate', 'down', '--source', 'nobody')).code, 2);
  await drop();
});

test('make asks for renames by options, and status has an exit code for pending migrations and for drift', async () => {
  const { url, drop } = await testDatabase();
  const { folder } = await testProject();
  await mkdir(path.join(folder, 'node_modules'));
  await symlink(ROOT, path.join(folder, 'node_modules/rustio-admin'), 'dir');
  const run = (...words: string[]) => rustioAdmin(folder, url, words);
  const write = (fields: string) => writeFile(path.join(folder, 'rustio.config.ts'), config(fields));

  await write("phone: field.text({ nullable: true }), fax: field.text({ default: '' })");
  assert.is((await run('migrate', 'status')).code, 4, 'models without a migration (F17)');
  await run('migrate', 'make');
  assert.is((await run('migrate', 'status')).code, 3, 'a pending migration (F17)');
  await run('migrate');
  assert.is((await run('migrate', 'status')).code, 0);
  await textsOf(url, "insert into note (name, phone) values ('Ada', '1')");

  await write("telephone: field.text({ default: 'none' }), telefax: field.text({ default: '' })");
  const unanswered = await run('migrate', 'make');
  assert.is(unanswered.code, 2);
  assert.match(unanswered.output, '--rename note.phone=telephone');
  const rename = ['--rename', 'note.phone=telephone', '--rename', 'note.fax=telefax'];
  const made = await run('migrate', 'make', ...rename);
  assert.match(made.output, 'warning:  Fails if telephone is null in a row of note.');
  assert.is((await run('migrate')).code, 0, 'a rename deletes nothing, so nothing has to be confirmed');
  assert.equal(await textsOf(url, 'select telephone from note'), ['1']);

  await textsOf(url, 'alter table note alter telephone drop not null');
  const drifted = await run('migrate', 'status');
  assert.is(drifted.code, 4);
  assert.match(drifted.output, 'note.telephone: the column is nullable, and should not be.');
  const again = await run('migrate', 'make');
  assert.match(again.output, 'No changes.');
  assert.match(again.output, 'drift:    note.telephone: the column is nullable');
  const diagnosis = await run('doctor', '--json');
  assert.match(diagnosis.output, 'note.telephone: the column is nullable');
  await textsOf(url, 'alter table note alter telephone set not null');

  await write("telephone: field.text({ default: 'none' })");
  await run('migrate', 'make');
  const rejected = await run('migrate');
  assert.is(rejected.code, 2);
  assert.match(rejected.output, 'every value of note.telefax');
  assert.is((await run('migrate', '--yes')).code, 0);
  await drop();
});

function rustioAdmin(folder: string, url: string, words: readonly string[]): Promise<{ code: number; output: string }> {
  const args = ['--conditions=rustio-source', path.join(ROOT, 'cli/bin.js'), ...words, '--project', folder];
  const env = { ...process.env, DATABASE_URL: url };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? 1);
      resolve({ code, output: stdout + stderr });
    });
  });
}
