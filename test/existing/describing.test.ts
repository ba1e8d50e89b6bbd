// What the boot, `doctor` and `migrate make` say about descriptions of tables that somebody else made.
import * as assert from 'uvu/assert';
import { describedTables, problemsOf } from '../../cli/doctor/described-tables.ts';
import { findTable } from '../../cli/doctor/found-table.ts';
import { withPlainConnection } from '../../core/database/plain.ts';
import { diff } from '../../core/migrate/diff.ts';
import { makeMigration } from '../../core/migrate/make.ts';
import { renderFile } from '../../core/migrate/render.ts';
import { emptySnapshot } from '../../core/migrate/shape.ts';
import { snapshotOf } from '../../core/migrate/snapshot.ts';
import { field } from '../../core/model/field.ts';
import { type AnyModel, defineModel } from '../../core/model/model.ts';
import { buildModels } from '../../core/model/resolve.ts';
import { runCheck } from '../support/run-tool.ts';
import { afterAllSuites, suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openMerchant } from './merchant.ts';
import { Article, models, Order } from './models.ts';

const test = suite('an existing database: describing it');
const merchant = await openMerchant();
afterAllSuites(() => merchant.close());
const { app } = merchant;

function built(...declared: readonly AnyModel[]) {
  return buildModels(declared.map((model) => ({ owner: 'project', model })));
}

function toldAtBoot(...declared: readonly AnyModel[]): readonly string[] {
  return built(...declared).problems.map(({ where, problem }) => `${where}: ${problem}`);
}

/** What `doctor` says of one model, the other ones of the merchant being there for its relations. */
async function toldByDoctor(model: AnyModel): Promise<readonly string[]> {
  const others = models.filter((other) => other.modelName !== model.modelName);
  const { models: all, problems } = built(model, ...others);
  assert.equal(problems, []);
  const info = all.of(model);
  return problemsOf(info, await findTable(app.database, info));
}

const elsewhere = { managed: false } as const;

test('`migrate make` leaves every table of it alone', async () => {
  assert.is(await makeMigration({ folder: temporaryFolder(), models: app.models.all }), undefined);
  assert.equal(snapshotOf(app.models.all).tables, []);
});

test('a table of our own may point to one of theirs, quoted names and all', async () => {
  const Tasting = defineModel('tasting', {
    fields: { article: field.belongsTo(() => Article), order: field.belongsTo(() => Order, { nullable: true }) },
    label: 'article',
  });
  const { models: all, problems } = built(Tasting, ...models);
  assert.equal(problems, []);
  const { up, down } = renderFile(diff(emptySnapshot, snapshotOf(all.all)));
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

test('a name that PostgreSQL would cut off stops the boot', () => {
  const long = 'x'.repeat(64);
  const Long = defineModel('long', { fields: { name: field.text({ column: long }) }, ...elsewhere });
  const Deep = defineModel('deep', { fields: { name: field.text() }, table: `Sales.${long}`, ...elsewhere });
  const Dotted = defineModel('dotted', { fields: { name: field.text() }, table: 'a.b.c', ...elsewhere });
  const told = toldAtBoot(Long, Deep, Dotted);
  assert.is(told.length, 3);
  assert.match(told[0] ?? '', 'longer than the 63 bytes');
  assert.match(told[1] ?? '', 'more than a schema and a table');
  assert.match(told[2] ?? '', 'longer than the 63 bytes');
});

test('sqlType is for columns of others, and for texts and choices', () => {
  const Own = defineModel('own', { fields: { name: field.text({ sqlType: 'citext' }) } });
  // The compiler refuses these; JavaScript does not.
  const Loose: AnyModel = defineModel('loose', {
    fields: {
      name: field.text(JSON.parse('{"sqlType":"citxt"}')),
      size: field.integer(JSON.parse('{"sqlType":"int2"}')),
    },
    ...elsewhere,
  });
  assert.equal(toldAtBoot(Own, Loose), [
    'model own: fields.name: sqlType is for columns that somebody else made; say managed: false, or leave it out.',
    'model loose: fields.name: A text has the sqlType citext or bpchar, not "citxt". Did you mean "citext"?',
    'model loose: fields.size: Only a text and a choice may say the sqlType of their column.',
  ]);
});

test("`doctor` finds nothing where everything is described as it is, plugins' tables included", async () => {
  const found = await runCheck(describedTables, app);
  assert.is(found.status, 'ok', found.message);
  assert.match(found.message, /^\d+ described tables match their models/);
});

test('`doctor` names tables and columns that are not there', async () => {
  const Gone = defineModel('gone', { fields: { name: field.text() }, table: 'Sales.Rak', ...elsewhere });
  assert.equal(await toldByDoctor(Gone), ['gone: there is no table or view "Sales.Rak".']);
  const Rack = defineModel('shelf', {
    fields: { no: field.integer(), name: field.text() },
    key: 'no',
    table: 'Sales.Rack',
    slug: 'shelves',
    ...elsewhere,
  });
  const { models: all } = built(Rack);
  const info = all.of(Rack);
  assert.equal(problemsOf(info, await findTable(app.database, info)), [
    'shelf.name: there is no column "name". Did you mean "Name"?',
  ]);
});

test('a table without a key cannot be described, and `doctor` says why', async () => {
  const Log = defineModel('log', {
    fields: { at: field.localDateTime(), line: field.text({ nullable: true }) },
    key: 'at',
    label: 'at',
    table: 'import log',
    ...elsewhere,
  });
  const [told, ...more] = await toldByDoctor(Log);
  assert.equal(more, []);
  assert.match(told ?? '', 'log: nothing keeps two rows of "import log" from having the same "at"');
});

test('`doctor` names what would fail: types, empty columns, enums, generated columns, views', async () => {
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
  assert.equal(problemsOf(info, await findTable(app.database, info)), [
    'wrong.id: the column "Order ID" is uuid, which a field of kind text does not hold (text, varchar, bpchar, citext, name).',
    "wrong.state: the column is of an enum type; say sqlType: 'Sales.Order State'.",
    'wrong.weight: the column "Weight (kg)" may be empty; say nullable: true.',
    'wrong.placed: the column "Placed At" is timestamptz, which a field of kind localDateTime does not hold (timestamp).',
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
  assert.equal(problemsOf(lines, await findTable(app.database, lines)), [
    'lines.amount: the column "amount" may be empty; say nullable: true.',
  ]);

  const Totals = defineModel('totals', {
    fields: { order: field.uuid({ column: 'Order ID' }), total: field.decimal() },
    key: 'order',
    label: 'order',
    table: 'Sales.v Order Totals',
    ...elsewhere,
  });
  const totals = built(Totals).models.of(Totals);
  assert.equal(problemsOf(totals, await findTable(app.database, totals)), [
    'totals: "Sales.v Order Totals" is a view; say readOnly: true.',
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
    return problemsOf(info, await findTable(app.database, info));
  };
  assert.equal(await of(['open', 'Shipped out', 'closed']), []);
  assert.equal(await of(['open', 'Shipped out', 'closed', 'lost']), ['state.state: the enum does not know "lost".']);
  assert.equal(await of(['open']), ['state.state: the enum also has "Shipped out", "closed"; add it.']);
});

test('nothing unexpected was logged', () => {
  assert.equal(merchant.errors, []);
});
