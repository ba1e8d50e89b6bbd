// timeout: 120
// The commands as somebody types them, in a project of his own.
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

test('make, plan, migrate, status and down, from the first model to a change and back', async () => {
  const { url, drop } = await testDatabase();
  const { folder } = await testProject();
  await mkdir(path.join(folder, 'node_modules'));
  await symlink(ROOT, path.join(folder, 'node_modules/rustio-admin'), 'dir');
  const run = (...words: string[]) => rustioAdmin(folder, url, words);

  await writeFile(path.join(folder, 'rustio.config.ts'), config(''));
  const made = await run('migrate', 'make');
  assert.match(made.output, /^wrote migrations\/\d{14}_create_note\.sql$/m);
  assert.match((await run('migrate', 'plan')).output, 'create table note (');
  assert.match((await run('migrate')).output, /^applied project \d{14}_create_note /m);

  await writeFile(path.join(folder, 'rustio.config.ts'), config('done: field.boolean({ default: false })'));
  assert.match((await run('migrate', 'make', 'say what is done')).output, /_say_what_is_done\.down\.sql$/m);
  const { output } = await run('migrate', 'status', '--json');
  const states: { source: string; state: string }[] = JSON.parse(output);
  assert.equal(
    states.filter(({ source }) => source === 'project').map(({ state }) => state),
    ['applied', 'pending'],
  );
  await run('migrate');
  assert.equal(await textsOf(url, 'select done from note'), []);
  assert.match((await run('migrate', 'down')).output, /^reverted project \d{14}_say_what_is_done /m);

  const refused = await run('migrate', 'down', '--to', 'nothing');
  assert.is(refused.code, 2);
  assert.match(refused.output, 'RIO-MIGRATE-DOWN');
  assert.is((await run('migrate', 'down', '--source', 'nobody')).code, 2);
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
