import type pg from 'pg';
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { testDatabase } from '../../support/database.ts';
import { failureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';

const test = suite('plain connection');
const { url } = await testDatabase();

test('it runs several statements in one query', async () => {
  const count = await withPlainConnection(url, async (client) => {
    await client.query(`create table a (id int); insert into a values (1), (2);`);
    const { rowCount } = await client.query('select from a');
    return rowCount;
  });
  assert.is(count, 2);
});

test("a plain connection has the pool's type parsers", async () => {
  const [row] = await withPlainConnection(url, async (client) => {
    const { rows } = await client.query(`select 9007199254740993::int8 as big, timestamptz '2026-01-01 00:00Z' as at`);
    return rows;
  });
  assert.equal(row, { big: '9007199254740993', at: '2026-01-01 00:00:00+00' });
});

test('it receives notifications', async () => {
  const payload = await withPlainConnection(url, async (client) => {
    const received = new Promise((done) => client.on('notification', ({ payload }) => done(payload)));
    await client.query('listen news');
    await client.query(`notify news, 'it works'`);
    return received;
  });
  assert.is(payload, 'it works');
});

test('it is closed when its work ends or throws', async () => {
  const clients: pg.Client[] = [];
  await withPlainConnection(url, async (client) => void clients.push(client));
  await failureOf(
    withPlainConnection(url, async (client) => {
      clients.push(client);
      throw new Error('no');
    }),
  );
  for (const client of clients) assert.match(String(await failureOf(client.query('select 1'))), 'closed');
  assert.is(clients.length, 2);
});

test('it does not end the process when the server closes it', async () => {
  const error = await withPlainConnection(url, async (client) => {
    const closed = new Promise((done) => client.on('end', () => done('closed')));
    await withPlainConnection(url, (other) => other.query('select pg_terminate_backend($1)', [processOf(client)]));
    assert.is(await closed, 'closed');
    return failureOf(client.query('select 1'));
  });
  assert.instance(error, Error);
});

test('an unreachable server is an error', async () => {
  const error = await failureOf(withPlainConnection('postgres://x@127.0.0.1:1/x', async () => {}));
  assert.match(String(error), 'ECONNREFUSED');
});

function processOf(client: pg.Client): unknown {
  return Reflect.get(client, 'processID');
}
