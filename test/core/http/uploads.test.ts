// A plugin's own route with files: what its handler receives, and that no file is left behind.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type BodyOptions, definePlugin } from 'rustio-admin/plugin';
import * as assert from 'uvu/assert';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { OWN_FORM, type RawResponse, rawRequest } from './raw-request.ts';

const test = suite('uploads of a route');
const folder = temporaryFolder();
const incoming = path.join(folder, 'incoming');
const seen: string[] = [];

/** `/+any` accepts any file, `/+named` one by name, `/+none` none; `/+fails` throws after the upload. */
const intake = definePlugin({
  name: 'intake',
  api: 1,
  routes(routes) {
    const route = (at: string, files: BodyOptions['files'], fails = false): void =>
      routes.post(
        at,
        { access: { open: true }, responses: [422], ...(files === undefined ? {} : { body: { files } }) },
        (ctx) => {
          const { form } = ctx.state;
          const files = ['data', 'other'].map((name) => {
            const file = form?.file(name);
            if (!file) return `no ${name}`;
            if (!file.tooLarge) seen.push(file.path);
            return `${file.name} ${file.size} ${file.tooLarge ? 'too large' : readFileSync(file.path, 'utf8')}`;
          });
          if (fails) throw new Error('after the upload');
          ctx.body = [...files, form?.get('note') ?? 'no note'];
          ctx.status = 422;
        },
      );
    route('/+any', '1 KB');
    route('/+named', () => new Map([['data', 10]]));
    route('/+none', () => new Map());
    route('/+fails', '1 KB', true);
  },
});

let app: TestApp;
test.before(async () => {
  app = await testApp({ extend: [intake], files: { folder } });
});
test.after.each(() => {
  assert.equal(existsSync(incoming) ? readdirSync(incoming) : [], [], 'nothing is left');
  for (const file of seen.splice(0)) assert.not.ok(existsSync(file));
});
test.after(() => app.close());

async function send(at: string, parts: readonly (readonly [string, string, string?])[]): Promise<RawResponse> {
  const data = new FormData();
  for (const [name, content, fileName] of parts) {
    if (fileName === undefined) data.append(name, content);
    else data.append(name, new Blob([content]), fileName);
  }
  const encoded = new Response(data);
  const body = Buffer.from(await encoded.arrayBuffer());
  return rawRequest(
    app.url,
    'POST',
    `/admin${at}`,
    { ...OWN_FORM, 'content-type': encoded.headers.get('content-type') ?? '' },
    body,
  );
}

const answerOf = ({ text }: RawResponse): unknown => JSON.parse(text);

test('a file is on disk for the duration of the request, and text fields are in the form', async () => {
  const answer = await send('/+any', [
    ['note', 'é\r\nx'],
    ['data', 'content', 'a.txt'],
  ]);
  assert.equal(answerOf(answer), ['a.txt 7 content', 'no other', 'é\r\nx']);
  assert.is(seen.length, 1);
});

test('a field without a chosen file is empty; an empty file is a file', async () => {
  assert.equal(answerOf(await send('/+any', [['data', '', '']])), ['no data', 'no other', 'no note']);
  assert.equal(answerOf(await send('/+any', [['data', '', 'empty.txt']])), ['empty.txt 0 ', 'no other', 'no note']);
});

test('the size limit of a file is exact to the byte', async () => {
  assert.equal(
    answerOf(
      await send('/+any', [
        ['data', 'x'.repeat(1_000), 'a'],
        ['other', 'x'.repeat(1_001), 'b'],
      ]),
    ),
    [`a 1000 ${'x'.repeat(1_000)}`, 'b 1001 too large', 'no note'],
  );
  assert.equal(answerOf(await send('/+named', [['data', 'x'.repeat(11), 'a']])), [
    'a 11 too large',
    'no other',
    'no note',
  ]);
});

test('if a route lists file fields, files with other names are discarded', async () => {
  assert.equal(answerOf(await send('/+named', [['other', 'x', 'a']])), ['no data', 'no other', 'no note']);
});

test('if the list of file fields is empty, multipart is rejected', async () => {
  assert.is((await send('/+none', [['note', 'x']])).status, 415);
});

test('a url-encoded form is accepted as well', async () => {
  const { text } = await rawRequest(app.url, 'POST', '/admin/+any', OWN_FORM, 'note=x&data=y');
  assert.equal(JSON.parse(text), ['no data', 'no other', 'x']);
});

test('a handler that fails leaves no file behind', async () => {
  assert.is((await send('/+fails', [['data', 'content', 'a.txt']])).status, 500);
  assert.is(seen.length, 1);
});
