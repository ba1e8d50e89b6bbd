/** The database of odd.sql with an application over it: its clerk may do everything with every table. */

import { readFile } from 'node:fs/promises';
import * as assert from 'uvu/assert';
import type { ModelInfo } from '../../core/model/field-type.ts';
import type { AnyModel } from '../../core/model/model.ts';
import { sql, z } from '../../index.ts';
import { linksOf, mainOf, noticesOf, textOf } from '../plugins/admin/page.ts';
import { type TestApp, testApp } from '../support/app.ts';
import type { Client, TestResponse } from '../support/client.ts';
import { permissionsFor } from '../support/permissions.ts';
import { runSql } from '../support/run-sql.ts';
import { odd } from './odd-models.ts';

const models = odd.map(({ model }) => model);

export interface OddApp {
  readonly app: TestApp;
  readonly clerk: Client;
}

export async function openOdd(): Promise<OddApp> {
  const app = await testApp({ models, plugins: { admin: { admins: models.map(adminOf) } }, timeZone: 'UTC' });
  const { hostname, port, pathname, username, password } = new URL(app.app.database.url);
  const tables = await readFile(new URL('./odd.sql', import.meta.url), 'utf8');
  await runSql(
    app.app.database.url,
    `${tables};
    create server self foreign data wrapper postgres_fdw options (host '${hostname}', port '${port}', dbname '${pathname.slice(1)}');
    create user mapping for current_user server self options (user '${username}', password '${decodeURIComponent(password)}');
    create foreign table foreign_row (id int, name text) server self options (table_name 'far_away');
  `,
  );
  await app.app.records.refreshEstimates();
  const clerk = await app.signInAs('staff', permissionsFor(models));
  return { app, clerk };
}

const FILTERED = ['choice', 'integer', 'decimal', 'date', 'timestamp', 'time', 'boolean', 'array', 'belongsTo'];

function adminOf(model: AnyModel) {
  const ofTypes = (types: readonly string[]) =>
    Object.keys(model.fields).filter((name) => types.includes(model.fields[name]?.typeName ?? ''));
  const options = {
    size: 2,
    list: Object.keys(model.fields),
    search: ofTypes(['text', 'choice', 'uuid']),
    filters: ofTypes(FILTERED),
  };
  // The compiler checks names of fields only where it knows the model.
  return { model, options: JSON.parse(JSON.stringify(options)) };
}

/** Every row as PostgreSQL's text. */
export async function rowsOfTable({ app }: OddApp, { table }: Pick<ModelInfo, 'table'>): Promise<readonly string[]> {
  return app.app.database.anyFirst(
    sql.type(z.object({ row: z.string() }))`select (t.*)::text as row from ${sql.identifier(table)} t order by 1`,
  );
}

export async function open({ clerk }: OddApp, url: string): Promise<string> {
  const { status, text } = await clerk.get(url);
  assert.is(status, 200, url);
  return text;
}

/** What a page says that did not do what was asked. */
export function said({ text }: TestResponse): string {
  return `${noticesOf(text).join()} ${textOf(mainOf(text)).slice(0, 300)}`;
}

export function recordLinks(list: string, page: string): readonly string[] {
  return linksOf(page).filter((link) => link.startsWith(`${list}/`) && !/\/\+|\?/.test(link));
}

export async function change(desk: OddApp, record: string, values: Readonly<Record<string, string>>): Promise<void> {
  const saved = await desk.clerk.submit(`${record}/+edit`, values);
  assert.is(saved.status, 303, `${record}: ${said(saved)}`);
  assert.match(noticesOf(await open(desk, saved.location)).join(), 'saved', record);
  await open(desk, `${record}/+history`);
}

export async function addRow(
  desk: OddApp,
  model: ModelInfo,
  values: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const before = await rowsOfTable(desk, model);
  const added = await desk.clerk.submit(`${desk.app.app.urls.list(model)}/+new`, values);
  assert.is(added.status, 303, said(added));
  await open(desk, added.location);
  const after = await rowsOfTable(desk, model);
  assert.is(after.length, before.length + 1);
  return after.filter((row) => !before.includes(row));
}
