import { readdirSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { sql, z } from '../../index.ts';
import { HTML, PDF, png, SVG } from '../core/files/contents.ts';
import { chosen, everything, type FilesDesk, openFilesDesk, send, sendForm } from '../core/files/desk.ts';
import { factsOf, mistakeAt, rowsOf } from '../plugins/admin/page.ts';
import type { Client } from '../support/client.ts';
import { suite } from '../support/suite.ts';

const test = suite('files of records');
let desk: FilesDesk;
let clerk: Client;
test.before(async () => {
  desk = await openFilesDesk();
  clerk = await desk.person('staff', everything);
});
test.after.each(() => assert.equal(desk.errors, []));
test.after(() => desk.close());

const NEW = '/admin/papers/+new';

/** Adds a paper with these fields and gives its address. */
async function add(fields: Parameters<typeof send>[2]): Promise<string> {
  const { status } = await send(clerk, NEW, { title: 'A paper', ...fields });
  assert.is(status, 303);
  const id = await desk.app.database.oneFirst(
    sql.type(z.object({ id: z.int() }))`select max(id)::int as id from paper`,
  );
  return `/admin/papers/${id}`;
}

/** What is kept in the folder for contents, however it is called. */
function contents(): readonly string[] {
  try {
    const names = readdirSync(path.join(desk.folder, 'kept'), { recursive: true, encoding: 'utf8' });
    return names.map((name) => path.basename(name)).filter((name) => name.length === 36);
  } catch {
    return [];
  }
}

function states(): Promise<readonly string[]> {
  return desk.app.database.anyFirst(sql.type(z.object({ told: z.string() }))`
    select state || ' ' || name as told from rustio_file order by created_at, name
  `);
}

test('a file is uploaded with its record, shown by name and size, and comes back byte by byte', async () => {
  const content = Buffer.concat([PDF, Buffer.from([0, 255, 13, 10, 45, 45])]);
  const paper = await add({ scan: chosen('Bill of May.pdf', content) });
  assert.is(factsOf((await clerk.get(paper)).text).Scan, 'Bill of May.pdf 41 bytes');
  assert.equal(rowsOf((await clerk.get('/admin/papers')).text)[0]?.[1], 'Bill of May.pdf 41 bytes');
  const response = await fetch(`${desk.url}${paper}/+file/scan`, {
    headers: { cookie: `rustio=${clerk.cookie('rustio')}` },
  });
  assert.is(response.status, 200);
  assert.ok(Buffer.from(await response.arrayBuffer()).equals(content));
  assert.is(response.headers.get('content-type'), 'application/pdf');
  assert.is(response.headers.get('content-length'), '41');
});

void [HTML, png, SVG, mistakeAt, sendForm, contents, states];
