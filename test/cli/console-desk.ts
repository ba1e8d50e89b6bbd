/** A project for tests of the console: its models, its database with accounts, and its folder. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ALL_ROWS, defineModel, defineRules, field, type Row, sql } from 'rustio-admin';
import { z } from 'zod';
import { type TestApp, testApp } from '../support/app.ts';
import { type Environment, newProject, type Result, runCli } from './run-cli.ts';

const Order = defineModel('order', {
  fields: {
    number: field.text({ max: 20, unique: true }),
    status: field.choice(['open', 'shipped', 'closed'], { default: 'open' }),
    total: field.integer({ min: 0, default: 0 }),
    placedAt: field.timestamp({ default: 'now' }),
    margin: field.integer({ nullable: true }),
  },
  label: 'number',
});
export interface Order extends Row<typeof Order> {}
const OrderLine = defineModel('orderLine', {
  fields: { order: field.belongsTo(() => Order, { onDelete: 'restrict' }), item: field.text({ max: 40 }) },
  label: 'item',
});
/** Its name as an identifier is a global of JavaScript. */
const Event = defineModel('event', { fields: { name: field.text({ max: 40 }) } });

export const config = {
  name: 'Desk',
  models: [Order, OrderLine, Event],
  rules: [
    defineRules(Order, {
      rows: (actor) =>
        actor.kind === 'user' && actor.role === 'staff' ? sql.fragment`t.status <> 'closed'` : ALL_ROWS,
      fields: { margin: (actor) => actor.kind !== 'user' || actor.role !== 'staff' },
    }),
  ],
};

/** The reason that `asUser` gives. */
export const REASON = 'fix the import of 12 March';

/** The options that start a console which can write. */
export function asUser(email: string): readonly string[] {
  return ['--as', email, '--reason', REASON];
}

export interface ConsoleDesk {
  readonly app: TestApp;
  readonly folder: string;
  readonly environment: Environment;
  /** The email address of an administrator. */
  readonly administrator: string;
  /** Runs a script that is piped to the console. */
  runScript(script: string, options?: readonly string[], environment?: Environment): Promise<Result>;
  /** Numbers and states of the stored orders, by number. */
  orders(): Promise<readonly string[]>;
  /** The audit entries of the order with this number, oldest first. */
  audit(number: string): Promise<readonly z.output<typeof entry>[]>;
}

const entry = z.object({
  event: z.string(),
  actor_kind: z.string(),
  actor_label: z.string(),
  data: z.record(z.string(), z.string()).nullable(),
  correlation_id: z.string(),
});

/** With the orders A1 (open), A2 (shipped) and A3 (closed). */
export async function consoleDesk(): Promise<ConsoleDesk> {
  const app = await testApp(config);
  const { database } = app.app;
  await database.query(sql.unsafe`
    insert into "order" (number, status, total) values ('A1', 'open', 10), ('A2', 'shipped', 20), ('A3', 'closed', 30)
  `);
  const folder = await newProject();
  writeFileSync(
    path.join(folder, 'rustio.config.ts'),
    `import { defineConfig } from 'rustio-admin';
    import { config } from '${import.meta.filename}';
    export default defineConfig(config);`,
  );
  const environment = { DATABASE_URL: database.url };
  return {
    app,
    folder,
    environment,
    administrator: await app.account('administrator'),
    runScript: (script, options = [], more = {}) =>
      runCli(folder, ['console', ...options], { ...environment, ...more }, script),
    async orders() {
      const rows = await database.anyFirst(sql.unsafe`select number || ' ' || status from "order" order by number`);
      return rows.map(String);
    },
    audit: (number) =>
      database.any(sql.type(entry)`
        select event, actor_kind, actor_label, data, correlation_id
        from rustio_audit where subject_label = ${number} order by id
      `),
  };
}
