/** A table with a field of every type, each with a value that occurs nowhere else. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { sql } from 'slonik';
import { z } from 'zod';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { type Database, openDatabase } from '../../../core/database/pool.ts';
import type { Query } from '../../../core/database/queries.ts';
import { diff } from '../../../core/migrate/diff.ts';
import { renderFile } from '../../../core/migrate/render.ts';
import { emptySnapshot } from '../../../core/migrate/shape.ts';
import { buildSnapshot } from '../../../core/migrate/snapshot.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { buildModels } from '../../../core/model/resolve.ts';
import { type Actor, actorText } from '../../../core/policy/actor.ts';
import { createEvents, type RecordedEvent } from '../../../core/write/events.ts';
import { createWrite, type Write } from '../../../core/write/write.ts';
import { preparedTemplate, testDatabase } from '../../support/database.ts';
import { policyWith, type Rules, somebody } from './fixture.ts';

export const Jewel = defineModel('jewel', { fields: { name: field.text() } });
export const Subject = defineModel('subject', {
  fields: {
    name: field.text({ index: true }),
    text: field.text(),
    integer: field.integer(),
    bigint: field.bigint(),
    decimal: field.decimal({ precision: 10, scale: 2 }),
    boolean: field.boolean(),
    date: field.date(),
    time: field.time(),
    timestamp: field.timestamp(),
    localDateTime: field.localDateTime(),
    uuid: field.uuid(),
    json: field.json(z.object({ hidden: z.string() })),
    choice: field.choice(['emerald', 'plain']),
    array: field.array(field.text({ max: 40 }), { index: true }),
    email: field.email({ unique: true }),
    phone: field.phone(),
    url: field.url(),
    slug: field.slug({ from: 'name', max: 20 }),
    money: field.money({ currency: 'USD' }),
    colour: field.colour(),
    markdown: field.markdown(),
    bytes: field.bytes(),
    file: field.file(),
    image: field.image(),
    belongsTo: field.belongsTo(() => Jewel),
    manyToMany: field.manyToMany(() => Jewel, { through: () => Setting }),
  },
  label: [
    'name',
    'text',
    'integer',
    'bigint',
    'decimal',
    'boolean',
    'date',
    'time',
    'timestamp',
    'localDateTime',
    'uuid',
    'choice',
    'email',
    'phone',
    'url',
    'slug',
    'money',
    'colour',
  ],
});
export const Setting = defineModel('setting', {
  fields: {
    subject: field.belongsTo(() => Subject, { onDelete: 'cascade' }),
    jewel: field.belongsTo(() => Jewel),
  },
  key: ['subject', 'jewel'],
  label: ['subject', 'jewel'],
});
/** References a subject, so it shows the labels of subjects and offers them as options. */
export const Pointer = defineModel('pointer', {
  fields: { name: field.text(), subject: field.belongsTo(() => Subject, { nullable: true }) },
});

const built = buildModels([Jewel, Subject, Setting, Pointer].map((model) => ({ owner: 'project', model })));
if (built.problems.length > 0) throw new Error(JSON.stringify(built.problems));
export const models = built.models;
export const subject = models.of(Subject);
export const pointer = models.of(Pointer);

/** A value as code uses it, as users enter it in a filter or a search, and its texts that users without the right must never read. */
export interface Secret {
  readonly value: unknown;
  readonly input: string;
  readonly traces: readonly string[];
}
const fileKey = (start: string): string => `${start}-0000-4000-8000-000000000000`;
const fileSecret = (start: string, name: string): Secret => ({
  value: fileKey(start),
  input: fileKey(start),
  traces: [name, fileKey(start)],
});
const same = (text: string): Secret => ({ value: text, input: text, traces: [text] });

/** By the names of the fields, which are those of their types. A boolean has no text of its own to look for. */
export const secrets: Readonly<Record<string, Secret>> = {
  text: same('sapphire'),
  integer: { value: 770011, input: '770011', traces: ['770011'] },
  bigint: { value: 880022000033n, input: '880022000033', traces: ['880022000033'] },
  decimal: same('445566.77'),
  boolean: { value: true, input: 'true', traces: [] },
  date: same('2003-03-13'),
  time: same('03:33:33'),
  timestamp: { value: new Date('2004-04-14T04:44:44Z'), input: '2004-04-14T04:44:44Z', traces: ['04:44:44'] },
  localDateTime: same('2005-05-15 05:55:55'),
  uuid: same('11111111-2222-4333-8444-555555555555'),
  json: { value: { hidden: 'topaz' }, input: 'topaz', traces: ['topaz'] },
  choice: same('emerald'),
  array: { value: ['pearl', 'onyx'], input: 'pearl', traces: ['pearl', 'onyx'] },
  email: same('ruby@hidden.example'),
  phone: same('+4930999888'),
  url: same('https://opal.example/x'),
  slug: same('garnet'),
  money: same('654321.10'),
  colour: same('#abcdef'),
  markdown: { value: '# amethyst', input: 'amethyst', traces: ['amethyst'] },
  bytes: {
    value: new Uint8Array([0xde, 0xad, 0xbe, 0xef]),
    input: '\\xdeadbeef',
    traces: ['deadbeef', '5f78c33274e43fa9de5659265c1d917e25c03722dcb0b8d27db8d5feaa813953'],
  },
  file: fileSecret('f11e0001', 'sunstone.pdf'),
  image: fileSecret('f11e0002', 'moonstone.png'),
  belongsTo: { value: 1, input: '1', traces: ['jade'] },
  manyToMany: { value: [2], input: '2', traces: ['beryl'] },
};

/** A row that has no value in common with the secret one. */
export const plainRow: Readonly<Record<string, unknown>> = {
  name: 'Second',
  text: 'b',
  integer: 2,
  bigint: 2n,
  decimal: '2',
  boolean: false,
  date: '2022-02-02',
  time: '02:02',
  timestamp: new Date(2e12),
  localDateTime: '2022-02-02 02:02',
  json: { hidden: '' },
  uuid: '99999999-2222-4333-8444-555555555555',
  choice: 'plain',
  email: 'b@b.example',
  phone: '+4911111111',
  url: 'https://b.example',
  slug: 'second',
  money: '2',
  colour: '#222222',
  markdown: 'b',
  file: fileKey('f11e0003'),
  image: fileKey('f11e0004'),
  bytes: new Uint8Array([2]),
  belongsTo: 3,
  manyToMany: [3],
};
export const secretRow: Readonly<Record<string, unknown>> = {
  name: 'First',
  ...Object.fromEntries(Object.entries(secrets).map(([name, { value }]) => [name, value])),
};

/** The files of both rows, by the start of their keys. */
const uploads = [
  ['f11e0001', 'file', 'sunstone.pdf'],
  ['f11e0002', 'image', 'moonstone.png'],
  ['f11e0003', 'file', 'b'],
  ['f11e0004', 'image', 'b'],
] as const;

/** Uploads the files of `secretRow` and `plainRow`, for the actor who will add the rows. */
export async function addUploads(client: pg.ClientBase, actor: Actor): Promise<void> {
  for (const [start, fieldName, name] of uploads) {
    await client.query(
      `insert into rustio_file (id, model, field, name, type, size, sha256, created_by)
       values ($1, 'subject', $2, $3, 'image/png', 1, repeat('0', 64), $4)`,
      [fileKey(start), fieldName, name, actorText(actor)],
    );
  }
}

/** Files for one more row: two rows cannot have the same file. */
export async function moreUploads(
  query: Query,
  actor: Actor,
): Promise<{ readonly file: string; readonly image: string }> {
  const keys = { file: randomUUID(), image: randomUUID() };
  for (const [fieldName, key] of Object.entries(keys)) {
    await query.query(sql.unsafe`
      insert into rustio_file (id, model, field, name, type, size, sha256, created_by)
      values (${key}::uuid, 'subject', ${fieldName}, 'more', 'image/png', 1, repeat('0', 64), ${actorText(actor)})
    `);
  }
  return keys;
}

export interface Store {
  readonly database: Database;
  readonly recorded: RecordedEvent[];
  write(rules?: Rules): Write;
  close(): Promise<void>;
}

/** The tables, with jewels 1 (jade), 2 (beryl) and 3 (plain) in them. */
export async function openStore(): Promise<Store> {
  const template = await preparedTemplate('every_field_type', async (url) => {
    await withPlainConnection(url, async (client) => {
      for (const name of ['0001_idempotency_key', '0002_file']) {
        const file = new URL(`../../../core/migrations/${name}.sql`, import.meta.url);
        await client.query(await readFile(file, 'utf8'));
      }
      await client.query(renderFile(diff(emptySnapshot, buildSnapshot(models.all))).up);
      await addUploads(client, somebody);
      await client.query("insert into jewel (name) values ('jade'), ('beryl'), ('plain')");
    });
  });
  const { url, drop } = await testDatabase(template);
  const database = await openDatabase(url);
  const recorded: RecordedEvent[] = [];
  const events = createEvents(new Set(['create', 'update', 'delete']), [
    {
      '*': async (_tx, event) => {
        recorded.push(event);
      },
    },
  ]);
  return {
    database,
    recorded,
    write: (rules = {}) => createWrite({ models, policy: policyWith(rules), events }),
    close: async () => {
      await database.close();
      await drop();
    },
  };
}
