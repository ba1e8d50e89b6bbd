import { rmSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { gif, jpeg, latin, PDF, png, webp } from '../core/files/contents.ts';
import {
  allPermissions,
  chosen,
  contentsOf,
  deleteAllFiles,
  type FilesApp,
  incomingOf,
  openFilesApp,
  send,
  sendForm,
  statesOf,
} from '../core/files/file-forms.ts';
import { rawRequest } from '../core/http/raw-request.ts';
import { errorAt, factsOf, linksOf, mainOf, rowsOf, textOf } from '../plugins/admin/page.ts';
import type { Client } from '../support/client.ts';
import { queryRows } from '../support/run-sql.ts';
import { SESSION_COOKIE } from '../support/session-cookie.ts';
import { suite } from '../support/suite.ts';
import { until } from '../support/until.ts';

const test = suite('files of records');
let desk: FilesApp;
let clerk: Client;
test.before(async () => {
  desk = await openFilesApp();
  clerk = await desk.signInAs('staff', allPermissions);
});
test.before.each(() => deleteAllFiles(desk));
test.after.each(() => {
  assert.equal(desk.errors, []);
  assert.equal(incomingOf(desk), [], 'no uploads are left');
});
test.after(() => desk.close());

const NEW = '/admin/papers/+new';
const FIRST = '/admin/papers/1';
const EDIT = `${FIRST}/+edit`;

/** Adds the first paper, with these fields. */
async function add(fields: Parameters<typeof send>[2]): Promise<void> {
  const { status, text } = await send(clerk, NEW, { title: 'A paper', ...fields });
  assert.is(status, 303, textOf(mainOf(text)));
}

async function download(address: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(desk.url + address, {
    headers: { cookie: `${SESSION_COOKIE}=${clerk.cookie(SESSION_COOKIE)}`, ...headers },
  });
}

test('downloads are recorded: one entry per user, file and minute, with the number of downloads', async () => {
  await add({ scan: chosen('Bill.pdf', PDF) });
  for (let i = 0; i < 3; i += 1) assert.is((await download(`${FIRST}/+file/scan`)).status, 200);
  await fetch(`${desk.url}${FIRST}/+file/scan`, { redirect: 'manual' });
  const rows = await desk.app.database.any(sql.type(
    z.object({ minute: z.string(), key: z.string(), field: z.string(), kind: z.string(), count: z.number() }),
  )`
    select minute::text, subject_key as key, data->>'field' as field, actor_kind as kind, count
    from rustio_audit join rustio_audit_count on entry_id = id
    where event = 'file_read' and subject_model = 'paper'
  `);
  assert.is(
    rows.reduce((sum, { count }) => sum + count, 0),
    3,
  );
  assert.is(new Set(rows.map(({ minute }) => minute)).size, rows.length);
  assert.equal([rows[0]?.key, rows[0]?.field, rows[0]?.kind], ['1', 'scan', 'user']);
});

test('while the audit trail is locked, a download and a denied page wait one second for their entries, which follow (F8)', async () => {
  await add({ scan: chosen('Locked.pdf', PDF) });
  const guest = await desk.signInAs('staff', []);
  const entries = () => queryRows(desk.app.database.url, `select 1 from rustio_audit where event = 'access_denied'`);
  assert.is((await entries()).length, 0);
  await withPlainConnection(
    desk.app.database.url,
    async (other) => {
      await other.query('begin; lock table rustio_audit in share row exclusive mode');
      assert.is((await download(`${FIRST}/+file/scan`)).status, 200);
      assert.is((await guest.get('/admin/audit')).status, 403);
      await other.query('rollback');
    },
    { applicationName: 'tests' },
  );
  await until(async () => (await entries()).length === 1);
});

test('a file is uploaded with its record, shown by name and size, and downloaded unchanged', async () => {
  const content = Buffer.concat([PDF, Buffer.from([0, 255, 13, 10, 45, 45])]);
  await add({ scan: chosen('Bill of May.pdf', content) });
  assert.is(factsOf((await clerk.get(FIRST)).text).Scan, 'Bill of May.pdf 41 bytes');
  const list = (await clerk.get('/admin/papers')).text;
  assert.equal(rowsOf(list), [['A paper', 'Bill of May.pdf 41 bytes', '–']]);
  assert.ok(linksOf(list).includes(`${FIRST}/+file/scan`));
  const response = await download(`${FIRST}/+file/scan`);
  assert.is(response.status, 200);
  assert.ok(Buffer.from(await response.arrayBuffer()).equals(content));
  assert.is(response.headers.get('content-length'), '41');
  assert.equal(await statesOf(desk), ['kept scan Bill of May.pdf']);
});

test('a download is an attachment and cannot run', async () => {
  await add({ scan: chosen('Bill “1”; é.pdf', PDF) });
  const { headers } = await download(`${FIRST}/+file/scan`);
  assert.is(headers.get('content-type'), 'application/pdf');
  assert.is(
    headers.get('content-disposition'),
    `attachment; filename="Bill ?1?; é.pdf"; filename*=UTF-8''Bill%20%E2%80%9C1%E2%80%9D%3B%20%C3%A9.pdf`,
  );
  assert.is(headers.get('x-content-type-options'), 'nosniff');
  assert.is(headers.get('content-security-policy'), "sandbox; default-src 'none'");
  assert.is(headers.get('cache-control'), 'private, no-store');
});

test('clients with cached content get 304, but only while they have access', async () => {
  await add({ scan: chosen('a.pdf', PDF) });
  const etag = (await download(`${FIRST}/+file/scan`)).headers.get('etag') ?? '';
  assert.match(etag, /^"[\da-f]{64}"$/);
  const cookie = `${SESSION_COOKIE}=${clerk.cookie(SESSION_COOKIE)}`;
  // fetch() would add `cache-control: no-cache`.
  const again = await rawRequest(desk.url, 'GET', `${FIRST}/+file/scan`, { cookie, 'if-none-match': etag });
  assert.equal([again.status, again.text], [304, '']);
  assert.is((await download(`${FIRST}/+file/scan`, { 'if-none-match': '"x"' })).status, 200);
  const other = await desk.signInAs('staff', ['label.view']);
  assert.is((await other.get(`${FIRST}/+file/scan`, { 'if-none-match': etag })).status, 403);
  const head = await clerk.request('HEAD', `${FIRST}/+file/scan`, undefined, {});
  assert.is(head.status, 200);
  assert.is(head.headers.get('content-length'), String(PDF.length));
});

const pictures: Readonly<Record<string, Buffer>> = {
  'image/png': png(40, 30),
  'image/gif': gif(40, 30),
  'image/jpeg': jpeg(40, 30),
  'image/webp': webp('VP8L', 40, 30),
};
for (const [type, content] of Object.entries(pictures)) {
  test(`${type}: an image is shown on its record's page, and inline by the browser`, async () => {
    await add({ photo: chosen('photo', content) });
    const page = mainOf((await clerk.get(FIRST)).text);
    assert.match(page, `<img class="picture" src="${FIRST}/+file/photo" alt="" width="40" height="30" loading="lazy">`);
    assert.not.match(mainOf((await clerk.get('/admin/papers')).text), '<img');
    const { headers } = await download(`${FIRST}/+file/photo`);
    assert.is(headers.get('content-type'), type);
    assert.match(headers.get('content-disposition') ?? '', /^inline; filename="photo\./);
    assert.is(headers.get('content-security-policy'), "sandbox; default-src 'none'");
  });
}

test('text is served as UTF-8, as a download', async () => {
  await add({ scan: chosen('notes.txt', Buffer.from('Grüße')) });
  const { headers } = await download(`${FIRST}/+file/scan`);
  assert.is(headers.get('content-type'), 'text/plain; charset=utf-8');
  assert.match(headers.get('content-disposition') ?? '', /^attachment/);
});

test('a new file replaces the old one, whose content is deleted', async () => {
  await add({ scan: chosen('old.pdf', PDF) });
  const [old] = contentsOf(desk);
  assert.is((await send(clerk, EDIT, { scan: chosen('new.pdf', Buffer.concat([PDF, PDF])) })).status, 303);
  assert.equal(await statesOf(desk), ['kept scan new.pdf']);
  assert.is(contentsOf(desk).length, 1);
  assert.not.ok(contentsOf(desk).includes(old ?? ''));
  assert.is((await (await download(`${FIRST}/+file/scan`)).arrayBuffer()).byteLength, 2 * PDF.length);
});

test('a form without a new file keeps the old one', async () => {
  await add({ scan: chosen('a.pdf', PDF) });
  assert.is((await send(clerk, EDIT, { title: 'Renamed', scan: chosen('', Buffer.alloc(0)) })).status, 303);
  assert.equal(await statesOf(desk), ['kept scan a.pdf']);
  assert.is(factsOf((await clerk.get(FIRST)).text).Scan, `a.pdf ${PDF.length} bytes`);
});

test('an optional file can be removed, a required one cannot', async () => {
  await add({ scan: chosen('a.pdf', PDF) });
  assert.is((await send(clerk, EDIT, { 'scan~none': 'true' })).status, 303);
  assert.equal(await statesOf(desk), []);
  assert.equal(contentsOf(desk), []);
  assert.is((await download(`${FIRST}/+file/scan`)).status, 404);

  assert.is((await send(clerk, '/admin/deeds/+new', { title: 'A deed', scan: chosen('d.pdf', PDF) })).status, 303);
  const edit = '/admin/deeds/1/+edit';
  assert.not.match((await clerk.get(edit)).text, 'scan~none');
  const rejected = await send(clerk, edit, { 'scan~none': 'true' });
  assert.is(rejected.status, 422);
  assert.is(errorAt(rejected.text, 'scan'), 'This field is required.');
  assert.equal(await statesOf(desk), ['kept scan d.pdf']);
});

test('a missing required file is reported', async () => {
  const { status, text } = await send(clerk, '/admin/deeds/+new', { title: 'A deed' });
  assert.is(status, 422);
  assert.is(errorAt(text, 'scan'), 'This field is required.');
});

test('a file in the first column is not a separate link, since that column links to the record', async () => {
  await send(clerk, '/admin/deeds/+new', { title: 'A deed', scan: chosen('d.pdf', PDF) });
  const page = mainOf((await clerk.get('/admin/deeds')).text);
  assert.match(page, /<th scope="row"><a href="\/admin\/deeds\/1">d\.pdf <small>/);
});

test('deleting a record deletes its files and those of records deleted with it', async () => {
  await add({ scan: chosen('a.pdf', PDF), photo: chosen('p.png', png()) });
  await send(clerk, '/admin/notes/+new', { title: 'N', paper: '1', scan: chosen('n.pdf', PDF) });
  assert.is(contentsOf(desk).length, 3);
  assert.is((await clerk.submit(`${FIRST}/+delete`, {})).status, 303);
  assert.equal(await statesOf(desk), []);
  assert.equal(contentsOf(desk), []);
});

test('an error in another field loses no file: it is kept, and stored with the next submission', async () => {
  const first = await send(clerk, NEW, { title: '', scan: chosen('a.pdf', PDF), photo: chosen('p.png', png()) });
  assert.is(first.status, 422);
  assert.is(errorAt(first.text, 'scan'), '');
  assert.match(textOf(mainOf(first.text)), 'Selected, not saved yet: a.pdf');
  assert.equal(await statesOf(desk), ['pending scan a.pdf', 'pending photo p.png']);
  const second = await sendForm(clerk, NEW, first.text, { title: 'Now with a title' });
  assert.is(second.status, 303);
  assert.equal(await statesOf(desk), ['kept scan a.pdf', 'kept photo p.png']);
  assert.is(await (await download(`${FIRST}/+file/scan`)).text(), PDF.toString());
});

test('a pending file can be replaced or removed', async () => {
  const first = await send(clerk, NEW, { title: '', scan: chosen('a.pdf', PDF) });
  const second = await sendForm(clerk, NEW, first.text, { title: '', scan: chosen('b.pdf', PDF) });
  assert.match(textOf(mainOf(second.text)), 'not saved yet: b.pdf');
  const third = await sendForm(clerk, NEW, second.text, { title: 'x', 'scan~none': 'true' });
  assert.is(third.status, 303);
  assert.is(factsOf((await clerk.get(FIRST)).text).Scan, '–');
});

test('after a conflict, the chosen file is kept', async () => {
  await add({ scan: chosen('old.pdf', PDF) });
  const { text } = await clerk.get(EDIT);
  await send(clerk, EDIT, { title: 'Somebody else was faster' });
  const conflict = await sendForm(clerk, EDIT, text, { title: 'Mine', scan: chosen('mine.pdf', PDF) });
  assert.is(conflict.status, 409);
  assert.is((await sendForm(clerk, EDIT, conflict.text, {})).status, 303);
  assert.equal(await statesOf(desk), ['kept scan mine.pdf']);
});

test('the choice to remove a file is kept when the form is shown again', async () => {
  await add({ scan: chosen('a.txt', Buffer.from('one')) });
  const rejected = await send(clerk, EDIT, { title: '', 'scan~none': 'true' });
  assert.is(rejected.status, 422);
  assert.is((await sendForm(clerk, EDIT, rejected.text, { title: 'Corrected' })).status, 303);
  assert.is(factsOf((await clerk.get(FIRST)).text).Scan, '–');
});

test('a file that others have replaced is kept, and the conflict names it', async () => {
  await add({ scan: chosen('a.txt', Buffer.from('one')) });
  const stale = (await clerk.get(EDIT)).text;
  await send(clerk, EDIT, { scan: chosen('theirs.txt', Buffer.from('two')) });
  const conflict = await sendForm(clerk, EDIT, stale, { title: 'Mine' });
  assert.is(conflict.status, 409);
  assert.match(textOf(mainOf(conflict.text)), 'Changed in the meantime: Scan.');
  assert.is((await sendForm(clerk, EDIT, conflict.text, {})).status, 303);
  assert.match(factsOf((await clerk.get(FIRST)).text).Scan ?? '', 'theirs.txt');
});

test('a form submitted twice stores one record with one file', async () => {
  const { text } = await clerk.get(NEW);
  const fields = { title: 'Once', scan: chosen('a.pdf', PDF) };
  const [one, two] = [await sendForm(clerk, NEW, text, fields), await sendForm(clerk, NEW, text, fields)];
  assert.equal([one.status, two.status], [303, 303]);
  assert.equal(
    rowsOf((await clerk.get('/admin/papers')).text).map(([title]) => title),
    ['Once'],
  );
  assert.equal(
    (await statesOf(desk)).filter((state) => state.startsWith('kept')),
    ['kept scan a.pdf'],
  );
});

test('the audit trail has name, size and hash of added and removed files', async () => {
  await add({ scan: chosen('a.pdf', PDF) });
  await send(clerk, EDIT, { scan: chosen('b.txt', Buffer.from('b')) });
  const history = textOf(mainOf((await clerk.get(`${FIRST}/+history`)).text));
  assert.match(history, new RegExp(`a\\.pdf, ${PDF.length} bytes, SHA-256 [\\da-f]{64}`));
  // The hash of the single letter b.
  assert.match(history, 'b.txt, 1 bytes, SHA-256 3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d');
});

test('a list can be filtered by rows with and without a file', async () => {
  await add({ title: 'With', scan: chosen('a.pdf', PDF) });
  await add({ title: 'Without' });
  const titles = async (query: string): Promise<readonly string[]> => {
    const { status, text } = await clerk.get(`/admin/papers?${query}`);
    assert.is(status, 200, query);
    return rowsOf(text).map(([title = '']) => title);
  };
  assert.equal(await titles('f.scan=%2Bsome'), ['With']);
  assert.equal(await titles('f.scan=%2Bnone'), ['Without']);
  assert.equal(await titles('f.scan=%2Bnone&f.scan=%2Bsome'), ['With', 'Without']);
  for (const invalid of ['a.pdf', 'true', '+some2', '0']) {
    const { text } = await clerk.get(`/admin/papers?f.scan=${encodeURIComponent(invalid)}`);
    assert.match(text, 'is not one of the options, so this filter was ignored', invalid);
  }
  assert.is((await clerk.get('/admin/papers?sort=scan')).status, 400);
  const page = textOf(mainOf((await clerk.get('/admin/papers?f.scan=%2Bsome')).text));
  assert.match(page, 'Scan: Set');
});

test('the form shows the accepted types, and is multipart only if it has file fields', async () => {
  const { text } = await clerk.get(NEW);
  assert.match(text, 'enctype="multipart/form-data"');
  assert.match(textOf(mainOf(text)), 'Maximum size: 2 KB. Allowed types: PDF, CSV.');
  assert.match(
    text,
    /<input class="input" type="file" id="f-bill" name="bill" accept="application\/pdf,\.pdf,text\/csv,\.csv"/,
  );
  assert.not.match((await clerk.get('/admin/labels/+new')).text, 'multipart');
});

test('a form without scripts and without files works like any other', async () => {
  const { status } = await clerk.submit(NEW, { title: 'Urlencoded' });
  assert.is(status, 303);
});

const rejections: readonly (readonly [string, 'scan' | 'bill' | 'photo', Buffer, RegExp])[] = [
  [
    'too large for its field',
    'bill',
    Buffer.concat([PDF, Buffer.alloc(2_000)]),
    /^This file is too large. The maximum size is 2 KB/,
  ],
  [
    'of another type',
    'bill',
    png(),
    /^The content of this file is PNG, which is not allowed here. Allowed types: PDF, CSV\.$/,
  ],
  ['a file of an unknown type', 'bill', latin('MZ\x90\0'), /^The file type could not be recognised/],
  ['empty', 'scan', Buffer.alloc(0), /^This file is empty/],
  ['a file that is not an image', 'photo', PDF, /^The content of this file is PDF/],
  ['a damaged image', 'photo', png(0, 0), /^This image is damaged/],
  [
    'a picture of too many dots',
    'photo',
    png(1_001, 1_000),
    /^This image is too large: 1,001 × 1,000 pixels. The maximum is 1 million/,
  ],
];
for (const [what, name, content, error] of rejections) {
  test(`${what}: reported at its field, and nothing is stored`, async () => {
    const { status, text } = await send(clerk, NEW, { title: 'Kept in the form', [name]: chosen('file.pdf', content) });
    assert.is(status, 422);
    assert.match(errorAt(text, name), error);
    assert.match(text, 'value="Kept in the form"');
    assert.equal(await statesOf(desk), []);
    assert.equal(contentsOf(desk), []);
  });
}

test('the size limit of a field is exact to the byte', async () => {
  const exactly = Buffer.concat([PDF, Buffer.alloc(2_000 - PDF.length)]);
  await add({ bill: chosen('b.pdf', exactly) });
  assert.is(
    (await send(clerk, NEW, { title: 'x', bill: chosen('b.pdf', Buffer.concat([exactly, exactly.subarray(0, 1)])) }))
      .status,
    422,
  );
});

test('content that was removed from the folder is reported as missing, and logged', async () => {
  await add({ scan: chosen('a.pdf', PDF) });
  rmSync(path.join(desk.folder, 'kept'), { recursive: true });
  const { status, text, headers } = await clerk.get(`${FIRST}/+file/scan`);
  assert.is(status, 500);
  assert.match(text, 'RIO-FILES-MISSING');
  assert.match(headers.get('content-type') ?? '', 'text/html');
  assert.is(headers.get('content-disposition'), null);
  assert.is((desk.errors as unknown[]).splice(0).length, 1);
});

test('code can add files like forms', async () => {
  const { app } = desk;
  const context = {
    actor: { kind: 'job', name: 'import', permissions: 'all' },
    correlationId: 'x',
    ip: null,
    credential: null,
  } as const;
  const field = app.models.byName('paper')?.fields.get('scan');
  if (!field) throw new Error('there is no such field');
  const added = await app.files.add(context.actor, field, 'from code.pdf', PDF);
  assert.ok(added.ok);
  assert.equal(await statesOf(desk), ['pending scan from code.pdf']);
  const rejected = await app.files.add(context.actor, field, 'empty', new Uint8Array());
  assert.is(rejected.ok, false);
});
