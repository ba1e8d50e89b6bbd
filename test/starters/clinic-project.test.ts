import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { startproject } from '../../cli/commands/startproject.ts';
import { diff } from '../../core/migrate/diff.ts';
import { buildSnapshot } from '../../core/migrate/snapshot.ts';
import { readSnapshot } from '../../core/migrate/snapshot-file.ts';
import { sql, z } from '../../index.ts';
import { Visit } from '../../starters/clinic/waiting-room/visit.ts';
import { testApp } from '../support/app.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { afterAllSuites, suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { config, folder, openClinic } from './seeded-clinic.ts';

const test = suite('the starter clinic as a project');
const clinic = await openClinic();
afterAllSuites(() => clinic.close());

test('`startproject --starter clinic` creates it, without files left over from running in place', async () => {
  const project = path.join(temporaryFolder(), 'practice');
  await startproject.run({
    values: { name: project, starter: 'clinic' },
    projectOption: undefined,
    signal: new AbortController().signal,
    print: () => {},
    ask: async () => undefined,
    askSecret: async () => undefined,
  });
  for (const file of [
    'rustio.config.ts',
    'waiting-room/templates/day.ejs',
    'waiting-room/migrations/0001_visits.sql',
  ]) {
    assert.ok(existsSync(path.join(project, file)), file);
  }
  assert.ok(existsSync(path.join(project, 'package.json')));
  assert.not.ok(existsSync(path.join(project, '.rustio')));
});

test('has no pending schema changes', async () => {
  const file = fileURLToPath(new URL('../../starters/clinic/migrations/snapshot.json', import.meta.url));
  const snapshot = await readSnapshot(file);
  if (snapshot === undefined) throw new Error(`${file} is missing.`);
  assert.equal(diff(snapshot, buildSnapshot(clinic.app.models.all)), []);
});

test("the plugin's model matches the table created by its migration", async () => {
  const column = z.object({ name: z.string(), nullable: z.boolean() });
  const created = await clinic.app.database.any(sql.type(column)`
    select column_name::text as name, is_nullable = 'YES' as nullable
    from information_schema.columns
    where table_name = 'waiting_visit'
    order by ordinal_position
  `);
  const described = clinic.app.models
    .of(Visit)
    .stored.map((field) => ({ name: field.column, nullable: field.nullable }));
  assert.equal(described, created);
});

test('without the waiting room, startup names the plugin that requires it', async () => {
  const plugins = { ...config.plugins, 'waiting-room': false as const };
  const error = await rustioFailureOf(testApp({ ...config, plugins }, { folder }));
  assert.is(error.code, 'RIO-BOOT-PROBLEMS');
  assert.match(error.details.join('\n'), 'requires the plugin "waiting-room", which is disabled');
});

test('without both plugins, nothing of them remains', async () => {
  const plugins = { ...config.plugins, 'waiting-room': false as const, dues: false as const };
  const smaller = await testApp({ ...config, plugins }, { folder });
  try {
    assert.not.ok(smaller.app.models.byName('visit'));
    assert.not.ok(smaller.app.permissions.includes('waiting-room.run'));
    const reader = await smaller.signInAs('administrator');
    assert.is((await reader.get('/admin/+waiting-room')).status, 404);
    const { status, text } = await reader.get('/admin');
    assert.is(status, 200);
    assert.not.match(text, 'waiting-room');
  } finally {
    await smaller.close();
  }
});

test('an invalid option of its plugin prevents startup with its path', async () => {
  const wrong = { ...config.plugins, 'waiting-room': { longWait: 0 } };
  const error = await rustioFailureOf(testApp({ ...config, plugins: wrong }, { folder }));
  assert.match(error.details.join('\n'), 'plugins.waiting-room.longWait');
});
