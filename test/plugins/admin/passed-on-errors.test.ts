// Black box: a trigger that passes on an error of another kind than invalid values (`exception when others then raise …`).
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { permissionsFor } from '../../support/permissions.ts';
import { queryRows, runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';

const test = suite('admin: errors that triggers pass on');
const Thing = defineModel('thing', { fields: { name: field.text() } });
let app: TestApp;
let clerk: Client;

const tables = `
  insert into thing (name) values ('one'), ('two');
  create table failing (code text, point text);
  create function fail() returns trigger language plpgsql as $$
  declare failing_code text := (select code from failing where point = tg_argv[0]);
  begin
    if failing_code is not null then
      raise exception 'secret text' using errcode = failing_code;
    end if;
    return coalesce(new, old);
  end $$;
  create trigger fail before insert or update or delete on thing for each row execute function fail('row');
  create trigger fail_after after insert or update or delete on thing for each statement execute function fail('statement');
  create constraint trigger fail_late after insert or update or delete on thing deferrable initially deferred
    for each row execute function fail('commit');
`;

test.before(async () => {
  app = await testApp({ models: [Thing], plugins: { admin: { admins: [defineAdmin(Thing, {})] } } });
  await runSql(app.app.database.url, tables);
  clerk = await app.signInAs('staff', permissionsFor([Thing]));
});
test.after(() => app.close());

for (const [code, expected] of [
  ['40001', 'RIO-HTTP-BUSY'],
  ['40P01', 'RIO-HTTP-BUSY'],
  ['55P03', 'RIO-HTTP-LOCKED'],
  ['57014', 'RIO-HTTP-SLOW'],
  ['53100', 'RIO-HTTP-DISK-FULL'],
  ['53300', 'RIO-HTTP-UNAVAILABLE'],
  ['25006', 'RIO-HTTP-READ-ONLY'],
  ['57P01', 'RIO-HTTP-UNAVAILABLE'],
  ['08006', 'RIO-HTTP-UNAVAILABLE'],
] as const) {
  test(`the values are not blamed for ${code} that a trigger passes on, before, after or at COMMIT: ${expected}`, async () => {
    const { url } = app.app.database;
    const before = await queryRows(url, 'select * from thing order by id');
    for (const point of ['row', 'statement', 'commit']) {
      await runSql(url, `truncate failing; insert into failing values ('${code}', '${point}')`);
      const responses = [
        await clerk.submit('/admin/things/1/+edit', { name: point }),
        await clerk.submit('/admin/things/+new', { name: 'three' }),
        await clerk.submit('/admin/things/2/+delete', {}),
      ];
      for (const { status, text } of responses) {
        assert.is(status, 503, point);
        assert.match(text, expected);
        assert.not.match(text, 'secret text');
      }
    }
    await runSql(url, 'truncate failing');
    assert.equal(await queryRows(url, 'select * from thing order by id'), before);
  });
}
