// The described models match the tables of the migrations.
import { fileURLToPath } from 'node:url';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { openDatabase } from '../../../core/database/pool.ts';
import { down } from '../../../core/migrate/down.ts';
import { migrate } from '../../../core/migrate/run.ts';
import { migrationSources } from '../../../core/migrate/sources.ts';
import { buildModels } from '../../../core/model/resolve.ts';
import { audit } from '../../../plugins/audit/index.ts';
import { auth } from '../../../plugins/auth/index.ts';
import { Group, User } from '../../../plugins/auth/models.ts';
import { sessions } from '../../../plugins/sessions/index.ts';
import { testDatabase } from '../../support/database.ts';
import { suite } from '../../support/suite.ts';
import { openRulesDatabase } from './rules-database.ts';

const test = suite('auth: tables');
const column = z.object({ name: z.string(), type: z.string(), nullable: z.boolean() });

test('every field of User and Group is a column of its type, and none is the hash of the password', async () => {
  const { models, problems } = buildModels([User, Group].map((model) => ({ owner: 'auth', model })));
  assert.equal(problems, []);
  const rules = await openRulesDatabase();
  try {
    for (const model of models.all) {
      const columns = await rules.database.any(sql.type(column)`
        select attname as name, format_type(atttypid, atttypmod) as type, not attnotnull as nullable
        from pg_attribute
        where attrelid = ${model.table.join('.')}::regclass and attnum > 0 and not attisdropped
      `);
      const table = new Map(columns.map((each) => [each.name, each]));
      for (const field of model.stored) {
        const columnOf = table.get(field.column);
        const where = `${model.name}.${field.name}`;
        assert.is(columnOf?.type, typeOf(field.type.sqlType(field) ?? ''), where);
        assert.is(columnOf?.nullable, field.nullable, where);
      }
      assert.not.ok(model.stored.some((field) => /hash|secret|token/.test(field.column)));
      assert.ok(model.readOnly && !model.managed);
    }
  } finally {
    await rules.close();
  }
});

test('the roles in code are those of the table’s CHECK', async () => {
  const rules = await openRulesDatabase();
  try {
    const check = await rules.database.oneFirst(sql.type(z.object({ says: z.string() }))`
      select pg_get_constraintdef(oid) as says from pg_constraint where conname = 'rustio_user_role_check'
    `);
    const roles = [...check.matchAll(/'([a-z]+)'/g)].map(([, role]) => role);
    const field = User.fields.role;
    assert.equal(roles, [...field.values]);
  } finally {
    await rules.close();
  }
});

test('the migrations of auth and sessions can be reverted and applied again', async () => {
  const nowhere = fileURLToPath(new URL('./nowhere', import.meta.url));
  const sources = migrationSources(nowhere, [auth, sessions]);
  const { url, drop } = await testDatabase();
  const database = await openDatabase(url);
  const left = () =>
    database.anyFirst(sql.type(z.object({ name: z.string() }))`
      select relname as name from pg_class where relkind = 'r' and relname ~ '^rustio_(user|group|session|attempt)'
      union all
      select proname from pg_proc where proname ~ '^rustio_'
      order by 1
    `);
  try {
    await migrate(url, sources, { by: 'tests' });
    const first = await left();
    assert.ok(first.length >= 6);
    for (const source of ['audit', 'sessions', 'auth'])
      await down(url, sources, { source, steps: 9, confirmed: 'all' });
    assert.equal(await left(), []);
    await migrate(url, sources, { by: 'tests' });
    assert.equal(await left(), first);
  } finally {
    await database.close();
    await drop();
  }
});

test('no command removes the audit trail (F4)', async () => {
  const { url, drop } = await testDatabase();
  const sources = migrationSources(fileURLToPath(new URL('./nowhere', import.meta.url)), [audit]);
  await migrate(url, sources, { by: 'tests' });
  const error = await down(url, sources, { source: 'audit', steps: 9, confirmed: 'all' }).catch(
    (reason: unknown) => reason,
  );
  assert.is(Reflect.get(Object(error), 'code'), 'RIO-MIGRATE-DOWN');
  const database = await openDatabase(url);
  assert.equal(await database.any(sql.unsafe`select from rustio_audit`), []);
  await database.close();
  await drop();
});

function typeOf(sqlType: string): string {
  return sqlType
    .replace(/^timestamptz\((\d)\)$/, 'timestamp($1) with time zone')
    .replace(/^varchar/, 'character varying')
    .replace(/^int8$/, 'bigint')
    .replace(/^bool$/, 'boolean');
}
