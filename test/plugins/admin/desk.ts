/** A desk of every kind of field, key and relation, for the tests of the admin's pages. */
import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Config } from '../../../core/config.ts';
import { withPlainConnection } from '../../../core/database/plain.ts';
import { field, timestamps } from '../../../core/model/field.ts';
import type { DbValue } from '../../../core/model/kind.ts';
import { defineModel } from '../../../core/model/model.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, type TestAppOptions, testApp } from '../../support/app.ts';

/** A text key, and columns without index of which one may be empty. */
export const Place = defineModel('place', {
  fields: {
    code: field.text({ max: 40 }),
    name: field.text({ index: true }),
    zone: field.choice(['north', 'south'], { nullable: true, labels: { north: 'Up there' } }),
    height: field.integer({ nullable: true, index: true }),
  },
  key: 'code',
  label: 'name',
});

/** A composite key of two relations. */
export const Leg = defineModel('leg', {
  fields: {
    origin: field.belongsTo(() => Place),
    destination: field.belongsTo(() => Place),
    miles: field.integer({ nullable: true, index: true }),
  },
  key: ['origin', 'destination'],
  label: ['origin', 'destination'],
});

/** One field of every kind. */
export const Thing = defineModel('thing', {
  fields: {
    name: field.text({ min: 2, max: 60, help: 'As it is called.' }),
    notes: field.text({ multiline: true, nullable: true }),
    code: field.text({ unique: true, nullable: true }),
    amount: field.integer({ min: 0, max: 1000, nullable: true }),
    big: field.bigint({ nullable: true }),
    price: field.decimal({ precision: 10, scale: 2, min: '0', nullable: true }),
    active: field.boolean({ default: true }),
    sure: field.boolean({ nullable: true }),
    day: field.date({ nullable: true, index: true }),
    time: field.time({ nullable: true }),
    moment: field.timestamp({ nullable: true, index: true }),
    wall: field.localDateTime({ nullable: true }),
    token: field.uuid({ nullable: true }),
    data: field.json(z.record(z.string(), z.unknown()), { nullable: true }),
    state: field.choice(['open', 'done', 'lost'], {
      default: 'open',
      labels: { done: 'Finished' },
      tones: { lost: 'bad' },
    }),
    boss: field.belongsTo(() => Thing, { nullable: true, onDelete: 'setNull' }),
    place: field.belongsTo(() => Place, { nullable: true }),
    tags: field.manyToMany(() => Tag, { through: () => ThingTag }),
    shelf: field.text({ max: 10, nullable: true }),
    spot: field.integer({ nullable: true }),
    serial: field.text({ default: 'made here', readOnly: true }),
    fixed: field.text({ default: 'as it was' }),
    ...timestamps(),
  },
  unique: [['shelf', 'spot']],
});

export const Tag = defineModel('tag', { fields: { name: field.text({ unique: true }) } });

export const ThingTag = defineModel('thingTag', {
  fields: {
    thing: field.belongsTo(() => Thing, { onDelete: 'cascade' }),
    tag: field.belongsTo(() => Tag, { onDelete: 'cascade' }),
  },
  key: ['thing', 'tag'],
  label: ['thing', 'tag'],
});

/** A uuid key that the database makes. */
export const Ticket = defineModel('ticket', {
  fields: {
    id: field.uuid({ default: 'random' }),
    title: field.text(),
    thing: field.belongsTo(() => Thing, { onDelete: 'cascade' }),
    due: field.timestamp({ default: 'now' }),
    extra: field.json(z.record(z.string(), z.unknown()), { default: { made: 'here' } }),
  },
  key: 'id',
  label: 'title',
});

/** Forbids the deletion of what it points to. */
export const Contract = defineModel('contract', {
  fields: {
    number: field.text({ unique: true }),
    holder: field.belongsTo(() => Thing, { onDelete: 'restrict' }),
  },
  label: 'number',
});

/** Two rows of the same label are nothing unusual. */
export const Person = defineModel('person', {
  fields: {
    name: field.text(),
    friend: field.belongsTo(() => Person, { nullable: true }),
    near: field.belongsTo(() => Place),
  },
});

/** A table that somebody else keeps, under other names. */
export const Legacy = defineModel('legacy', {
  fields: {
    number: field.integer({ column: 'lfd_nr' }),
    words: field.text({ column: 'bezeichnung' }),
    worth: field.decimal({ column: 'wert', precision: 8, scale: 2, nullable: true }),
  },
  key: 'number',
  label: 'words',
  table: 'alt.bestand',
  managed: false,
});

/** A view: it can be looked at and no more. */
export const Summary = defineModel('summary', {
  fields: { state: field.text(), rows: field.bigint() },
  key: 'state',
  label: 'state',
  table: 'thing_summary',
  managed: false,
  readOnly: true,
});

export const models = [Place, Leg, Thing, Tag, ThingTag, Ticket, Contract, Person, Legacy, Summary];

export const admins = [
  defineAdmin(Place, {
    list: ['code', 'name', 'zone', 'height'],
    filters: ['zone', 'height'],
    search: ['code', 'name'],
    group: 'Where',
  }),
  defineAdmin(Leg, {
    list: ['origin', 'destination', 'miles'],
    filters: ['origin', 'destination', 'miles'],
    search: ['origin.name', 'destination.name'],
    order: ['-miles'],
    group: 'Where',
  }),
  defineAdmin(Thing, {
    list: ['name', 'state', 'amount', 'price', 'active', 'day', 'moment', 'boss', 'place', 'tags', 'double'],
    computed: {
      double: { label: 'Twice', value: (row) => (row.amount === null ? null : row.amount * 2), align: 'end' },
    },
    filters: ['state', 'active', 'sure', 'amount', 'price', 'day', 'time', 'moment', 'wall', 'boss', 'place', 'tags'],
    search: ['name', 'notes', 'place.name'],
    order: ['name'],
    fieldsets: [{ title: 'What it is', fields: ['name', 'state', 'tags', 'double'] }],
    readOnly: ['fixed'],
  }),
  defineAdmin(Tag, { search: ['name'] }),
  defineAdmin(Ticket, { list: ['title', 'thing', 'due'], filters: ['thing', 'due'], search: ['title'] }),
  defineAdmin(Contract, { list: ['number', 'holder'], filters: ['holder'] }),
  defineAdmin(Person, { list: ['name', 'friend', 'near'], filters: ['friend', 'near'], search: ['name'] }),
  defineAdmin(Legacy, { search: ['words'] }),
  defineAdmin(Summary, {}),
];

/** Somebody who may do everything with every model of the desk. */
export const everything = models.flatMap(({ modelName }) =>
  ['view', 'add', 'change', 'delete'].map((action) => `${modelName}.${action}`),
);

const others = `
  create schema alt;
  create table alt.bestand (
    lfd_nr integer primary key, bezeichnung text not null unique, wert numeric(8, 2),
    constraint wert_ist_gerade check (wert <> 13)
  );
  create view thing_summary as select state, count(*) as rows from thing group by state;
`;

export async function openDesk(config: Partial<Config> = {}, options: TestAppOptions = {}): Promise<TestApp> {
  const { plugins, ...rest } = config;
  const desk = await testApp({ models, plugins: { admin: { admins }, ...plugins }, ...rest }, options);
  await withPlainConnection(desk.app.database.url, (client) => client.query(others), { applicationName: 'tests' });
  return desk;
}

const anyRow = z.record(
  z.string(),
  z.custom<DbValue>(() => true),
);

/**
 * Plain SQL beside the application: what others do, and what became of a change.
 *
 * @example
 * await run(desk)`insert into tag (name) values (${name})`;
 */
export function run(desk: TestApp) {
  return async (text: TemplateStringsArray, ...values: readonly (string | number | null | FragmentSqlToken)[]) => {
    const { rows } = await desk.app.database.query(sql.type(anyRow)(text, ...values));
    return rows;
  };
}
