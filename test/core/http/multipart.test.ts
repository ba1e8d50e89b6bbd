import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { Malformed, parseBoundary, partsOf } from '../../../core/http/multipart.ts';
import { failureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';

const test = suite('multipart forms');
const B = 'XYZ';

interface Sent {
  readonly name: string;
  readonly fileName: string | undefined;
  readonly content: Buffer;
}

/** As browsers write it. */
function written(parts: readonly Sent[], boundary = B): Buffer {
  const escaped = (text: string): string => text.replace(/["\r\n]/g, encodeURIComponent);
  const blocks = parts.map(({ name, fileName, content }) => {
    const file = fileName === undefined ? '' : `; filename="${escaped(fileName)}"\r\nContent-Type: application/x-any`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"${file}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), content, Buffer.from('\r\n')]);
  });
  return Buffer.concat([...blocks, Buffer.from(`--${boundary}--\r\n`)]);
}

/** The bytes in chunks of these lengths, repeated. */
async function* inPieces(body: Buffer, lengths: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < body.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? body.length;
    yield body.subarray(at, at + length);
    at += length;
  }
}

async function read(body: Buffer | string, lengths: readonly number[] = [64], boundary = B): Promise<readonly Sent[]> {
  const parts: Sent[] = [];
  for await (const { content, ...part } of partsOf(inPieces(Buffer.from(body), lengths), boundary)) {
    parts.push({ ...part, content: await buffer(content) });
  }
  return parts;
}

const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const storable = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .filter((text) => text.isWellFormed() && !/%(?:22|0d|0a)/i.test(text));
/** Bytes that contain incomplete boundaries. */
const contents = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(fc.constantFrom('\r\n', '--', '-', '\r', '\n', 'X', 'XY', '\r\n--XY', '--XYZ', '\r\n-XYZ', 'a'), {
      maxLength: 30,
    })
    .map((bits) => Buffer.from(bits.join('').replaceAll('\r\n--XYZ', ''))),
);
const parts = fc.array(
  fc.record(
    { name: storable, fileName: fc.option(storable, { nil: undefined }), content: contents },
    { noNullPrototype: true },
  ),
  { maxLength: 5 },
);

test('any contents, in any chunks, are read unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(parts, lengths, async (sent, pieces) => {
      // RFC 2046, 5.1.1: no line of a content may begin with the delimiter, the first one included.
      fc.pre(sent.every(({ content }) => !`\r\n${content.toString('latin1')}`.includes('\r\n--XYZ')));
      assert.equal(await read(written(sent), pieces), sent);
    }),
  );
});

test('a Unicode line separator is part of a name', async () => {
  const sent = [{ name: 'scan', fileName: 'a\u2028b\u2029.pdf', content: Buffer.from('x') }];
  assert.equal(await read(written(sent)), sent);
});

test('an unread part is skipped', async () => {
  const body = written(
    ['one', 'two', 'three'].map((name) => ({ name, fileName: undefined, content: Buffer.alloc(500, name) })),
  );
  const names: string[] = [];
  for await (const { name, content } of partsOf(inPieces(body, [7]), B)) {
    names.push(name);
    if (name === 'two') assert.is((await buffer(content)).length, 500);
  }
  assert.equal(names, ['one', 'two', 'three']);
});

test('arbitrary bytes are either a form or malformed', async () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    fc
      .tuple(parts, fc.nat(300), fc.nat(3), fc.constantFrom('\r\n', '-', '"', ';', ':', '\0', 'é'))
      .map(([sent, at, dropped, put]) => {
        const body = written(sent);
        return Buffer.concat([body.subarray(0, at), Buffer.from(put), body.subarray(at + dropped)]);
      }),
  );
  await fc.assert(
    fc.asyncProperty(noise, lengths, async (body, pieces) => {
      await read(body, pieces).catch((error: unknown) => assert.instance(error, Malformed));
    }),
  );
});

const head = (lines: string): string => `--${B}\r\n${lines}\r\n\r\nx\r\n--${B}--`;
const malformed: Readonly<Record<string, string>> = {
  'an empty body': '',
  'another boundary': head('Content-Disposition: form-data; name="a"').replaceAll(B, 'ABC'),
  'content before the first boundary': `preamble\r\n${head('Content-Disposition: form-data; name="a"')}`,
  'no end': `--${B}\r\nContent-Disposition: form-data; name="a"\r\n\r\nx`,
  'an end in the middle of the headers': `--${B}\r\nContent-Disposition: form-`,
  'a boundary followed by more text': `--${B}\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--${B}x`,
  'no headers': `--${B}\r\n\r\nx\r\n--${B}--`,
  'a part without a name': head('Content-Disposition: form-data'),
  'a disposition of mails': head('Content-Disposition: attachment; name="a"'),
  'two names': head('Content-Disposition: form-data; name="a"; name="b"'),
  'two dispositions': head('Content-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="b"'),
  'a name without a closing quote': head('Content-Disposition: form-data; name="a'),
  'only a header without a colon': head('x'),
  'an invalid line end': head('Content-Disposition: form-data; name="a"\nX-Other: 1'),
  'a transfer encoding for mail': head('Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64'),
  'many headers': head(
    `Content-Disposition: form-data; name="a"\r\n${'x'.repeat(3)}-1: 1\r\n`.concat(
      Array.from({ length: 12 }, (_, i) => `h${i}: 1`).join('\r\n'),
    ),
  ),
};
for (const [what, body] of Object.entries(malformed)) {
  test(`${what} is malformed`, async () => {
    assert.instance(await failureOf(read(body)), Malformed);
    assert.instance(await failureOf(read(body, [1])), Malformed);
  });
}

test('a folded header is one header (RFC 5322, 2.2.3); a line without a colon is not a header', async () => {
  const part = { name: 'a', fileName: undefined, content: Buffer.from('x') };
  assert.equal(await read(head('Content-Disposition: form-data;\r\n name="a"')), [part]);
  assert.equal(await read(head('Content-Disposition: form-data; name="a"\r\nx')), [part]);
});

test('headers that never end are rejected', async () => {
  async function* endless(): AsyncGenerator<Buffer> {
    yield Buffer.from(`--${B}\r\nContent-Disposition: form-data; name="`);
    for (let sent = 0; sent < 100; sent += 1) yield Buffer.alloc(1_000, 'a');
    throw new Error('it was read on and on');
  }
  const first = partsOf(endless(), B).next();
  assert.instance(await failureOf(first), Malformed);
});

test('contents are streamed: each chunk is passed on before the next one is read', async () => {
  const chunk = Buffer.alloc(100_000);
  let produced = 0;
  async function* large(): AsyncGenerator<Buffer> {
    yield Buffer.from(`--${B}\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n`);
    for (; produced < 300; produced += 1) yield chunk;
    yield Buffer.from(`\r\n--${B}--`);
  }
  let size = 0;
  for await (const { content } of partsOf(large(), B)) {
    for await (const fragment of content) {
      size += fragment.length;
      assert.ok(
        produced * chunk.length - size < 2 * chunk.length,
        `${produced} chunks produced, ${size} bytes passed on`,
      );
    }
  }
  assert.is(size, 30_000_000);
});

test('only boundaries that the standard allows are accepted', () => {
  assert.is(
    parseBoundary('multipart/form-data; boundary=----WebKitFormBoundaryAbC123'),
    '----WebKitFormBoundaryAbC123',
  );
  assert.is(parseBoundary('multipart/form-data; charset=utf-8; boundary="a b:c"'), 'a b:c');
  assert.is(parseBoundary('multipart/form-data;BOUNDARY=x; a=b'), 'x');
  for (const wrong of [
    '',
    '; boundary=',
    '; boundary=""',
    '; boundary="a\\"b"',
    '; boundary=ä',
    `; boundary=${'x'.repeat(71)}`,
    '; boundary="x "',
  ]) {
    assert.is(parseBoundary(`multipart/form-data${wrong}`), undefined, wrong);
  }
});
