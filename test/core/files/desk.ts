/** An application with files in its records, and somebody who sends forms with files to it. */

import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'slonik';
import { z } from 'zod';
import type { Config } from '../../../core/config.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, type TestAppOptions, testApp } from '../../support/app.ts';
import { type Answer, type Client, formsOf } from '../../support/client.ts';
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
/** Goes with its paper. */
export const Note = defineModel('note', {
  fields: {
    title: field.text(),
    paper: field.belongsTo(() => Paper, { onDelete: 'cascade' }),
    scan: field.file({ nullable: true }),
  },
});
/** Has none. */
export const Label = defineModel('label', { fields: { name: field.text() } });

export const models = [Paper, Deed, Note, Label];
export const everything = models.flatMap(({ modelName }) =>
  ['view', 'add', 'change', 'delete'].map((action) => `${modelName}.${action}`),
);

export interface FilesDesk extends TestApp {
  /** Where its files lie. */
  readonly folder: string;
}

export async function openFilesDesk(config: Partial<Config> = {}, options: TestAppOptions = {}): Promise<FilesDesk> {
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

/** Content and name, as somebody chooses a file. */
export interface Chosen {
  readonly name: string;
  readonly content: Buffer;
}
type Fields = Readonly<Record<string, string | Chosen | null>>;

export const chosen = (name: string, content: Buffer): Chosen => ({ name, content });

/** Opens a form and sends it as a browser does, with these fields over those that the page holds; null leaves one out. */
export async function send(client: Client, page: string, fields: Fields): Promise<Answer> {
  const { text } = await client.get(page);
  return sendForm(client, page, text, fields);
}

/** The same from a page that is there already: one that came back with mistakes. */
export async function sendForm(client: Client, action: string, page: string, fields: Fields): Promise<Answer> {
  const form = formsOf(page).find((each) => each.action === action);
  if (!form) throw new Error(`there is no form to ${action}`);
  return post(client, action, { ...plain(form.fields), ...fields });
}

/** What the page holds; no form here has two values of one name. */
function plain(fields: Readonly<Record<string, string | readonly string[]>>): Fields {
  const entries = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : (value[0] ?? ''),
  ]);
  return Object.fromEntries(entries);
}

export async function post(client: Client, action: string, fields: Fields): Promise<Answer> {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) continue;
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, new Blob([new Uint8Array(value.content)]), value.name);
  }
  const packed = new Response(data);
  return client.request('POST', action, new Uint8Array(await packed.arrayBuffer()), {
    'content-type': packed.headers.get('content-type') ?? '',
    'sec-fetch-site': 'same-origin',
    origin: client.origin,
  });
}

/** The keys of the contents that lie in its folder. */
export function contentsOf(desk: FilesDesk): readonly string[] {
  const names = existsSync(path.join(desk.folder, 'kept'))
    ? readdirSync(path.join(desk.folder, 'kept'), { recursive: true, encoding: 'utf8' })
    : [];
  return names.map((name) => path.basename(name)).filter((name) => name.length === 36);
}

/** What is left of uploads on their way; nothing, once they are answered. */
export function incomingOf(desk: FilesDesk): readonly string[] {
  const folder = path.join(desk.folder, 'incoming');
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** `kept scan bill.pdf` for every file that the database knows. */
export function statesOf({ app }: FilesDesk): Promise<readonly string[]> {
  return app.database.anyFirst(sql.type(z.object({ told: z.string() }))`
    select concat_ws(' ', state, field, name) as told from rustio_file order by created_at, field, name
  `);
}

/** Forgets every record and file. */
export async function emptyDesk(desk: FilesDesk): Promise<void> {
  await desk.app.database.query(sql.unsafe`truncate note, deed, paper, rustio_file restart identity cascade`);
  rmSync(path.join(desk.folder, 'kept'), { recursive: true, force: true });
}
