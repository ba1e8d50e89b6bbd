/** Models and a database for the tests of reading and writing: keys of each form, relations with each onDelete, columns with and without index. */
import { readFile } from 'node:fs/promises';
import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { type Database, openDatabase, type Query, type Transaction } from '../../../core/database/pool.ts';
import { Queries } from '../../../core/database/queries.ts';
import { diff } from '../../../core/migrate/diff.ts';
import { renderFile } from '../../../core/migrate/render.ts';
import { emptySnapshot } from '../../../core/migrate/shape.ts';
import { buildSnapshot } from '../../../core/migrate/snapshot.ts';
import { field, timestamps } from '../../../core/model/field.ts';
import type { DbValue, FieldInfo, ModelInfo } from '../../../core/model/field-type.ts';
import { defineModel } from '../../../core/model/model.ts';
import { buildModels } from '../../../core/model/resolve.ts';
import type { Actor, UserActor } from '../../../core/policy/actor.ts';
import { type Action, ALL_ROWS, type Policy } from '../../../core/policy/policy.ts';
import { createRecords } from '../../../core/query/create-records.ts';
import type { Records } from '../../../core/query/records.ts';
import type { Listing, Page } from '../../../core/query/types.ts';
import { preparedTemplate, testDatabase } from '../../support/database.ts';

export const Place = defineModel('place', {
  fields: {
    code: field.text({ max: 20 }),
    name: field.text({ index: true }),
    zone: field.choice(['north', 'south'], { nullable: true, index: true, labels: { north: 'Up there' } }),
  },
  key: 'code',
  label: ['code', 'name'],
});

export const Person = defineModel('person', {
  fields: {
    name: field.text({ min: 2, max: 40, index: 'search' }),
    email: field.text({ unique: true, nullable: true }),
    boss: field.belongsTo(() => Person, { nullable: true, onDelete: 'setNull' }),
    place: field.belongsTo(() => Place, { nullable: true }),
    born: field.date({ nullable: true, index: true }),
    salary: field.decimal({ precision: 10, scale: 2, nullable: true, min: '0', index: true }),
    visits: field.integer({ nullable: true }),
    level: field.choice(['junior', 'senior', 'chief'], { default: 'junior', index: true }),
    active: field.boolean({ default: true }),
    seen: field.timestamp({ default: 'now', index: true }),
    wakes: field.localDateTime({ nullable: true }),
    secret: field.text({ nullable: true, index: true }),
    tags: field.manyToMany(() => Tag, { through: () => PersonTag }),
  },
});

export const Tag = defineModel('tag', { fields: { name: field.text({ unique: true }) } });

export const PersonTag = defineModel('personTag', {
  fields: {
    person: field.belongsTo(() => Person, { onDelete: 'cascade' }),
    tag: field.belongsTo(() => Tag, { onDelete: 'cascade' }),
  },
  key: ['person', 'tag'],
  label: ['person', 'tag'],
});

export const Task = defineModel('task', {
  fields: {
    title: field.text(),
    owner: field.belongsTo(() => Person, { onDelete: 'cascade' }),
    part: field.belongsTo(() => Task, { nullable: true, onDelete: 'cascade' }),
    effort: field.integer({ nullable: true, max: 1000 }),
    ...timestamps(),
  },
  unique: [['owner', 'title']],
});

export const Contract = defineModel('contract', {
  fields: { number: field.text({ unique: true }), holder: field.belongsTo(() => Person, { onDelete: 'restrict' }) },
  label: 'number',
});

export const Leg = defineModel('leg', {
  fields: {
    origin: field.belongsTo(() => Place),
    destination: field.belongsTo(() => Place),
    miles: field.integer({ nullable: true, index: true }),
  },
  key: ['origin', 'destination'],
  label: ['origin', 'destination'],
});

const declared = [Place, Person, Tag, PersonTag, Task, Contract, Leg];
const built = buildModels(declared.map((model) => ({ owner: 'project', model })));
if (built.problems.length > 0) throw new Error(JSON.stringify(built.problems));

export const models = built.models;
export const place = models.of(Place);
export const person = models.of(Person);
export const tag = models.of(Tag);
export const personTag = models.of(PersonTag);
export const task = models.of(Task);
export const contract = models.of(Contract);
export const leg = models.of(Leg);

export function fieldOf(model: ModelInfo, name: string): FieldInfo {
  const field = model.fields.get(name);
  if (field === undefined) throw new Error(`${model.name} has no ${name}`);
  return field;
}

export interface Fixture {
  readonly database: CountingDatabase;
  close(): Promise<void>;
}

/** A database with the tables of these models, empty. */
export async function openFixture(): Promise<Fixture> {
  const template = await preparedTemplate('query_fixture', async (url) => {
    await withPlainConnection(url, async (client) => {
      await client.query(renderFile(diff(emptySnapshot, buildSnapshot(models.all))).up);
      await client.query(
        await readFile(new URL('../../../core/migrations/0001_idempotency_key.sql', import.meta.url), 'utf8'),
      );
    });
  });
  const { url, drop } = await testDatabase(template);
  const database = new CountingDatabase(await openDatabase(url));
  return {
    database,
    close: async () => {
      await database.close();
      await drop();
    },
  };
}

/** Counts the statements that go through the pool itself. */
export class CountingDatabase extends Queries implements Database {
  readonly #inner: Database;
  statements = 0;

  constructor(inner: Database) {
    super();
    this.#inner = inner;
  }

  get url(): string {
    return this.#inner.url;
  }

  get connections() {
    return this.#inner.connections;
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#inner.transaction(work);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  protected on<R>(work: (connection: Query) => Promise<R>): Promise<R> {
    this.statements++;
    return work(this.#inner);
  }
}

export const somebody: Actor = { kind: 'job', name: 'somebody', permissions: 'all' };

/** A user of their own, without permissions. */
export function userActor(id: number): UserActor {
  return { kind: 'user', id, name: `${id}@example.org`, displayName: null, role: 'staff', permissions: new Set() };
}

export interface Rules {
  /** `person.view`: actions that are not allowed. */
  readonly denied?: readonly string[];
  /** `person.secret`: fields that can neither be seen nor set; `person.secret change`: not allowed for this action alone. */
  readonly hidden?: readonly string[];
  /** Rows by model, or by `model action`. */
  readonly rows?: Readonly<Record<string, FragmentSqlToken>>;
}

/** Allows everything except for what the rules forbid. */
export function policyWith({ denied = [], hidden = [], rows = {} }: Rules = {}): Policy {
  return {
    holds: () => false,
    may: (_actor, action, model) => !denied.includes(`${model.name}.${action}`),
    mayField: (_actor, action: Action, { model, name }) =>
      !hidden.includes(`${model.name}.${name}`) && !hidden.includes(`${model.name}.${name} ${action}`),
    rows: (_actor, action, model) => rows[`${model.name} ${action}`] ?? rows[model.name] ?? ALL_ROWS,
  };
}

/** `app.records` of an application with these rules. `countTimeout`: milliseconds that a page waits for its count. */
export function recordsFor(database: Database, rules: Rules = {}, countTimeout?: number): Records {
  const options = { database, policy: policyWith(rules), models };
  return createRecords(countTimeout === undefined ? options : { ...options, countTimeout });
}

/** The page of a list for a query string. */
export async function pageOf(
  records: Records,
  listing: Listing,
  query: string | Readonly<Record<string, string>>,
): Promise<Page> {
  const { parsed } = await records.parseListQuery(somebody, listing, new URLSearchParams(query), 'UTC');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return records.list(somebody, listing, parsed.query);
}

const anyRow = z.record(
  z.string(),
  z.custom<DbValue>(() => true),
);

/**
 * Plain SQL, to insert what a test needs and to read the result.
 *
 * @example
 * await run(database)`insert into tag (name) values (${name})`;
 */
export function run(database: Query) {
  return async (text: TemplateStringsArray, ...values: (string | number | null)[]) => {
    const { rows } = await database.query(sql.type(anyRow)(text, ...values));
    return rows;
  };
}
