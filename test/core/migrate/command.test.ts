// The commands of migrations, in a project.
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { link, moved, runHere } from '../../cli/run-cli.ts';
import { testDatabase } from '../../support/database.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { textsOf } from './catalogue.ts';

const test = suite('migrate: commands');

const config = (fields: string) => `
  import { defineConfig, defineModel, field } from 'rustio-admin';
  const Note = defineModel('note', { fields: { name: field.text(), ${fields} } });
  export default defineConfig({ name: 'Notes', models: [Note] });
`;

interface Commands {
  folder(): string;
  /** Writes the config, in which a note has these fields, too. */
  write(fields: string): void;
  run(...words: string[]): Promise<{ readonly code: number | null; readonly output: string }>;
}

function commandsOn(url: string): Commands {
  let folder = path.join(temporaryFolder(), 'notes');
  link(folder);
  return {
    folder: () => folder,
    write: (fields) => {
      folder = moved(folder);
      writeFileSync(path.join(folder, 'rustio.config.ts'), config(fields));
    },
    run: async (...words) => {
      const { code, stdout, stderr } = await runHere(folder, words, { DATABASE_URL: url });
      return { code, output: stdout + stderr };
    },
  };
}

test('make, plan, migrate, status and down: from the first model to a change and back', async () => {
  const { url, drop } = await testDatabase();
  const { run, write } = commandsOn(url);

  write('');
  const created = await run('migrate', 'make');
  assert.match(created.output, /^wrote migrations\/\d{14}_create_note\.sql$/m);
  assert.match((await run('migrate', 'plan')).output, 'create table note (');
  assert.match((await run('migrate')).output, /^applied project \d{14}_create_note /m);

  write('done: field.boolean({ default: false })');
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

test('make asks for renames to be given as options, and status has exit codes for pending migrations and drift', async () => {
  const { url, drop } = await testDatabase();
  const { run, write } = commandsOn(url);

  write("phone: field.text({ nullable: true }), fax: field.text({ default: '' })");
  assert.is((await run('migrate', 'status')).code, 4, 'models without a migration (F17)');
  await run('migrate', 'make');
  assert.is((await run('migrate', 'status')).code, 3, 'a pending migration (F17)');
  await run('migrate');
  assert.is((await run('migrate', 'status')).code, 0);
  await textsOf(url, "insert into note (name, phone) values ('Ada', '1')");

  write("telephone: field.text({ default: 'none' }), telefax: field.text({ default: '' })");
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

  write("telephone: field.text({ default: 'none' })");
  await run('migrate', 'make');
  const rejected = await run('migrate');
  assert.is(rejected.code, 2);
  assert.match(rejected.output, 'every value of note.telefax');
  assert.is((await run('migrate', '--yes')).code, 0);
  await drop();
});

test('two branches that add the same column: make, plan, status, doctor and migrate name both files', async () => {
  const { url, drop } = await testDatabase();
  const { folder, run, write } = commandsOn(url);
  const snapshot = () => path.join(folder(), 'migrations', 'snapshot.json');

  write('');
  await run('migrate', 'make');
  await run('migrate');
  const before = readFileSync(snapshot());
  write('done: field.boolean({ default: false })');
  await run('migrate', 'make', 'left');
  writeFileSync(snapshot(), before);
  await run('migrate', 'make', 'right');

  const conflict = /project \d{14}_left and project \d{14}_right both create the column note\.done\./;
  const isReported = async () => {
    const make = await run('migrate', 'make');
    assert.match(make.output, 'No changes.');
    const status = await run('migrate', 'status');
    assert.is(status.code, 4);
    const doctor = await run('doctor', '--json');
    const plan = await run('migrate', 'plan');
    const migrated = await run('migrate', '--yes');
    for (const { code, output } of [plan, migrated]) {
      assert.is(code, 2);
      assert.match(output, 'RIO-MIGRATE-CONFLICT');
    }
    for (const { output } of [make, status, doctor, plan, migrated]) {
      assert.match(output, conflict);
      assert.match(output, 'Edit or delete the file that no database has applied yet');
    }
  };
  await isReported();
  const withoutDatabase = await runHere(folder(), ['migrate', 'make'], { DATABASE_URL: 'postgres://127.0.0.1:1/none' });
  assert.match(withoutDatabase.stdout, conflict);
  const applied = () => textsOf(url, "select count(*) from rustio_migration where source = 'project'");
  assert.equal(await applied(), ['1']);

  // One of them was applied before the other one was merged.
  const migrations = path.join(folder(), 'migrations');
  const [right = ''] = readdirSync(migrations).filter((name) => name.endsWith('_right.sql'));
  renameSync(path.join(migrations, right), path.join(folder(), right));
  renameSync(
    path.join(migrations, right.replace('.sql', '.down.sql')),
    path.join(folder(), right.replace('.sql', '.down.sql')),
  );
  assert.is((await run('migrate')).code, 0);
  renameSync(path.join(folder(), right), path.join(migrations, right));
  await isReported();
  assert.equal(await applied(), ['2']);
  await drop();
});

test('squash: the files become one, which this database only records; if only some are applied, every command reports it', async () => {
  const { url, drop } = await testDatabase();
  const { folder, run, write } = commandsOn(url);
  write('');
  await run('migrate', 'make', 'one');
  await run('migrate');
  write('done: field.boolean({ default: false })');
  await run('migrate', 'make', 'two');
  const partly = await run('migrate', 'squash');
  assert.is(partly.code, 2);
  assert.match(partly.output, /Not applied: \d{14}_two\./);
  await run('migrate');

  const squashed = await run('migrate', 'squash', 'both of them');
  assert.is(squashed.code, 0, squashed.output);
  assert.match(squashed.output, /^wrote migrations\/\d{14}_both_of_them\.sql\ndeleted migrations\/\d{14}_one\.sql$/m);
  const files = readdirSync(path.join(folder(), 'migrations')).sort();
  assert.match(files.join(' '), /^\d{14}_both_of_them\.down\.sql \d{14}_both_of_them\.sql snapshot\.json$/);
  assert.match((await run('migrate', 'make')).output, 'No changes.');
  assert.match((await run('migrate', 'plan')).output, '_both_of_them is recorded without running');
  assert.is((await run('migrate', 'status')).code, 3);

  await textsOf(url, "update rustio_migration set name = replace(name, '_two', '_other')");
  const [make, status, doctor] = [
    await run('migrate', 'make'),
    await run('migrate', 'status'),
    await run('doctor', '--json'),
  ];
  const [plan, migrated] = [await run('migrate', 'plan'), await run('migrate', '--yes')];
  assert.equal(
    [status, plan, migrated].map(({ code }) => code),
    [4, 2, 2],
  );
  for (const { output } of [make, status, doctor, plan, migrated]) {
    assert.match(output, /project \d{14}_both_of_them replaces \d{14}_two, which is not applied\./);
    assert.match(output, 'Run npx rustio-admin migrate with the files that were squashed');
  }
  await textsOf(url, "update rustio_migration set name = replace(name, '_other', '_two')");

  assert.match(
    (await run('migrate')).output,
    /^recorded project \d{14}_both_of_them: everything that it replaces is applied$/m,
  );
  const clean = await run('migrate', 'status');
  assert.is(clean.code, 0, clean.output);
  assert.not.match(clean.output, /_one|_two|\[\?\]/);
  const migrations = JSON.parse((await run('doctor', '--json')).output).checks.find(
    ({ name }: { name: string }) => name === 'migrations',
  );
  assert.is(migrations.message, 'All migrations are applied.');
  await drop();
});
