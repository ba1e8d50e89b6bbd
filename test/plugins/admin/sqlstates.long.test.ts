// Black box: every class of errors that PostgreSQL has, raised in the statement of a change, at COMMIT, and in the insert of the audit
// trail. Each gets an answer in plain words, changes nothing, and shows nothing of the database's own message.
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client, TestResponse } from '../../support/client.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { mainOf, noticesOf, textOf } from './page.ts';

const test = suite('admin: errors of the database by class');
const Thing = defineModel('thing', {
  fields: { id: field.integer(), name: field.text() },
  key: 'id',
  label: 'name',
  managed: false,
});

/** One code of each class that a statement can end with, and every code that we treat on its own. */
const CODES =
  `0A000 08006 0L000 0P000 21000 22000 22001 22003 22007 22012 22023 22P02 22P05 23000 23001 23502 23503 23505 23514
  23P01 25006 26000 27000 28000 2F002 38000 39000 3F000 40001 40P01 42501 42601 42703 42846 42883 42P01 44000 53100 53200 53300 53400
  54000 54001 54011 55000 55006 55P03 57014 57P01 58000 58030 72000 F0000 HV000 P0001 P0002 P0003 P0004 XX000 XX001 XX002 ZZ999`.split(
    /\s+/,
  );

/** The name of a row says where its trigger fails, and how. */
const tables = `
  create table thing (id int primary key, name text not null);
  create function fail() returns trigger language plpgsql as $$
  declare name text := case when tg_op = 'DELETE' then old.name else new.name end;
  begin
    if name like tg_argv[0] || '-%' then
      raise exception using errcode = right(name, 5), message = 'secret text';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
  end $$;
  create trigger fail before insert or update or delete on thing for each row execute function fail('statement');
  create constraint trigger fail_late after insert or update or delete on thing
    deferrable initially deferred for each row execute function fail('commit');
  create function fail_in_trail() returns trigger language plpgsql as $$ begin
    if new.subject_label like 'trail-%' then
      raise exception using errcode = right(new.subject_label, 5), message = 'secret text';
    end if;
    return new;
  end $$;
  create trigger fail_in_trail before insert on rustio_audit for each row execute function fail_in_trail();
  insert into thing values (1, 'unchanged');
`;

let desk: TestApp;
let clerk: Client;
test.before(async () => {
  desk = await testApp({ models: [Thing], plugins: { admin: { admins: [defineAdmin(Thing, {})] } } });
  await runSql(desk.app.database.url, tables);
  clerk = await desk.signInAs(
    'staff',
    ['view', 'add', 'change', 'delete'].map((action) => `thing.${action}`),
  );
});
test.after(() => desk.close());

const withoutTriggers = (statement: string) =>
  runSql(desk.app.database.url, `set session_replication_role = replica; ${statement}`);

async function rows(): Promise<unknown> {
  return runSql(desk.app.database.url, 'select array_agg(id || name order by id)::text from thing').then(String);
}

function judge(response: TestResponse, where: string): void {
  const { status, text } = response;
  assert.not.match(text, 'secret text', where);
  assert.not.match(text, 'RIO-HTTP-UNEXPECTED', where);
  assert.ok([409, 422, 403, 500, 503].includes(status), `${where}: ${status}`);
  // A form says in a notice what is wrong with it; any other page has the code of its error.
  const said =
    status === 422 || status === 409 ? noticesOf(text).join() : /RIO-[A-Z-]+/.exec(textOf(mainOf(text)))?.[0];
  assert.ok((said ?? '') !== '', `${where}: ${status} without a reason`);
}

for (const point of ['statement', 'commit', 'trail'] as const) {
  test(`every class, raised in the ${point}, for an added, a changed and a deleted record`, async () => {
    for (const code of CODES) {
      const name = `${point}-${code}`;
      await withoutTriggers(`insert into thing values (2, '${name}')`);
      const before = await rows();
      const responses = {
        add: await clerk.submit('/admin/things/+new', { id: '3', name }),
        change: await clerk.submit('/admin/things/1/+edit', { name }),
        delete: await clerk.submit('/admin/things/2/+delete', {}),
      };
      for (const [action, response] of Object.entries(responses)) {
        const where = `${action}, ${name}`;
        judge(response, where);
        // A rejection by the audit trail is not a problem of the form.
        if (point === 'trail') assert.not.equal(response.status, 422, where);
      }
      assert.equal(await rows(), before, name);
      await withoutTriggers('delete from thing where id = 2');
    }
  });
}
