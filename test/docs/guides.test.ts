// The projects that the guides show, taken from the pages and booted.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type AnyModel, type Config, defineAdmin, defineModel, field, sql, z } from 'rustio-admin';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { suite } from '../support/suite.ts';
import { examplesOf, textOf, writeExamples } from './fenced.ts';

const test = suite('docs: guides');
const folder = writeExamples(
  ['docs/getting-started.md', 'docs/admin.md', 'docs/models.md', 'README.md'].flatMap(examplesOf),
);

/** What a file of a guide exports, by name. */
async function shown(file: string): Promise<ReadonlyMap<string, unknown>> {
  const module: object = await import(pathToFileURL(path.join(folder, file)).href);
  return new Map<string, unknown>(Object.entries(module));
}

function isConfig(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && 'name' in value && 'plugins' in value;
}

test('getting started: a supplier and an order are added, found, filtered and sorted', async () => {
  const config = (await shown('docs_getting-started/rustio.config.ts')).get('default');
  assert.ok(isConfig(config));
  await withApp(config, async (app) => {
    const buyer = await app.signInAs('staff', ['order.view', 'order.add', 'supplier.view', 'supplier.add']);
    assert.is((await buyer.submit('/admin/suppliers/+new', { name: 'Ana Bell', country: 'CH' })).status, 303);
    const order = { number: 'A-1', supplier: '1', placedOn: '2026-11-20', total: '12.50' };
    assert.is((await buyer.submit('/admin/orders/+new', order)).status, 303);
    const { text } = await buyer.get('/admin/orders?q=bell&f.state=open&f.supplier=1&sort=-placedOn');
    for (const word of ['A-1', 'Ana Bell', '12.50', 'Open']) assert.match(text, word);
    assert.is((await buyer.get('/admin/orders/1/+edit')).status, 403);
  });
});

test('admin: every option on the page works', async () => {
  const config = (await shown('docs_admin/admins.ts')).get('default');
  assert.ok(isConfig(config));
  await withApp(config, async (app) => {
    await app.app.database.query(sql.unsafe`insert into patient (name) values ('Ursula')`);
    await app.app.database.query(sql.unsafe`
      insert into appointment (patient_id, starts_at, reason)
      select patient.id, now() + interval '36 hours', 'Knee' from patient
    `);
    const person = await app.signInAs('administrator');
    const list = await person.get('/admin/appointments?q=ursula&f.status=booked');
    assert.match(list.text, /Days to go[\s\S]*<td class="num">2<\/td>/);
    assert.match(list.text, 'Practice');
    const record = await person.get('/admin/appointments/1');
    assert.ok(record.text.indexOf('When and who') < record.text.indexOf('Notes'));
    await person.submit('/admin/appointments/1/+edit', { status: 'done', reason: 'Hip' });
    const row = await app.app.database.one(sql.type(z.object({ status: z.string(), reason: z.string() }))`
      select status, reason from appointment
    `);
    assert.equal(row, { status: 'booked', reason: 'Hip' }, 'what is read-only is not written');
  });
});

test('the model of the README boots', async () => {
  const config = (await shown('README/rustio.config.ts')).get('default');
  assert.ok(isConfig(config));
  await withApp(config, async (app) => {
    const person = await app.signInAs('administrator');
    assert.is((await person.get('/admin/appointments?sort=-startsAt&f.status=booked')).status, 200);
  });
});

test('models: the models on the page boot together, including composite keys and many-to-many', async () => {
  const isModel = (value: unknown): value is AnyModel =>
    typeof value === 'object' && value !== null && 'modelName' in value;
  const exported = [
    ...(await shown('docs_models/models.ts')).values(),
    ...(await shown('docs_models/keys.ts')).values(),
  ];
  const models = exported.filter(isModel);
  assert.is(models.length, 8);
  const admins = models.filter(({ modelName }) => modelName !== 'invoice').map((model) => defineAdmin(model, {}));
  await withApp({ models, plugins: { admin: { admins } } }, async (app) => {
    await app.app.database.query(
      sql.unsafe`insert into airport (code, name) values ('ATL', 'Atlanta'), ('LAX', 'Los Angeles')`,
    );
    const person = await app.signInAs('administrator');
    assert.is(
      (await person.submit('/admin/routes/+new', { origin: 'ATL', destination: 'LAX', flights: '3' })).status,
      303,
    );
    assert.match((await person.get('/admin/routes/ATL,LAX')).text, 'Atlanta');
  });
});

test('models: the table of field types matches the columns in PostgreSQL', async () => {
  const Other = defineModel('other', { fields: { name: field.text() } });
  const Every = defineModel('every', {
    fields: {
      identity: field.identity(),
      text: field.text(),
      integer: field.integer(),
      bigint: field.bigint(),
      decimal: field.decimal(),
      boolean: field.boolean(),
      date: field.date(),
      time: field.time(),
      timestamp: field.timestamp(),
      localDateTime: field.localDateTime(),
      uuid: field.uuid(),
      json: field.json(z.object({})),
      choice: field.choice(['a', 'b']),
      array: field.array(field.text()),
      email: field.email(),
      phone: field.phone(),
      url: field.url(),
      slug: field.slug({ from: 'text' }),
      money: field.money({ currency: 'CHF' }),
      colour: field.colour(),
      markdown: field.markdown(),
      bytes: field.bytes(),
      file: field.file(),
      image: field.image(),
      belongsTo: field.belongsTo(() => Other),
    },
    key: 'identity',
    label: 'text',
  });
  const documented = new Map(
    [...textOf('docs/models.md').matchAll(/^\| `field\.(\w+)\(.*?\)` \| [^|]+ \| ([^|]+) \|/gm)].map(
      ([, kind = '', type = '']) => [kind, type.trim()],
    ),
  );
  assert.equal([...documented.keys()].sort(), Object.keys(field).sort());
  assert.equal([...Object.keys(Every.fields), 'manyToMany', 'custom'].sort(), Object.keys(field).sort());
  await withApp({ models: [Other, Every] }, async (app) => {
    for (const { name, column } of app.app.models.of(Every).stored) {
      const { type } = await app.app.database.one(sql.type(z.object({ type: z.string() }))`
        select format_type(atttypid, atttypmod) as type
        from pg_attribute
        where attrelid = 'every'::regclass and attname = ${column}
      `);
      const said = documented.get(name) ?? 'nothing';
      if (name === 'belongsTo') assert.is(type, 'bigint');
      else if (name === 'array') assert.is(type, 'text[]');
      else assert.is(/`([^`]+)`/.exec(said)?.[1], shortName(type), name);
    }
  });
});

/** As people write the types that PostgreSQL spells out. */
function shortName(type: string): string {
  return type
    .replace(/^timestamp\((\d)\) with time zone$/, 'timestamptz($1)')
    .replace(/^timestamp(\(\d\))? without time zone$/, 'timestamp')
    .replace(/^numeric\(.*\)$/, 'numeric')
    .replace(/^time(\(\d\))? without time zone$/, 'time');
}
