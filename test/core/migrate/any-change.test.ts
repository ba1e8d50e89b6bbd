// Random models: after a migration from any models to any others, the catalogue equals that of a new database; and back.
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { diff } from '../../../core/migrate/diff.ts';
import { down } from '../../../core/migrate/down.ts';
import { renderFile } from '../../../core/migrate/render.ts';
import { migrate } from '../../../core/migrate/run.ts';
import { emptySnapshot, type Snapshot } from '../../../core/migrate/shape.ts';
import { buildSnapshot } from '../../../core/migrate/snapshot.ts';
import { planSquash, writeSquash } from '../../../core/migrate/squash.ts';
import { field } from '../../../core/model/field.ts';
import { type AnyModel, defineModel } from '../../../core/model/model.ts';
import { testDatabase } from '../../support/database.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { catalogueOf } from './catalogue.ts';
import { testProject } from './project.ts';
import { resolved } from './resolved.ts';

const test = suite('migrate: any change');

const flags = fc.record({ nullable: fc.boolean(), index: fc.boolean(), unique: fc.boolean() });
const columns = fc.oneof(
  fc
    .tuple(flags, fc.constantFrom(undefined, 'x', "it's; --"))
    .map(([options, value]) =>
      field.text(value === undefined ? { ...options, max: 9 } : { ...options, default: value }),
    ),
  flags.map((options) => field.integer({ ...options, min: 0 })),
  flags.map((options) => field.decimal({ ...options, precision: 9, scale: 2, default: '1.50' })),
  flags.map((options) => field.choice(['a', 'b'], options)),
  flags.map((options) => field.timestamp({ ...options, default: 'now' })),
  fc.constant(field.text({ index: 'search' })),
  flags.map((options) => field.email(options)),
  flags.map((options) => field.phone(options)),
  flags.map((options) => field.url(options)),
  flags.map((options) => field.slug({ ...options, max: 9 })),
  fc
    .tuple(flags, fc.constantFrom('JPY', 'USD'))
    .map(([options, currency]) => field.money({ ...options, currency, min: '0' })),
  flags.map((options) => field.colour({ ...options, default: '#0d9488' })),
  flags.map(({ nullable }) => field.markdown({ nullable, max: 9 })),
  flags.map(({ nullable }) => field.bytes({ nullable, max: 9 })),
  flags.map(({ nullable, index }) => field.array(field.text(), { nullable, index, max: 9 })),
  flags.map(({ nullable, index }) => field.array(field.integer({ min: 0 }), { nullable, index, min: 1 })),
  flags.map(({ nullable, index }) => field.array(field.choice(['a', 'b']), { nullable, index, default: ['a'] })),
);
/** One to three tables; a relation refers to any of them, including its own. */
const models = fc
  .array(
    fc.record({
      coded: fc.boolean(),
      one: fc.option(columns),
      order: fc.option(columns),
      parent: fc.option(
        fc.record({ to: fc.nat(2), nullable: fc.boolean(), onDelete: fc.constantFrom('restrict', 'cascade') }),
      ),
      together: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((plans): readonly AnyModel[] => {
    const result: AnyModel[] = [];
    for (const [number, { coded, one, order, parent, together }] of plans.entries()) {
      const { to = 0, ...options } = parent ?? {};
      const target = () => result[to % plans.length];
      const relation = parent === null ? {} : { parent: field.belongsTo(target, { ...options, column: 'parent_key' }) };
      const fields = {
        code: field.text(),
        name: field.text(),
        ...(one !== null && { one }),
        ...(order !== null && { order }),
        ...relation,
      };
      result.push(
        defineModel(`table${'ABC'.charAt(number)}`, {
          fields,
          ...(coded && { key: 'code' as const }),
          ...(together && { unique: [['code', 'name']], indexes: [['name', '-code']] }),
        }),
      );
    }
    return result;
  });

test('arbitrary models can be migrated to any others, and back (T15)', async () => {
  await fc.assert(
    fc.asyncProperty(models, models, async (one, other) => {
      await migrateAndRevert(buildSnapshot(resolved(...one)), buildSnapshot(resolved(...other)));
    }),
    { numRuns: 12 },
  );
});

test('arbitrary migrations can be squashed: the file has the same effect, and its down file reverts it', async () => {
  await fc.assert(
    fc.asyncProperty(models, models, async (one, other) => {
      const [before, after] = [buildSnapshot(resolved(...one)), buildSnapshot(resolved(...other))];
      const [squashed, fresh] = await Promise.all([testDatabase(), testDatabase()]);
      const [first, second] = [renderFile(diff(emptySnapshot, before)), renderFile(diff(before, after))];
      const project = await testProject({
        '20260101000000_one.sql': first.up,
        '20260101000000_one.down.sql': first.down,
        '20260102000000_two.sql': second.up,
        '20260102000000_two.down.sql': second.down,
      });
      const [source] = project.sources;
      assert.ok(source !== undefined);
      await writeSquash(await planSquash({ source }));
      const empty = await catalogueOf(fresh.url);
      await runSql(fresh.url, renderFile(diff(emptySnapshot, after)).up);
      await migrate(squashed.url, project.sources, { by: 'tester' });
      assert.equal(await catalogueOf(squashed.url), await catalogueOf(fresh.url));
      await down(squashed.url, project.sources, { confirmed: 'all' });
      assert.equal(await catalogueOf(squashed.url), empty);
      await Promise.all([squashed.drop(), fresh.drop()]);
    }),
    { numRuns: 8 },
  );
});

async function migrateAndRevert(before: Snapshot, after: Snapshot): Promise<void> {
  const [migrated, fresh] = await Promise.all([testDatabase(), testDatabase()]);
  await runSql(migrated.url, renderFile(diff(emptySnapshot, before)).up);
  await runSql(fresh.url, renderFile(diff(emptySnapshot, after)).up);
  const old = await catalogueOf(migrated.url);
  const { up, down } = renderFile(diff(before, after));
  await runSql(migrated.url, up);
  assert.equal(await catalogueOf(migrated.url), await catalogueOf(fresh.url));
  await runSql(migrated.url, down);
  assert.equal(await catalogueOf(migrated.url), old);
  await Promise.all([migrated.drop(), fresh.drop()]);
}
