import { connect } from 'node:net';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { defineRules } from '../../core/policy/policy.ts';
import { HTML, latin, PDF, png, SVG, zip } from '../core/files/contents.ts';
import {
  allPermissions,
  chosen,
  contentsOf,
  deleteAllFiles,
  type FilesApp,
  incomingOf,
  openFilesApp,
  Paper,
  post,
  send,
  sendForm,
  statesOf,
} from '../core/files/file-forms.ts';
import { type RawResponse, rawRequest } from '../core/http/raw-request.ts';
import { errorAt, factsOf } from '../plugins/admin/page.ts';
import { type Client, parseForms, type TestResponse } from '../support/client.ts';
import { SESSION_COOKIE } from '../support/session-cookie.ts';
import { suite } from '../support/suite.ts';

const test = suite('hostile files');
let desk: FilesApp;
let clerk: Client;
/** Rows with this title are hidden from all users. */
const HIDDEN = 'Hidden';
test.before(async () => {
  desk = await openFilesApp({
    rules: [
      defineRules(Paper, {
        rows: () => sql.fragment`t.title <> ${HIDDEN}`,
        fields: { bill: (_actor, action) => !(action === 'view' && hidesBill) },
      }),
    ],
  });
  clerk = await desk.signInAs('staff', allPermissions);
});
let hidesBill = false;
test.before.each(async () => {
  hidesBill = false;
  await deleteAllFiles(desk);
});
test.after.each(() => {
  assert.equal(desk.errors, []);
  assert.equal(incomingOf(desk), [], 'no uploads are left');
});
test.after(() => desk.close());

const NEW = '/admin/papers/+new';
const FIRST = '/admin/papers/1';

/** Sends a body unchanged, as a signed-in user. */
async function raw(
  body: string | Buffer,
  more: Readonly<Record<string, string>> = {},
  path = NEW,
): Promise<RawResponse> {
  return rawRequest(
    desk.url,
    'POST',
    path,
    { ...headers(clerk), 'content-type': 'multipart/form-data; boundary=XYZ', ...more },
    body,
  );
}

function headers(client: Client): Record<string, string> {
  return {
    cookie: `${SESSION_COOKIE}=${client.cookie(SESSION_COOKIE)}`,
    'sec-fetch-site': 'same-origin',
    accept: 'text/html',
  };
}

async function token(client = clerk): Promise<string> {
  const form = parseForms((await client.get(NEW)).text).find(({ fields }) => '~form' in fields);
  return String(form?.fields['~token']);
}

function part(name: string, content: string | Buffer, fileName?: string): Buffer {
  const file = fileName === undefined ? '' : `; filename="${fileName}"\r\nContent-Type: application/pdf`;
  return Buffer.concat([
    Buffer.from(`--XYZ\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
}
const END = Buffer.from('--XYZ--\r\n');

test('path traversal: a file name is never a path', async () => {
  for (const name of ['../../../../etc/cron.d/x', '..\\..\\x', '/etc/passwd', 'kept/../../x', '....//....//x']) {
    const body = Buffer.concat([part('~token', await token()), part('title', 'T'), part('scan', PDF, name), END]);
    assert.is((await raw(body)).status, 303, name);
  }
  const names = ['passwd', 'x', 'x', 'x', 'x'];
  assert.equal(
    (await statesOf(desk)).toSorted(),
    names.map((name) => `kept scan ${name}.pdf`),
  );
  assert.ok(contentsOf(desk).every((name) => /^[\da-f-]{36}$/.test(name)));
});

test('path traversal: the URL of a file accepts only fields', async () => {
  await send(clerk, NEW, { title: 'T', scan: chosen('a.pdf', PDF) });
  const fields = [
    'title',
    'id',
    '..',
    '%2e%2e',
    '__proto__',
    'constructor',
    'toString',
    'scan%00',
    '~label',
    '~version',
    'nothing',
    'bill',
  ];
  for (const field of fields) {
    const { status } = await rawRequest(desk.url, 'GET', `${FIRST}/+file/${field}`, headers(clerk));
    assert.is(status, 404, field);
  }
});

test('polyglot: a page with the name of an image is rejected, and a page appended to an image never runs (T21)', async () => {
  const page = await send(clerk, NEW, { title: 'T', photo: chosen('cat.png', HTML) });
  assert.is(page.status, 422);
  assert.match(errorAt(page.text, 'photo'), 'The content of this file is HTML');
  const both = png(1, 1, HTML.toString());
  assert.is((await send(clerk, NEW, { title: 'T', photo: chosen('cat.html', both) })).status, 303);
  const { headers: sent } = await clerk.get(`${FIRST}/+file/photo`);
  assert.is(sent.get('content-type'), 'image/png');
  assert.is(sent.get('x-content-type-options'), 'nosniff');
  assert.match(sent.get('content-security-policy') ?? '', 'sandbox');
  // Saved to disk, it does not open as a page either.
  assert.match(sent.get('content-disposition') ?? '', 'filename="cat.html.png"');
});

test('SVG and HTML are not images; as files they are downloads', async () => {
  assert.match(
    errorAt((await send(clerk, NEW, { title: 'T', photo: chosen('x.svg', SVG) })).text, 'photo'),
    'content of this file is SVG',
  );
  for (const [name, content, type] of [
    ['x.svg', SVG, 'image/svg+xml'],
    ['x.png', SVG, 'image/svg+xml'],
    ['x.html', HTML, 'text/html; charset=utf-8'],
    ['x.txt', HTML, 'text/html; charset=utf-8'],
  ] as const) {
    await deleteAllFiles(desk);
    assert.is((await send(clerk, NEW, { title: 'T', scan: chosen(name, content) })).status, 303);
    const { headers: sent } = await clerk.get(`${FIRST}/+file/scan`);
    assert.is(sent.get('content-type'), type);
    assert.match(sent.get('content-disposition') ?? '', /^attachment/);
    assert.is(sent.get('content-security-policy'), "sandbox; default-src 'none'");
  }
});

test('the content type that the client sends is ignored', async () => {
  const lie = Buffer.concat([
    Buffer.from(
      '--XYZ\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n',
    ),
    PDF,
    Buffer.from('\r\n'),
  ]);
  const { status, text } = await raw(Buffer.concat([part('~token', await token()), part('title', 'T'), lie, END]));
  assert.is(status, 422);
  assert.match(errorAt(text, 'photo'), 'content of this file is PDF');
});

test('a name with markup or header lines is plain text on the page and in the header', async () => {
  const name = '"><script>alert(1)</script>%0d%0aSet-Cookie: x=1.pdf';
  const body = Buffer.concat([
    part('~token', await token()),
    part('title', 'T'),
    part('scan', PDF, name.replaceAll('"', '%22')),
    END,
  ]);
  assert.is((await raw(body)).status, 303);
  for (const page of ['/admin/papers', FIRST, `${FIRST}/+edit`, `${FIRST}/+history`]) {
    assert.not.match((await clerk.get(page)).text, '<script>alert');
  }
  const { headers: sent } = await clerk.get(`${FIRST}/+file/scan`);
  assert.is(sent.get('set-cookie'), null);
  assert.match(sent.get('content-disposition') ?? '', /^attachment; filename="/);
});

test("the key of another record's file gives no access to it", async () => {
  await send(clerk, NEW, { title: 'Owner', scan: chosen('a.pdf', PDF) });
  const [key = ''] = contentsOf(desk);
  for (const fields of [{ 'scan~kept': key }, { 'bill~kept': key }, { 'photo~kept': key }]) {
    const { status, text } = await send(clerk, NEW, { title: 'Thief', ...fields });
    assert.is(status, 422);
    assert.match(text, 'The upload has expired');
  }
  // As a text, like other fields.
  assert.is((await clerk.submit(NEW, { title: 'Thief', scan: key })).status, 303);
  assert.is(factsOf((await clerk.get('/admin/papers/2')).text).Scan, '–');
});

test("the key of another user's pending upload gives no access to it", async () => {
  const other = await desk.signInAs('staff', allPermissions);
  await send(other, NEW, { title: '', scan: chosen('secret.pdf', PDF) });
  const [key = ''] = contentsOf(desk);
  const { status, text } = await send(clerk, NEW, { title: 'Thief', 'scan~kept': key });
  assert.is(status, 422);
  assert.not.match(text, 'secret.pdf');
  assert.equal(await statesOf(desk), ['pending scan secret.pdf']);
  // Nor in another field, whose limits were not applied to it.
  const elsewhere = await send(other, NEW, { title: 'x', 'photo~kept': key });
  assert.is(elsewhere.status, 422);
  assert.is((await send(other, NEW, { title: 'x', 'scan~kept': key })).status, 303);
});

test('an invalid key is an error at its field', async () => {
  for (const key of [
    'x',
    '0',
    "' or true --",
    '../x',
    '00000000-0000-4000-8000-000000000000',
    '\u0000',
    'x'.repeat(10_000),
  ]) {
    const { status, text } = await send(clerk, NEW, { title: 'T', 'scan~kept': key });
    assert.is(status, 422, key.slice(0, 20));
    assert.match(errorAt(text, 'scan'), 'upload has expired');
  }
});

test('if two concurrent forms refer to one upload, only one gets it', async () => {
  const { text } = await send(clerk, NEW, { title: '', scan: chosen('a.pdf', PDF) });
  const again = (await clerk.get(NEW)).text;
  const [kept = ''] = contentsOf(desk);
  const answers = await Promise.all([
    sendForm(clerk, NEW, text, { title: 'One' }),
    sendForm(clerk, NEW, again, { title: 'Two', 'scan~kept': kept }),
  ]);
  assert.equal(answers.map(({ status }) => status).sort(), [303, 422]);
  assert.equal(await statesOf(desk), ['kept scan a.pdf']);
});

test('the file of a record that a row rule hides is not found, like the record', async () => {
  await send(clerk, NEW, { title: 'T', scan: chosen('a.pdf', PDF) });
  await desk.app.database.query(sql.unsafe`update paper set title = ${HIDDEN}`);
  assert.is((await clerk.get(`${FIRST}/+file/scan`)).status, 404);
  assert.is((await clerk.get('/admin/papers/2/+file/scan')).status, 404);
});

test('the file of a hidden field is not found', async () => {
  await send(clerk, NEW, { title: 'T', bill: chosen('a.pdf', PDF) });
  assert.is((await clerk.get(`${FIRST}/+file/bill`)).status, 200);
  hidesBill = true;
  assert.is((await clerk.get(`${FIRST}/+file/bill`)).status, 404);
  for (const page of [FIRST, `${FIRST}/+edit`]) assert.not.match((await clerk.get(page)).text, 'a.pdf');
});

test('anonymous users and users without the permission get nothing', async () => {
  await send(clerk, NEW, { title: 'T', scan: chosen('a.pdf', PDF) });
  assert.is((await desk.client().get(`${FIRST}/+file/scan`)).status, 303);
  const other = await desk.signInAs('staff', ['deed.view', 'paper.add']);
  assert.is((await other.get(`${FIRST}/+file/scan`)).status, 403);
});

test('nothing from an anonymous user is read or written', async () => {
  const anonymous = desk.client();
  const answers: TestResponse[] = [
    await post(anonymous, NEW, { title: 'T', scan: chosen('a.pdf', PDF) }),
    await post(await desk.signInAs('staff', ['paper.view']), NEW, { title: 'T', scan: chosen('a.pdf', PDF) }),
  ];
  assert.equal(
    answers.map(({ status }) => status),
    [303, 403],
  );
  assert.equal(await statesOf(desk), []);
});

test('without the form token nothing is stored', async () => {
  for (const sent of [null, 'x', 'A'.repeat(86)]) {
    const { status } = await send(clerk, NEW, { title: 'T', scan: chosen('a.pdf', PDF), '~token': sent });
    assert.is(status, 403);
  }
  assert.equal(await statesOf(desk), []);
  assert.equal(contentsOf(desk), []);
});

test('a form without file fields accepts no files: 415', async () => {
  for (const path of ['/admin/labels/+new', '/admin/login', '/admin/papers/1/+delete']) {
    const { status, text } = await raw(Buffer.concat([part('name', 'x', 'x'), END]), {}, path);
    assert.is(status, 415, path);
    assert.match(text, 'RIO-HTTP-MEDIA');
  }
});

test('a compressed multipart body is not decompressed: 415', async () => {
  assert.is((await raw('x', { 'content-encoding': 'gzip' })).status, 415);
});

test('an image that would take gigabytes in memory is rejected by its declared dimensions', async () => {
  for (const bomb of [png(100_000, 100_000), png(2 ** 31 - 1, 2 ** 31 - 1)]) {
    const { status, text } = await send(clerk, NEW, { title: 'T', photo: chosen('bomb.png', bomb) });
    assert.is(status, 422);
    assert.match(errorAt(text, 'photo'), 'This image is too large');
  }
});

test('an archive that would expand to gigabytes is never expanded', async () => {
  const bomb = zip({ '[Content_Types].xml': '<x/>', 'word/document.xml': Buffer.alloc(20_000_000) });
  assert.ok(bomb.length < 100_000);
  assert.is((await send(clerk, NEW, { title: 'T', scan: chosen('bomb.docx', bomb) })).status, 303);
});

test('10,000 parts are rejected, whether text or files', async () => {
  const texts = await raw(Buffer.concat([...Array.from({ length: 10_000 }, () => part('a', '')), END]));
  assert.is(texts.status, 413);
  assert.match(texts.text, 'RIO-HTTP-TOO-MANY-FIELDS');
  const files = await raw(Buffer.concat([...Array.from({ length: 10_000 }, (_, i) => part(`f${i}`, 'x', 'x')), END]));
  assert.is(files.status, 413);
  assert.match(files.text, 'RIO-HTTP-TOO-MANY-FILES');
});

test('two files in one field are rejected', async () => {
  const { status } = await raw(Buffer.concat([part('scan', PDF, 'a.pdf'), part('scan', PDF, 'b.pdf'), END]));
  assert.is(status, 400);
});

test('text fields are limited even in a form with files', async () => {
  const { status, text } = await raw(Buffer.concat([part('title', 'x'.repeat(1_000_001)), END]));
  assert.is(status, 413);
  assert.match(text, 'RIO-HTTP-TOO-LARGE');
});

test('a file that is too large is reported at its field; a body larger than any form is 413', async () => {
  const large = await send(clerk, NEW, { title: 'Stays', scan: chosen('a.bin', Buffer.alloc(100_001)) });
  assert.is(large.status, 422);
  assert.match(errorAt(large.text, 'scan'), 'maximum size is 100 KB');
  assert.match(large.text, 'value="Stays"');
  const huge = await raw(Buffer.concat([part('scan', Buffer.alloc(5_000_000), 'a.bin'), END]));
  assert.is(huge.status, 413);
});

test('undeclared files are discarded', async () => {
  const body = Buffer.concat([part('~token', await token()), part('title', 'T'), part('other', PDF, 'x.pdf'), END]);
  assert.is((await raw(body)).status, 303);
  assert.equal(await statesOf(desk), []);
});

const broken: Readonly<Record<string, readonly [string | Buffer, string?]>> = {
  'another boundary': [Buffer.concat([part('a', 'b'), END]), 'multipart/form-data; boundary=ABC'],
  'no boundary': [Buffer.concat([part('a', 'b'), END]), 'multipart/form-data'],
  'a boundary of 300 characters': [
    Buffer.concat([part('a', 'b'), END]),
    `multipart/form-data; boundary=${'x'.repeat(300)}`,
  ],
  'an empty body': [''],
  'no end': [part('scan', PDF, 'a.pdf')],
  nonsense: [latin('\0\xff\xfe--XYZ')],
  'headers of a megabyte': [Buffer.concat([Buffer.from(`--XYZ\r\nX: ${'x'.repeat(1_000_000)}\r\n\r\n`), END])],
};
for (const [what, [body, type]] of Object.entries(broken)) {
  test(`${what}: 400, and no file is left`, async () => {
    const { status, text } = await raw(body, type === undefined ? {} : { 'content-type': type });
    assert.is(status, 400);
    assert.match(text, 'RIO-HTTP-BODY');
  });
}

test('names of Object.prototype are ordinary names', async () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
  const body = Buffer.concat([
    part('~token', await token()),
    part('title', 'T'),
    ...names.slice(0, 2).map((name) => part(name, PDF, 'x.pdf')),
    ...names.map((name) => part(name, 'x')),
    END,
  ]);
  assert.is((await raw(body)).status, 303);
  assert.is(Reflect.get({}, 'x'), undefined);
});

/** Sends the head of a request and then what `write` yields, until the server closes the connection or `write` ends. */
function stream(
  write: (send: (bytes: Buffer) => boolean) => 'more' | 'end' | 'cut',
): Promise<{ readonly text: string; readonly sent: number }> {
  const { hostname, port } = new URL(desk.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    let sent = 0;
    const put = (bytes: Buffer): boolean => {
      sent += bytes.length;
      return socket.write(
        bytes.length === 0
          ? ''
          : Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]),
      );
    };
    const go = (): void => {
      for (;;) {
        if (socket.destroyed) return;
        const then = write(put);
        if (then === 'cut') return void socket.destroy();
        if (then === 'end') return;
        if (socket.writableNeedDrain) return void socket.once('drain', go);
      }
    };
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve({ text, sent }));
    const lines = Object.entries({
      ...headers(clerk),
      host: `${hostname}:${port}`,
      'content-type': 'multipart/form-data; boundary=XYZ',
      'transfer-encoding': 'chunked',
    });
    socket.write(`POST ${NEW} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n`);
    go();
  });
}

test('a part without an end is rejected and its connection closed', async () => {
  const start = part('scan', '', 'a.bin').subarray(0, -2);
  let begun = false;
  const { text, sent } = await stream((put) => {
    put(begun ? Buffer.alloc(500_000) : start);
    begun = true;
    return 'more';
  });
  assert.match(text, /^HTTP\/1\.1 413 /);
  assert.ok(sent > 1_000_000 && sent < 200_000_000, String(sent));
});

test('a client that disconnects in the middle leaves nothing behind', async () => {
  let turn = 0;
  await stream((put) => {
    turn += 1;
    put(turn === 1 ? part('scan', Buffer.alloc(50_000), 'a.bin').subarray(0, -2) : Buffer.alloc(1_000));
    return turn < 10 ? 'more' : 'cut';
  });
  // The folder of the request is removed when the server notices the disconnect.
  while (incomingOf(desk).length > 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await statesOf(desk), []);
});

test('rejected forms of one user keep a limited number of files', async () => {
  for (let turn = 0; turn < 22; turn += 1) {
    assert.is((await send(clerk, NEW, { title: '', scan: chosen(`${turn}.pdf`, PDF) })).status, 422);
  }
  const states = await statesOf(desk);
  assert.is(states.filter((state) => state.startsWith('pending')).length, 20);
  assert.ok(states.includes('pending scan 21.pdf'));
  await desk.app.files.cleanUp();
  assert.is(contentsOf(desk).length, 20);
});
