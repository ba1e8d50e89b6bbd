import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { preparedTemplate, testDatabase } from './database.ts';
import { failureOf } from './failure.ts';
import { queryRows, runSql } from './run-sql.ts';
import { suite } from './suite.ts';

const test = suite('test databases');

test('each database is empty and separate', async () => {
  const [one, two] = await Promise.all([testDatabase(), testDatabase()]);
  await runSql(one.url, 'create table only_in_one ()');
  assert.equal(await queryRows(two.url, `select to_regclass('only_in_one') as found`), [{ found: null }]);
});

test('a template is prepared once for concurrent requests', async () => {
  let prepared = 0;
  const prepare = async (url: string) => {
    prepared++;
    await runSql(url, 'create table ready ()');
  };
  const templates = await Promise.all([preparedTemplate('once', prepare), preparedTemplate('once', prepare)]);
  const { url } = await testDatabase(templates[0]);
  assert.is(templates[0], templates[1]);
  assert.is(prepared, 1);
  assert.equal(await queryRows(url, `select to_regclass('ready')::text as found`), [{ found: 'ready' }]);
});

test('a template whose preparation failed is prepared again', async () => {
  await failureOf(preparedTemplate('twice', () => Promise.reject(new Error('not today'))));
  const template = await preparedTemplate('twice', async (url) => void (await runSql(url, 'create table ready ()')));
  const { url } = await testDatabase(template);
  assert.equal(await queryRows(url, `select to_regclass('ready')::text as found`), [{ found: 'ready' }]);
});

test('a database in use can be dropped', async () => {
  const database = await testDatabase();
  await withPlainConnection(database.url, async (client) => {
    await database.drop();
    assert.instance(await failureOf(client.query('select 1')), Error);
  });
  assert.match(String(await failureOf(runSql(database.url, 'select 1'))), 'does not exist');
});
