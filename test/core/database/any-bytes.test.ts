import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { escapeBytes, keepBytes, unescapeBytes } from '../../../core/database/any-bytes.ts';
import { suite } from '../../support/suite.ts';

const test = suite('bytes that are not UTF-8');

const escaped = (hex: string) => escapeBytes(Buffer.from(hex, 'hex')).toString();

test('a byte that is not valid UTF-8 becomes U+FFFD and two hex digits, and valid text is unchanged', () => {
  assert.is(escaped('5afc7269'), 'Z�fcri');
  assert.is(escaped('c3bc'), 'ü');
  assert.is(escaped('c3'), '�c3', 'a truncated letter');
  assert.is(escaped('eda080'), '�ed�a0�80', 'a surrogate');
  assert.is(escaped('c080'), '�c0�80', 'an overlong form');
  assert.is(escaped('f09f98'), '�f0�9f�98');
  assert.is(escaped('f09f9880ff'), '😀�ff');
  assert.is(escaped('efbfbd'), '�');
  assert.is(escaped('efbfbd6663'), '�ef�bf�bdfc');
});

test('any bytes can be read and written back unchanged, and no two values have the same text', () => {
  const digits = fc.constantFrom(...['�', 'f', 'c', '8', 'ü', '😀'].map((text) => Buffer.from(text)));
  const piece = fc.oneof(
    digits,
    fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
  );
  const values = fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.concat(pieces));
  fc.assert(
    fc.property(values, (value) => {
      const text = escapeBytes(value).toString();
      assert.ok(text.isWellFormed());
      assert.equal(unescapeBytes(Buffer.from(text)), value);
    }),
    { numRuns: 5_000 },
  );
});

/** A DataRow with these values, between two other messages. */
function dataRow(values: readonly (Buffer | null)[]): Buffer {
  const parts = values.map((value) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(value?.length ?? -1);
    return value === null ? length : Buffer.concat([length, value]);
  });
  const count = Buffer.from([0, values.length]);
  const body = Buffer.concat([count, ...parts]);
  const header = Buffer.from([0x44, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length + 4, 1);
  const other = Buffer.from([0x32, 0, 0, 0, 4]);
  return Buffer.concat([other, header, body, other]);
}

test('rows are converted regardless of how the network splits them', async () => {
  const values = [null, Buffer.from('plain'), Buffer.from([0xfc]), Buffer.alloc(0), randomBytes(2_000), null];
  const message = dataRow(values);
  for (const size of [1, 3, 7, 100, message.length]) {
    const socket = new PassThrough();
    const received: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    keepBytes(socket);
    for (let at = 0; at < message.length; at += size) socket.push(message.subarray(at, at + size));
    socket.push(null);
    await new Promise((done) => socket.once('end', done));
    assert.equal(Buffer.concat(received), dataRow(values.map((value) => value && escapeBytes(value))), `${size}`);
  }
});
