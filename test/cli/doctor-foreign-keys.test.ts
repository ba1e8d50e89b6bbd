import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Finding } from '../../cli/doctor/run-checks.ts';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { testDatabase } from '../support/database.ts';
import { suite } from '../support/suite.ts';
import { newProject, runCli } from './run-cli.ts';

const test = suite('doctor: foreign keys');

test('a mismatch between onDelete and the foreign key is reported, and so are tables without a model that lose rows', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  writeFileSync(
    path.join(folder, 'rustio.config.ts'),
    `import { defineConfig, defineModel, field } from 'rustio-admin';
    const described = (name: string, fields: Parameters<typeof defineModel>[1]['fields']) =>
      defineModel(name, { fields: { id: field.identity(), name: field.text(), ...fields }, managed: false });
    const Boss = described('boss', {});
    const boss = (onDelete: 'restrict' | 'cascade' | 'setNull') => field.belongsTo(() => Boss, { onDelete, nullable: true });
    export default defineConfig({ name: 'Desk', models: [
      Boss,
      described('kept', { boss: boss('cascade') }),
      described('gone', { boss: boss('restrict') }),
      described('same', { boss: boss('setNull') }),
      described('plain', { boss: boss('restrict') }),
      described('bare', { boss: boss('cascade') }),
    ] });`,
  );
  await withPlainConnection(url, (client) =>
    client.query(`
      create table boss (id int generated always as identity primary key, name text not null);
      create table kept (id int generated always as identity primary key, name text not null, boss_id int references boss on delete set null);
      create table gone (id int generated always as identity primary key, name text not null, boss_id int references boss on delete cascade);
      create table same (id int generated always as identity primary key, name text not null, boss_id int references boss on delete set null);
      create table plain (id int generated always as identity primary key, name text not null, boss_id int references boss);
      create table bare (id int generated always as identity primary key, name text not null, boss_id int);
      create table hidden (boss_id int references boss on delete cascade);
      create table blocking (boss_id int references boss);
    `),
  );
  const { stdout } = await runCli(folder, ['doctor', '--json'], { DATABASE_URL: url });
  const { checks }: { checks: Finding[] } = JSON.parse(stdout);
  const found = checks.find(({ name }) => name === 'foreign-keys');
  assert.is(found?.status, 'warning', stdout);
  assert.equal(found?.message.split('\n'), [
    'kept.boss: onDelete is cascade, but that of the foreign key is setNull.',
    'gone.boss: onDelete is restrict, but that of the foreign key is cascade.',
    'Deleting in boss also deletes the rows of public.hidden, which no model describes: permissions are not checked, and nothing is recorded in the audit trail.',
  ]);
});
