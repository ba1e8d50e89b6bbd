import { connect } from 'node:net';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { defineRules } from '../../core/policy.ts';
import { HTML, latin, PDF, png, SVG, zip } from '../core/files/contents.ts';
import {
  chosen,
  contentsOf,
  emptyDesk,
  everything,
  type FilesDesk,
  incomingOf,
  openFilesDesk,
  Paper,
  post,
  send,
  sendForm,
  statesOf,
} from '../core/files/desk.ts';
import { ask, type RawAnswer } from '../core/http/raw.ts';
import { factsOf, mistakeAt } from '../plugins/admin/page.ts';
import { type Answer, type Client, formsOf } from '../support/client.ts';
import { suite } from '../support/suite.ts';

const test = suite('hostile files');
let desk: FilesDesk;
let clerk: Client;
/** Rows that are hidden from everybody: those of this title. */
const HIDDEN = 'Hidden';
test.before(async () => {
  desk = await openFilesDesk({
    rules: [
      defineRules(Paper, {
        rows: () => sql.fragment`t.title <> ${HIDDEN}`,
        fields: { bill: (_actor, action) => !(action === 'view' && hidesBill) },
      }),
    ],
  });
  clerk = await desk.person('staff', everything);
});
let hidesBill = false;
test.before.each(async () => {
  hidesBill = false;
  await emptyDesk(desk);
});
test.after.each(() => {
  assert.equal(desk.errors, []);
  assert.equal(incomingOf(desk), [], 'nothing is left of uploads');
});
test.after(() => desk.close());

const NEW = '/admin/papers/+new';
const FIRST = '/admin/papers/1';

/** A body byte by byte as it is told, from somebody who is signed in. */
async function raw(body: string | Buffer, more: Readonly<Record<string, string>> = {}, path = NEW): Promise<RawAnswer> {
  return ask(
    desk.url,
    'POST',
    path,
    { ...headers(clerk), 'content-type': 'multipart/form-data; boundary=XYZ', ...more },
    body,
  );
}

function headers(client: Client): Record<string, string> {
  return { cookie: `rustio=${client.cookie('rustio')}`, 'sec-fetch-site': 'same-origin', accept: 'text/html' };
}

async function token(client = clerk): Promise<string> {
  const form = formsOf((await client.get(NEW)).text).find(({ fields }) => '~form' in fields);
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

test('path traversal: a name is a name, and no path', async () => {
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

test('path traversal: the address of a file knows fields, and nothing else', async () => {
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
    const { status } = await ask(desk.url, 'GET', `${FIRST}/+file/${field}`, headers(clerk));
    assert.is(status, 404, field);
  }
});

test('polyglot: a page in the name of a picture is no picture, and a page behind a picture never runs', async () => {
  const page = await send(clerk, NEW, { title: 'T', photo: chosen('cat.png', HTML) });
  assert.is(page.status, 422);
  assert.match(mistakeAt(page.text, 'photo'), 'This file holds HTML');
  const both = png(1, 1, HTML.toString());
  assert.is((await send(clerk, NEW, { title: 'T', photo: chosen('cat.html', both) })).status, 303);
  const { headers: sent } = await clerk.get(`${FIRST}/+file/photo`);
  assert.is(sent.get('content-type'), 'image/png');
  assert.is(sent.get('x-content-type-options'), 'nosniff');
  assert.match(sent.get('content-security-policy') ?? '', 'sandbox');
  // Saved to a disk it does not open as a page either.
  assert.match(sent.get('content-disposition') ?? '', 'filename="cat.html.png"');
});

test('SVG and HTML are no pictures; as files they are downloads', async () => {
  assert.match(
    mistakeAt((await send(clerk, NEW, { title: 'T', photo: chosen('x.svg', SVG) })).text, 'photo'),
    'holds SVG',
  );
  for (const [name, content, type] of [
    ['x.svg', SVG, 'image/svg+xml'],
    ['x.png', SVG, 'image/svg+xml'],
    ['x.html', HTML, 'text/html; charset=utf-8'],
    ['x.txt', HTML, 'text/html; charset=utf-8'],
  ] as const) {
    await emptyDesk(desk);
    assert.is((await send(clerk, NEW, { title: 'T', scan: chosen(name, content) })).status, 303);
    const { headers: sent } = await clerk.get(`${FIRST}/+file/scan`);
    assert.is(sent.get('content-type'), type);
    assert.match(sent.get('content-disposition') ?? '', /^attachment/);
    assert.is(sent.get('content-security-policy'), "sandbox; default-src 'none'");
  }
});

test('what the sender says about the type counts for nothing', async () => {
  const lie = Buffer.concat([
    Buffer.from(
      '--XYZ\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n',
    ),
    PDF,
    Buffer.from('\r\n'),
  ]);
  const { status, text } = await raw(Buffer.concat([part('~token', await token()), part('title', 'T'), lie, END]));
  assert.is(status, 422);
  assert.match(mistakeAt(text, 'photo'), 'holds PDF');
});

test('a name with markup and header lines is text on the page and in the header', async () => {
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

test("another record's file is not to be had by giving its key", async () => {
  await send(clerk, NEW, { title: 'Owner', scan: chosen('a.pdf', PDF) });
  const [key = ''] = contentsOf(desk);
  for (const fields of [{ 'scan~kept': key }, { 'bill~kept': key }, { 'photo~kept': key }]) {
    const { status, text } = await send(clerk, NEW, { title: 'Thief', ...fields });
    assert.is(status, 422);
    assert.match(text, 'is not waiting here any more');
  }
  // As a plain text, which is how other fields are posted.
  assert.is((await clerk.submit(NEW, { title: 'Thief', scan: key })).status, 303);
  assert.is(factsOf((await clerk.get('/admin/papers/2')).text).Scan, '–');
});

test("somebody else's upload that waits is not to be had by giving its key", async () => {
  const other = await desk.person('staff', everything);
  await send(other, NEW, { title: '', scan: chosen('secret.pdf', PDF) });
  const [key = ''] = contentsOf(desk);
  const { status, text } = await send(clerk, NEW, { title: 'Thief', 'scan~kept': key });
  assert.is(status, 422);
  assert.not.match(text, 'secret.pdf');
  assert.equal(await statesOf(desk), ['pending scan secret.pdf']);
  // Nor in another field, whose limits it was not held to.
  const elsewhere = await send(other, NEW, { title: 'x', 'photo~kept': key });
  assert.is(elsewhere.status, 422);
  assert.is((await send(other, NEW, { title: 'x', 'scan~kept': key })).status, 303);
});

test('nonsense in place of a key is a mistake at its field', async () => {
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
    assert.match(mistakeAt(text, 'scan'), 'not waiting');
  }
});

test('two forms at once with one upload: one of them gets it', async () => {
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

test('the file of a field that is hidden is not found either', async () => {
  await send(clerk, NEW, { title: 'T', bill: chosen('a.pdf', PDF) });
  assert.is((await clerk.get(`${FIRST}/+file/bill`)).status, 200);
  hidesBill = true;
  assert.is((await clerk.get(`${FIRST}/+file/bill`)).status, 404);
  for (const page of [FIRST, `${FIRST}/+edit`]) assert.not.match((await clerk.get(page)).text, 'a.pdf');
});

test('a stranger and somebody without the permission get nothing', async () => {
  await send(clerk, NEW, { title: 'T', scan: chosen('a.pdf', PDF) });
  assert.is((await desk.client().get(`${FIRST}/+file/scan`)).status, 303);
  const other = await desk.person('staff', ['deed.view', 'paper.add']);
  assert.is((await other.get(`${FIRST}/+file/scan`)).status, 403);
});

test('nothing of a stranger is read or written', async () => {
  const stranger = desk.client();
  const answers: Answer[] = [
    await post(stranger, NEW, { title: 'T', scan: chosen('a.pdf', PDF) }),
    await post(await desk.person('staff', ['paper.view']), NEW, { title: 'T', scan: chosen('a.pdf', PDF) }),
  ];
  assert.equal(
    answers.map(({ status }) => status),
    [303, 403],
  );
  assert.equal(await statesOf(desk), []);
});

test('without the form token nothing is kept', async () => {
  for (const sent of [null, 'x', 'A'.repeat(86)]) {
    const { status } = await send(clerk, NEW, { title: 'T', scan: chosen('a.pdf', PDF), '~token': sent });
    assert.is(status, 403);
  }
  assert.equal(await statesOf(desk), []);
  assert.equal(contentsOf(desk), []);
});

test('a form without files takes none: 415', async () => {
  for (const path of ['/admin/labels/+new', '/admin/login', '/admin/papers/1/+delete']) {
    const { status, text } = await raw(Buffer.concat([part('name', 'x', 'x'), END]), {}, path);
    assert.is(status, 415, path);
    assert.match(text, 'RIO-HTTP-MEDIA');
  }
});

test('a packed multipart body is not unpacked: 415', async () => {
  assert.is((await raw('x', { 'content-encoding': 'gzip' })).status, 415);
});

test('a picture that would be gigabytes when it is unpacked is refused by what it says of itself', async () => {
  for (const bomb of [png(100_000, 100_000), png(2 ** 31 - 1, 2 ** 31 - 1)]) {
    const { status, text } = await send(clerk, NEW, { title: 'T', photo: chosen('bomb.png', bomb) });
    assert.is(status, 422);
    assert.match(mistakeAt(text, 'photo'), 'which is too many');
  }
});

test('an archive that would be gigabytes when it is unpacked is never unpacked', async () => {
  const bomb = zip({ '[Content_Types].xml': '<x/>', 'word/document.xml': Buffer.alloc(20_000_000) });
  assert.ok(bomb.length < 100_000);
  assert.is((await send(clerk, NEW, { title: 'T', scan: chosen('bomb.docx', bomb) })).status, 303);
});

test('10,000 parts are too many, be they texts or files', async () => {
  const texts = await raw(Buffer.concat([...Array.from({ length: 10_000 }, () => part('a', '')), END]));
  assert.is(texts.status, 413);
  assert.match(texts.text, 'RIO-HTTP-TOO-MANY-FIELDS');
  const files = await raw(Buffer.concat([...Array.from({ length: 10_000 }, (_, i) => part(`f${i}`, 'x', 'x')), END]));
  assert.is(files.status, 413);
  assert.match(files.text, 'RIO-HTTP-TOO-MANY-FILES');
});

test('two files in one field are no form of ours', async () => {
  const { status } = await raw(Buffer.concat([part('scan', PDF, 'a.pdf'), part('scan', PDF, 'b.pdf'), END]));
  assert.is(status, 400);
});

test('texts are bounded in a form with files, too', async () => {
  const { status, text } = await raw(Buffer.concat([part('title', 'x'.repeat(1_000_001)), END]));
  assert.is(status, 413);
  assert.match(text, 'RIO-HTTP-TOO-LARGE');
});

test('a file that its field cannot hold is told there; a body that no form of ours is ends in 413', async () => {
  const large = await send(clerk, NEW, { title: 'Stays', scan: chosen('a.bin', Buffer.alloc(100_001)) });
  assert.is(large.status, 422);
  assert.match(mistakeAt(large.text, 'scan'), 'at most 100 KB');
  assert.match(large.text, 'value="Stays"');
  const huge = await raw(Buffer.concat([part('scan', Buffer.alloc(5_000_000), 'a.bin'), END]));
  assert.is(huge.status, 413);
});

test('files that nobody asked for pass by unread', async () => {
  const body = Buffer.concat([part('~token', await token()), part('title', 'T'), part('other', PDF, 'x.pdf'), END]);
  assert.is((await raw(body)).status, 303);
  assert.equal(await statesOf(desk), []);
});

const broken: Readonly<Record<string, readonly [string | Buffer, string?]>> = {
  'another boundary': [Buffer.concat([part('a', 'b'), END]), 'multipart/form-data; boundary=ABC'],
  'no boundary': [Buffer.concat([part('a', 'b'), END]), 'multipart/form-data'],
  'a boundary of 300 signs': [Buffer.concat([part('a', 'b'), END]), `multipart/form-data; boundary=${'x'.repeat(300)}`],
  'an empty body': [''],
  'no end': [part('scan', PDF, 'a.pdf')],
  nonsense: [latin('\0\xff\xfe--XYZ')],
  'headers of a megabyte': [Buffer.concat([Buffer.from(`--XYZ\r\nX: ${'x'.repeat(1_000_000)}\r\n\r\n`), END])],
};
for (const [what, [body, type]] of Object.entries(broken)) {
  test(`${what}: 400, and no trace`, async () => {
    const { status, text } = await raw(body, type === undefined ? {} : { 'content-type': type });
    assert.is(status, 400);
    assert.match(text, 'RIO-HTTP-BODY');
  });
}

test('names of the prototype are names like others', async () => {
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

/** Sends the head of a request and then what `write` gives, until the other side hangs up or `write` ends. */
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

test('a part without end is refused, and its sender is hung up on', async () => {
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

test('a sender who hangs up in the middle leaves nothing behind', async () => {
  let turn = 0;
  await stream((put) => {
    turn += 1;
    put(turn === 1 ? part('scan', Buffer.alloc(50_000), 'a.bin').subarray(0, -2) : Buffer.alloc(1_000));
    return turn < 10 ? 'more' : 'cut';
  });
  // The folder of the request goes when the server has noticed.
  while (incomingOf(desk).length > 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await statesOf(desk), []);
});

test('refused forms of one person hold a bounded number of files', async () => {
  for (let turn = 0; turn < 22; turn += 1) {
    assert.is((await send(clerk, NEW, { title: '', scan: chosen(`${turn}.pdf`, PDF) })).status, 422);
  }
  const states = await statesOf(desk);
  assert.is(states.filter((state) => state.startsWith('pending')).length, 20);
  assert.ok(states.includes('pending scan 21.pdf'));
  await desk.app.files.sweep();
  assert.is(contentsOf(desk).length, 20);
});
