// Black box: rows that other programs have written to the framework's own tables.
import * as assert from 'uvu/assert';
import { field } from '../../core/model/field.ts';
import { defineModel } from '../../core/model/model.ts';
import { defineAdmin } from '../../plugins/admin/define-admin.ts';
import { mainOf, textOf } from '../plugins/admin/page.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { runSql } from '../support/run-sql.ts';
import { suite } from '../support/suite.ts';

const test = suite('http: odd rows of own tables');
const Item = defineModel('item', { fields: { name: field.text() } });
let app: TestApp;
test.before(async () => {
  app = await testApp({ models: [Item], plugins: { admin: { admins: [defineAdmin(Item, {})] } } });
});
test.after(() => app.close());

const rows = `
  insert into item (name) values ('one');
  update rustio_user set
    display_name = E'a\\r\\n<b>', created_at = '-infinity', updated_at = 'infinity', password_changed_at = '4713-01-01 BC', locale = 'xx', time_zone = 'Mars/Base';
  insert into rustio_session (token_hash, user_id, trust, created_at, last_seen_at, authenticated_at, idle_expires_at, absolute_expires_at, address, user_agent)
    select sha256('a'), id, 'strange', '-infinity', 'infinity', '4713-01-01 BC', 'infinity', 'infinity', '::1/8', '<b>' from rustio_user;
  insert into rustio_token (public_id, user_id, name, token_hash, created_at, expires_at, last_used_at)
    select '0123456789ab', id, '<b>', sha256('a'), '4000-01-01 BC', '4000-06-01 BC', 'infinity' from rustio_user;
  insert into rustio_group (name, created_at) values (E' \\n', 'infinity');
  insert into rustio_group_permission (group_id, permission) select id, unnest(array['', '__proto__.view', 'item.']) from rustio_group;
  insert into rustio_job (id, task, caused_by, correlation_id, created_at, started_at, progress_done, progress_total, finished_at, outcome) values
    (9223372036854775807, '', '', '', '-infinity', 'infinity', -5, 0, 'infinity', 'done'), (1, '__proto__', '', 'x', 'infinity', null, 5, -1, null, null);
  insert into rustio_mail (recipient, view, locale, created_at, sealed) values ('', '__proto__', 'xx', 'infinity', '\\x00');
  insert into rustio_audit (at, event, actor_kind, actor_id, actor_label, subject_model, subject_key, before, after, data, correlation_id) values
    ('infinity', '', 'user', 9223372036854775807, '', '__proto__', '', '{"__proto__": {"a": 1}}', 'null', '[]', ''),
    ('-infinity', 'update', 'user', 1, '<b>', 'item', '1', '[1]', '"text"', '5', 'x'),
    ('4713-01-01 BC', 'update', 'job', null, '', 'item', '1', '{"name": 1e400}', '{"name": {"~text": 5, "~bytes": "x"}, "": 1}', null, 'x');
`;

test('take neither a list nor a record nor the dashboard away', async () => {
  const chief = await app.signInAs('administrator');
  await runSql(app.app.database.url, rows);
  const [, id] = /href="\/admin\/users\/(\d+)"/.exec((await chief.get('/admin/users')).text) ?? [];
  const [, group] = /href="\/admin\/groups\/(\d+)"/.exec((await chief.get('/admin/groups')).text) ?? [];
  for (const path of [
    '',
    '/users',
    `/users/${id}`,
    `/users/${id}/+history`,
    `/accounts/${id}`,
    `/groups/${group}`,
    `/account-groups/${group}`,
    '/account',
    '/account/profile',
    '/account/sessions',
    '/account/tokens',
    `/user-tokens/${id}`,
    '/jobs',
    '/jobs?state=done',
    '/dev/mail',
    '/audit',
    '/audit?event=update',
    '/items/1',
    '/items/1/+history',
  ]) {
    const { status, text } = await chief.get(`/admin${path}`);
    const shown = textOf(mainOf(text));
    assert.is(status, 200, `${path}: ${shown.slice(0, 200)}`);
    assert.not.match(shown, /could not be loaded|undefined|NaN|Invalid Date/, path);
  }
  assert.equal(app.errors, []);
});
