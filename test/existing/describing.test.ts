// What startup, `doctor` and `migrate make` report about unmanaged tables of an existing database.
import * as assert from 'uvu/assert';
import { findTable } from '../../cli/doctor/database-table.ts';
import { compareTable, unmanagedTables } from '../../cli/doctor/unmanaged-tables.ts';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { diff } from '../../core/migrate/diff.ts';
import { makeMigration } from '../../core/migrate/make.ts';
import { renderFile } from '../../core/migrate/render.ts';
import { emptySnapshot } from '../../core/migrate/shape.ts';
import { buildSnapshot } from '../../core/migrate/snapshot.ts';
import { field } from '../../core/model/field.ts';
import { type AnyModel, defineModel } from '../../core/model/model.ts';
import { buildModels } from '../../core/model/resolve.ts';
import { runCheck } from '../support/run-tool.ts';
import { afterAllSuites, suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openMerchant } from './merchant.ts';
import { Article, models, Order } from './models.ts';

const test = suite('an existing database: describing its tables');
const merchant = await openMerchant();
afterAllSuites(() => merchant.close());
const { app } = merchant;

function built(...declared: readonly AnyModel[]) {
  return buildModels(declared.map((model) => ({ owner: 'project', model })));
}

function bootProblems(...declared: readonly AnyModel[]): readonly string[] {
  return built(...declared).problems.map(({ where, problem }) => `${where}: ${problem}`);
}

/** What `doctor` reports about one model; the merchant's other models are there for its relations. */
async function doctorProblems(model: AnyModel): Promise<readonly string[]> {
  const others = models.filter((other) => other.modelName !== model.modelName);
  const { models: all, problems } = built(model, ...others);
  assert.equal(problems, []);
  const info = all.of(model);
  return compareTable(info, await findTable(app.database, info));
}

const elsewhere = { managed: false } as const;

test('`migrate make` ignores all of its tables', async () => {
  assert.is(await makeMigration({ folder: temporaryFolder(), models: app.models.all }), undefined);
  assert.equal(buildSnapshot(app.models.all).tables, []);
});

test('a table of the project can reference one of them, even with quoted names', async () => {
  const Tasting = defineModel('tasting', {
    fields: { article: field.belongsTo(() => Article), order: field.belongsTo(() => Order, { nullable: true }) },
    label: 'article',
  });
  const { models: all, problems } = built(Tasting, ...models);
  assert.equal(problems, []);
  const { up, down } = renderFile(diff(emptySnapshot, buildSnapshot(all.all)));
  assert.match(up, 'references article ("ArticleNo")');
  assert.match(up, 'references "Sales"."Order" ("Order ID")');
  await withPlainConnection(
    app.database.url,
    async (client) => {
      await client.query(`begin; ${up}; ${down}; rollback`);
    },
    { applicationName: 'tests' },
  );
});

test('a name that PostgreSQL would truncate prevents startup', () => {
  const long = 'x'.repeat(64);
  const Long = defineModel('long', { fields: { name: field.text({ column: long }) }, ...elsewhere });
  const Deep = defineModel('deep', { fields: { name: field.text() }, table: `Sales.${long}`, ...elsewhere });
  const Dotted = defineModel('dotted', { fields: { name: field.text() }, table: 'a.b.c', ...elsewhere });
  const reported = bootProblems(Long, Deep, Dotted);
  assert.is(reported.length, 3);
  assert.match(reported[0] ?? '', 'longer than the PostgreSQL limit of 63 bytes');
  assert.match(reported[1] ?? '', 'more parts than schema and table');
  assert.match(reported[2] ?? '', 'longer than the PostgreSQL limit of 63 bytes');
});

test('sqlType is only for columns of existing tables, and only for text and choices', () => {
  const Own = defineModel('own', { fields: { name: field.text({ sqlType: 'citext' }) } });
  // The compiler refuses these; JavaScript does not.
  const Loose: AnyModel = defineModel('loose', {
    fields: {
      name: field.text(JSON.parse('{"sqlType":"citxt"}')),
      size: field.integer(JSON.parse('{"sqlType":"int2"}')),
    },
    ...elsewhere,
  });
  assert.equal(bootProblems(Own, Loose), [
    'model own: fields.name: sqlType is for existing columns; set managed: false on the model, or remove sqlType.',
    'model loose: fields.name: The sqlType of a text field is citext or bpchar, not "citxt". Did you mean "citext"?',
    'model loose: fields.size: `sqlType` is supported only on text and choice fields.',
  ]);
});

test('`doctor` finds nothing if everything is described correctly, including tables of plugins', async () => {
  const result = await runCheck(unmanagedTables, app);
  assert.is(result.status, 'ok', result.message);
  assert.match(result.message, /^\d+ unmanaged tables match their models/);
});

test('`doctor` names missing tables and columns', async () => {
  const Gone = defineModel('gone', { fields: { name: field.text() }, table: 'Sales.Rak', ...elsewhere });
  assert.equal(await doctorProblems(Gone), ['gone: the table or view "Sales.Rak" does not exist.']);
  const Rack = defineModel('shelf', {
    fields: { no: field.integer(), name: field.text() },
    key: 'no',
    table: 'Sales.Rack',
    slug: 'shelves',
    ...elsewhere,
  });
  const { models: all } = built(Rack);
  const info = all.of(Rack);
  assert.equal(compareTable(info, await findTable(app.database, info)), [
    'shelf.name: the column "name" does not exist. Did you mean "Name"?',
  ]);
});

test('a table without a key cannot be described, and `doctor` explains why', async () => {
  const Log = defineModel('log', {
    fields: { at: field.localDateTime(), line: field.text({ nullable: true }) },
    key: 'at',
    label: 'at',
    table: 'import log',
    ...elsewhere,
  });
  const [firstProblem, ...more] = await doctorProblems(Log);
  assert.equal(more, []);
  assert.match(firstProblem ?? '', 'log: "import log" has no primary key or unique constraint on "at"');
});

test('`doctor` reports what would fail: types, nullable columns, enums, generated columns, views', async () => {
  const Wrong = defineModel('wrong', {
    fields: {
      id: field.text({ column: 'Order ID' }),
      buyer: field.text({ column: 'Buyer' }),
      state: field.choice(['open', 'closed']),
      weight: field.decimal({ column: 'Weight (kg)' }),
      placed: field.localDateTime({ column: 'Placed At' }),
      zip: field.text({ nullable: true }),
    },
    key: 'id',
    label: 'id',
    table: 'Sales.Order',
    ...elsewhere,
  });
  const info = built(Wrong).models.of(Wrong);
  assert.equal(compareTable(info, await findTable(app.database, info)), [
    'wrong.id: the column "Order ID" has the type uuid, which a field of type text does not support (text, varchar, bpchar, citext, name).',
    "wrong.state: the column has an enum type; set sqlType: 'Sales.Order State'.",
    'wrong.weight: the column "Weight (kg)" is nullable; set nullable: true.',
    'wrong.placed: the column "Placed At" has the type timestamptz, which a field of type localDateTime does not support (timestamp).',
  ]);

  const Lines = defineModel('lines', {
    fields: {
      order: field.uuid({ column: 'Order ID' }),
      line: field.integer({ column: 'Line' }),
      amount: field.decimal(),
    },
    key: ['order', 'line'],
    label: 'line',
    table: 'Sales.Order Details',
    ...elsewhere,
  });
  const lines = built(Lines).models.of(Lines);
  assert.equal(compareTable(lines, await findTable(app.database, lines)), [
    'lines.amount: the column "amount" is nullable; set nullable: true.',
  ]);

  const Totals = defineModel('totals', {
    fields: { order: field.uuid({ column: 'Order ID' }), total: field.decimal() },
    key: 'order',
    label: 'order',
    table: 'Sales.v Order Totals',
    ...elsewhere,
  });
  const totals = built(Totals).models.of(Totals);
  assert.equal(compareTable(totals, await findTable(app.database, totals)), [
    'totals: "Sales.v Order Totals" is a view that cannot be changed; set readOnly: true.',
  ]);
});

test('`doctor` compares the values of an enum, in both directions', async () => {
  const of = async (values: readonly string[]) => {
    const State = defineModel('state', {
      fields: {
        id: field.uuid({ column: 'Order ID' }),
        state: field.choice(values, { sqlType: 'Sales.Order State' }),
      },
      key: 'id',
      label: 'id',
      table: 'Sales.Order',
      ...elsewhere,
    });
    const info = built(State).models.of(State);
    return compareTable(info, await findTable(app.database, info));
  };
  assert.equal(await of(['open', 'Shipped out', 'closed']), []);
  assert.equal(await of(['open', 'Shipped out', 'closed', 'lost']), ['state.state: the enum does not have "lost".']);
  assert.equal(await of(['open']), ['state.state: the enum also has "Shipped out", "closed"; add it.']);
});

test('nothing unexpected was logged', () => {
  assert.equal(merchant.errors, []);
});
