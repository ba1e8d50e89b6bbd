// Black box: triggers and functions of other programs that change settings of the session affect neither values nor later requests.
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { sql, z } from '../../../index.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { permissionsFor } from '../../support/permissions.ts';
import { queryRows, runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { factsOf, mainOf, textOf } from './page.ts';

const test = suite('admin: settings that triggers change');
const Member = defineModel('member', {
  fields: { name: field.text(), day: field.date({ nullable: true }), at: field.timestamp({ nullable: true }) },
});
const Badge = defineModel('badge', {
  fields: { code: field.text(), day: field.date() },
  key: ['code', 'day'],
  label: 'code',
});
const models = [Member, Badge];
let app: TestApp;
let clerk: Client;

test.before(async () => {
  // One connection, so that every request uses the one whose settings were changed.
  app = await testApp(
    { models, plugins: { admin: { admins: models.map((model) => defineAdmin(model, {})) } }, timeZone: 'UTC' },
    { environment: { databasePool: 1 } },
  );
  clerk = await app.signInAs('staff', permissionsFor(models));
  await runSql(
    app.app.database.url,
    `create schema other; create table other.member (like member including all);
    create table setting (text text not null);
    create function change_settings() returns trigger language plpgsql as $$
    declare command text;
    begin
      for command in select text from public.setting loop
        execute command;
      end loop;
      return new;
    end $$;
    create trigger change_settings before insert or update on member for each row execute function change_settings();
    create trigger change_settings before insert on badge for each row execute function change_settings();`,
  );
});
test.after(async () => {
  assert.equal(app.errors, []);
  await app.close();
});

/** Adds a member while the trigger runs these commands; returns the page of the record. */
async function memberWith(commands: readonly string[], values: Readonly<Record<string, string>>): Promise<string> {
  const { url } = app.app.database;
  const rows = commands.map((command) => `($text$${command}$text$)`);
  await runSql(url, `truncate member restart identity; truncate setting; insert into setting values ${rows.join()}`);
  assert.is((await clerk.submit('/admin/members/+new', values)).status, 303);
  return '/admin/members/1';
}

for (const [setting, command] of [
  ['the order of dates', "set DateStyle to 'SQL, DMY'"],
  ['the time zone', "set TimeZone to 'America/New_York'"],
  ['the encoding', "set client_encoding to 'LATIN1'"],
  ['the search path', 'set search_path to other, public'],
  ['all of them for the transaction', "set local DateStyle to 'German'; set local search_path to other, public"],
] as const) {
  test(`if a trigger changes ${setting}, rows, pages and the history are as without it`, async () => {
    const record = await memberWith([command], { name: 'Zoë', day: '2026-03-04', at: '2026-03-04T05:06' });
    const edit = { name: 'Zoë Brû', day: '2026-05-06', at: '2026-07-08T09:10' };
    assert.is((await clerk.submit(`${record}/+edit`, edit)).status, 303);
    const facts = factsOf((await clerk.get(record)).text);
    assert.equal([facts.Name, facts.Day, facts.At], ['Zoë Brû', '2026-05-06', '2026-07-08 09:10']);
    const [row] = await queryRows(app.app.database.url, 'select name, day::text, at::text from public.member');
    assert.equal(row, { name: 'Zoë Brû', day: '2026-05-06', at: '2026-07-08 09:10:00+00' });
    const history = textOf(mainOf((await clerk.get(`${record}/+history`)).text));
    assert.match(history, 'At 2026-03-04 05:06 2026-07-08 09:10 Day 2026-03-04 2026-05-06 Name Zoë Zoë Brû');
    assert.match(history, 'At – 2026-03-04 05:06 ID – 1 Day – 2026-03-04 Name – Zoë');
  });
}

test('settings that a trigger changes for the session do not remain for later requests', async () => {
  const record = await memberWith(
    [
      'set default_transaction_read_only to on',
      "set statement_timeout to '1ms'",
      "select set_config('app.tenant', 'another', false)",
    ],
    { name: 'first' },
  );
  await runSql(app.app.database.url, 'truncate setting');
  for (const name of ['second', 'third'])
    assert.is((await clerk.submit(`${record}/+edit`, { name })).status, 303, name);
  const tenant = await app.app.database.oneFirst(sql.type(z.object({ tenant: z.string() }))`
    select coalesce(current_setting('app.tenant', true), '') as tenant
  `);
  assert.is(tenant, '');
});

test('a row whose key is a date is found after a trigger changed the order of dates', async () => {
  await memberWith(["set DateStyle to 'SQL, DMY'"], { name: 'unused' });
  const added = await clerk.submit('/admin/badges/+new', { code: 'A', day: '2026-05-06', '~then': 'stay' });
  assert.is(added.status, 303);
  const history = await clerk.get('/admin/badges/A,2026-05-06/+history');
  assert.is(history.status, 200);
  assert.match(textOf(mainOf(history.text)), 'Day – 2026-05-06');
});
