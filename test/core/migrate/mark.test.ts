// A file that is recorded as applied without running.
import path from 'node:path';
import * as assert from 'uvu/assert';
import { mark } from '../../../core/migrate/mark.ts';
import { migrate } from '../../../core/migrate/run.ts';
import { status } from '../../../core/migrate/status.ts';
import { link, runHere } from '../../cli/run-cli.ts';
import { testDatabase } from '../../support/database.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { textsOf } from './catalogue.ts';
import { testProject } from './project.ts';

const test = suite('migrate: mark');

test('a file whose table exists already is recorded without running, and later files are applied', async () => {
  const { url, drop } = await testDatabase();
  const { sources } = await testProject({
    '20260101000000_one.sql': 'create table person (id integer);',
    '20260102000000_two.sql': 'alter table person add column name text;',
  });
  await textsOf(url, 'create table person (id integer)');
  assert.is((await rustioFailureOf(migrate(url, sources, { by: 'tester' }))).code, 'RIO-MIGRATE-FAILED');

  await mark(url, sources, { name: '20260101000000_one.sql', by: 'tester (marked)' });
  const [one, two] = await status(url, sources);
  assert.equal([one?.state, one?.appliedBy, one?.durationMs, two?.state], ['applied', 'tester (marked)', 0, 'pending']);
  assert.equal(
    (await migrate(url, sources, { by: 'tester' })).applied.map(({ name }) => name),
    ['20260102000000_two'],
  );

  for (const name of ['20260101000000_one', '20260109000000_none']) {
    const error = await rustioFailureOf(mark(url, sources, { name, by: 'tester' }));
    assert.is(error.code, 'RIO-MIGRATE-MARK', name);
    assert.is(error.exitCode, 2);
  }
  await drop();
});

test('the command asks for confirmation', async () => {
  const { url, drop } = await testDatabase();
  const folder = path.join(
    temporaryFolder({
      'notes/rustio.config.ts': `import { defineConfig } from 'rustio-admin';\nexport default defineConfig({ name: 'Notes', models: [] });`,
      'notes/migrations/20260101000000_one.sql': 'create table person (id integer);',
    }),
    'notes',
  );
  link(folder);
  const run = (...words: string[]) => runHere(folder, ['migrate', ...words], { DATABASE_URL: url });
  const unconfirmed = await run('mark', '20260101000000_one');
  assert.is(unconfirmed.code, 2);
  assert.match(unconfirmed.stderr, 'npx rustio-admin migrate mark 20260101000000_one --yes');
  assert.match((await run('status')).stdout, '[ ] project 20260101000000_one');
  const marked = await run('mark', '20260101000000_one', '--yes');
  assert.is(marked.code, 0, marked.stderr);
  assert.match((await run('status')).stdout, /\[x\] project 20260101000000_one .* \(marked\)/);
  assert.is((await run('mark', '20260101000000_none', '--yes')).code, 2);
  await drop();
});
