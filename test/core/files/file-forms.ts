/** An application with files in its records, and functions that submit forms with files. */

import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'slonik';
import { z } from 'zod';
import type { Config } from '../../../core/config.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, type TestAppOptions, testApp } from '../../support/app.ts';
import { type Client, parseForms, type TestResponse } from '../../support/client.ts';
import { permissionsFor } from '../../support/permissions.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

export const Paper = defineModel('paper', {
  fields: {
    title: field.text({ max: 40 }),
    scan: field.file({ nullable: true, max: '100 KB' }),
    bill: field.file({ nullable: true, max: '2 KB', types: ['application/pdf', 'text/csv'] }),
    photo: field.image({ nullable: true, max: '50 KB', pixels: 1_000_000 }),
  },
});

/** A file that every record must have. */
export const Deed = defineModel('deed', { fields: { title: field.text(), scan: field.file() } });
/** Deleted with its paper. */
export const Note = defineModel('note', {
  fields: {
    title: field.text(),
    paper: field.belongsTo(() => Paper, { onDelete: 'cascade' }),
    scan: field.file({ nullable: true }),
  },
});
/** Has no file. */
export const Label = defineModel('label', { fields: { name: field.text() } });

export const models = [Paper, Deed, Note, Label];
export const allPermissions = permissionsFor(models);

export interface FilesApp extends TestApp {
  /** Where its files are stored. */
  readonly folder: string;
}

export async function openFilesApp(config: Partial<Config> = {}, options: TestAppOptions = {}): Promise<FilesApp> {
  const folder = temporaryFolder();
  const app = await testApp(
    {
      models,
      plugins: {
        admin: {
          admins: [
            defineAdmin(Paper, { list: ['title', 'scan', 'photo'], filters: ['scan'] }),
            defineAdmin(Deed, { list: ['scan', 'title'] }),
            defineAdmin(Note, {}),
            defineAdmin(Label, {}),
          ],
        },
      },
      files: { folder },
      ...config,
    },
    options,
  );
  return { ...app, folder };
}

/** Name and content of a file chosen in a form. */
export interface Chosen {
  readonly name: string;
  readonly content: Buffer;
}
type Fields = Readonly<Record<string, string | Chosen | null>>;

export const chosen = (name: string, content: Buffer): Chosen => ({ name, content });

/** Opens a form and submits it like a browser, with these fields overriding those of the page; null omits one. */
export async function send(client: Client, page: string, fields: Fields): Promise<TestResponse> {
  const { text } = await client.get(page);
  return sendForm(client, page, text, fields);
}

/** The same for a page that is already open, such as a form returned with errors. */
export async function sendForm(client: Client, action: string, page: string, fields: Fields): Promise<TestResponse> {
  const form = parseForms(page).find((each) => each.action === action);
  if (!form) throw new Error(`There is no form with the action ${action}.`);
  return post(client, action, { ...plain(form.fields), ...fields });
}

/** The fields of the page; no form here has two values with the same name. */
function plain(fields: Readonly<Record<string, string | readonly string[]>>): Fields {
  const entries = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : (value[0] ?? ''),
  ]);
  return Object.fromEntries(entries);
}

export async function post(client: Client, action: string, fields: Fields): Promise<TestResponse> {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) continue;
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, new Blob([new Uint8Array(value.content)]), value.name);
  }
  const encoded = new Response(data);
  return client.request('POST', action, new Uint8Array(await encoded.arrayBuffer()), {
    'content-type': encoded.headers.get('content-type') ?? '',
    'sec-fetch-site': 'same-origin',
    origin: client.origin,
  });
}

/** The keys of the contents in its folder. */
export function contentsOf({ folder }: FilesApp): readonly string[] {
  const names = existsSync(path.join(folder, 'kept'))
    ? readdirSync(path.join(folder, 'kept'), { recursive: true, encoding: 'utf8' })
    : [];
  return names.map((name) => path.basename(name)).filter((name) => name.length === 36);
}

/** Upload folders that were not removed; none once the requests are answered. */
export function incomingOf({ folder }: FilesApp): readonly string[] {
  const incoming = path.join(folder, 'incoming');
  return existsSync(incoming) ? readdirSync(incoming) : [];
}

/** `kept scan bill.pdf` for every file in the database. */
export function statesOf({ app }: FilesApp): Promise<readonly string[]> {
  return app.database.anyFirst(sql.type(z.object({ description: z.string() }))`
    select concat_ws(' ', state, field, name) as description from rustio_file order by created_at, field, name
  `);
}

/** Deletes every record and file. */
export async function deleteAllFiles({ app, folder }: FilesApp): Promise<void> {
  await app.database.query(sql.unsafe`truncate note, deed, paper, rustio_file restart identity cascade`);
  rmSync(path.join(folder, 'kept'), { recursive: true, force: true });
}
