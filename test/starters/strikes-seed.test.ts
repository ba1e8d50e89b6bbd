import { randomUUID } from 'node:crypto';
import * as assert from 'uvu/assert';
import { type AuditContext, sql, z } from '../../index.ts';
import { listGroups } from '../../plugins/auth/groups.ts';
import { Strike } from '../../starters/strikes/models/strike.ts';
import { readFiles } from '../../starters/strikes/seed/files.ts';
import { afterAllSuites, suite } from '../support/suite.ts';
import { type Desk, emptyDesk, runSeed, seededDesk } from './seeded-desk.ts';

const test = suite('the seeded starter strikes');
const files = await readFiles();
const desk = await seededDesk();
afterAllSuites(() => desk.close());
const { app, database } = desk;
// Loaded again, separately: for what is known only during the seed, and for comparison.
const other = await emptyDesk();
afterAllSuites(() => other.close());
const people = await runSeed(other);

const tables = [
  'airport',
  'operator',
  'aircraft',
  'species',
  'label',
  'strike',
  'strike_label',
  'route',
  'flight',
] as const;

test('every row of the files is in its table', async () => {
  const counts = await Promise.all(tables.map(async (table) => [table, await rowsOf(desk, table)]));
  assert.equal(Object.fromEntries(counts), {
    airport: 3_377,
    operator: 46,
    aircraft: 225,
    species: 37,
    label: 7,
    strike: 10_000,
    strike_label: 5_258,
    route: 5_366,
    flight: 20_000,
  });
});

test('every strike has the airport that its report names, in the state that it names', async () => {
  const row = z.object({ id: z.coerce.number(), code: z.string(), state: z.string().nullable() });
  const stored = await database.any(sql.type(row)`
    select strike.id, airport.code, airport.state
    from strike
    join airport on airport.code = strike.airport_code
    order by strike.id
  `);
  const matched = new Map(files.strikeAirports.map((line) => [line.get('name_in_strikes'), line]));
  const expected = files.strikes.map((line) => {
    const match = matched.get(line.get('Airport Name'));
    return { id: line.number, code: match?.get('code'), state: match?.get('state') };
  });
  assert.equal(stored, expected);
});

test('the costs add up to those of the file, to the cent', async () => {
  const sums = z.object({ repair: z.string(), other: z.string(), total: z.string() });
  const stored = await database.one(sql.type(sums)`
    select sum(cost_repair) as repair, sum(cost_other) as other, sum(cost_total) as total from strike
  `);
  const sumOf = (column: string) => `${files.strikes.reduce((sum, line) => sum + BigInt(line.get(column)), 0n)}.00`;
  assert.equal(stored, { repair: sumOf('Cost Repair'), other: sumOf('Cost Other'), total: sumOf('Cost Total $') });
});

test('each report keeps its values: date, speed if any, damage, aircraft', async () => {
  const row = z.object({ date: z.string(), speed: z.number().nullable(), damage: z.string(), aircraft: z.string() });
  const stored = await database.any(sql.type(row)`
    select strike.occurred_on as date, strike.speed, strike.damage, aircraft.name as aircraft
    from strike
    join aircraft on aircraft.id = strike.aircraft_id
    order by strike.id
  `);
  const damage: Readonly<Record<string, string>> = { B: 'classB', C: 'classC' };
  const expected = files.strikes.map((line) => ({
    date: line.get('Flight Date'),
    speed: line.get('Speed IAS in knots') === '' ? null : Number(line.get('Speed IAS in knots')),
    damage: damage[line.get('Effect Amount of damage')] ?? line.get('Effect Amount of damage').toLowerCase(),
    aircraft: line.get('Aircraft Make Model').replace('  ', ' '),
  }));
  assert.equal(stored, expected);
});

test('flights keep the local time, in any time zone of a user', async () => {
  const row = z.object({ departure: z.string() });
  const stored = await database.any(sql.type(row)`select departure from flight order by id`);
  const expected = files.flights.map((line) => ({ departure: `${line.get('date').replaceAll('/', '-')}:00` }));
  assert.equal(stored, expected);
});

test('the next record gets the next number', async () => {
  const own = await seededDesk();
  try {
    const { id } = await own.database.one(sql.type(z.object({ id: z.string() }))`
      insert into label (name) values ('Bat') returning id
    `);
    assert.is(id, '8');
  } finally {
    await own.close();
  }
});

test('three users in three roles, with only hashes of their passwords', async () => {
  assert.equal(people.map(({ email, role }) => `${email} ${role}`).sort(), [
    'admin@desk.example administrator',
    'analyst@desk.example staff',
    'officer@desk.example supervisor',
  ]);
  const row = z.object({ password_hash: z.string() });
  const hashes = await other.database.any(sql.type(row)`select password_hash from rustio_user`);
  assert.is(hashes.length, 3);
  for (const { password_hash: hash } of hashes) {
    assert.match(hash, /^\$argon2id\$/);
    assert.ok(people.every(({ password }) => !hash.includes(password)));
  }
});

test('analysts can only view; case officers can change strikes but not delete them', async () => {
  const groups = new Map(
    (await listGroups(database)).map((group) => [
      group.name,
      { ...group, permissions: group.permissions.map(({ permission }) => permission) },
    ]),
  );
  const analysts = groups.get('Analysts');
  assert.equal(analysts?.members, ['analyst@desk.example']);
  assert.ok(analysts?.permissions.includes('strike.view'));
  assert.ok(analysts?.permissions.every((permission) => permission.endsWith('.view')));
  const officers = groups.get('Case officers');
  assert.equal(officers?.members, ['officer@desk.example']);
  assert.ok(officers?.permissions.includes('strike.change'));
  assert.not.ok(officers?.permissions.includes('strike.delete'));
});

test('a second seed does nothing', async () => {
  const own = await seededDesk();
  try {
    const before = await contentOf(own);
    assert.equal(await runSeed(own), []);
    assert.equal(await contentOf(own), before);
  } finally {
    await own.close();
  }
});

test('two loads give the same rows', async () => {
  assert.equal(await contentOf(other), await contentOf(desk));
});

test('open cases have an officer; new ones do not have one yet', async () => {
  const row = z.object({ state: z.string(), taken: z.boolean() });
  const storedRows = await database.any(sql.type(row)`
    select distinct state, officer_id is not null as taken from strike order by state, taken
  `);
  assert.equal(
    storedRows.map(({ state, taken }) => `${state} ${taken ? 'taken' : 'free'}`),
    ['closed free', 'closed taken', 'new free', 'open taken'],
  );
});

test('changing a cost changes the total', async () => {
  const own = await seededDesk();
  try {
    const written = await own.database.transaction((tx) =>
      own.app.write.update(tx, context(), Strike, '1', { costRepair: '1200.50', costOther: '99.50' }),
    );
    assert.is(written.outcome, 'done');
    const { total } = await own.database.one(sql.type(z.object({ total: z.string() }))`
      select cost_total as total from strike where id = 1
    `);
    assert.is(total, '1300.00');
  } finally {
    await own.close();
  }
});

test('the tables are analysed for the planner', async () => {
  for (const table of tables) {
    const { estimate } = await database.one(sql.type(z.object({ estimate: z.number() }))`
      select reltuples as estimate from pg_class where oid = ${table}::regclass
    `);
    assert.is(estimate, await rowsOf(desk, table), table);
  }
});

test('startup finds every model and page of the starter', () => {
  const project = app.models.all.filter(({ owner }) => owner === 'project').map(({ name }) => name);
  assert.equal(project.length, tables.length);
  assert.ok(app.plugins.some(({ name }) => name === 'desk'));
});

async function rowsOf(of: Desk, table: string): Promise<number> {
  const { rows } = await of.database.one(sql.type(z.object({ rows: z.coerce.number() }))`
    select count(*) as rows from ${sql.identifier([table])}
  `);
  return rows;
}

/** A fingerprint of all rows, without the time of their creation. */
async function contentOf(of: Desk): Promise<readonly string[]> {
  const content = z.object({ content: z.string() });
  return Promise.all(
    tables.map(async (table) => {
      const row = await of.database.one(sql.type(content)`
        select md5(string_agg(line, ',' order by line)) as content
        from (select (to_jsonb(t) - 'created_at' - 'updated_at')::text as line from ${sql.identifier([table])} t) lines
      `);
      return `${table} ${row.content}`;
    }),
  );
}

function context(): AuditContext {
  return { actor: { kind: 'command', name: 'test' }, correlationId: randomUUID(), ip: null, credential: null };
}
