// A database with the encoding SQL_ASCII can contain any bytes, but pg reads and writes UTF-8. Between pg and the socket, each byte of a value that is not
// valid UTF-8 is read as U+FFFD and its two hex digits, `Z�fcrich`, and such text is sent as the byte. A value that was read can
// therefore be sent back: as a key, from a form, in a cursor. See docs/decisions/0019-any-bytes.md.

import { isUtf8 } from 'node:buffer';
import type { Duplex } from 'node:stream';

type Convert = (value: Buffer) => Buffer;

/** The messages of PostgreSQL's protocol that contain values. */
const DATA_ROW = 0x44;
const BIND = 0x42;
const HEADER = 5;
const BINARY = 1;

/** U+FFFD in UTF-8. In regular expressions, a character represents one byte. */
const ESCAPE = '\xef\xbf\xbd';
const ESCAPE_BYTES = Buffer.from(ESCAPE, 'latin1');
const ESCAPED_BYTE = /\xef\xbf\xbd([89a-f][\da-f])/g;
// fault: ambiguous-escape
// A stored U+FFFD that is followed by two such digits is itself escaped, as three bytes, so that no two values have the same text.
const CHARACTERS_OR_BYTE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  /([\x00-\x7f]+|[\xc2-\xdf][\x80-\xbf]|(?!\xef\xbf\xbd[89a-f][\da-f])(?:\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xed[\x80-\x9f])[\x80-\xbf]|(?:\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f])[\x80-\xbf]{2})|[\s\S]/g;

/** @example escapeBytes(Buffer.from('5afc', 'hex')).toString() // 'Z�fc' */
export function escapeBytes(value: Buffer): Buffer {
  if (isUtf8(value) && !value.includes(ESCAPE_BYTES)) return value;
  const text = value
    .toString('latin1')
    .replace(CHARACTERS_OR_BYTE, (byte, characters: string | undefined) =>
      characters === undefined ? `${ESCAPE}${byte.charCodeAt(0).toString(16)}` : characters,
    );
  return Buffer.from(text, 'latin1');
}

/** The inverse of `escapeBytes`. */
export function unescapeBytes(value: Buffer): Buffer {
  if (!value.includes(ESCAPE_BYTES)) return value;
  const bytes = value
    .toString('latin1')
    .replace(ESCAPED_BYTE, (_escaped, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}

/** Converts the values of all further messages on this socket, between two messages. pg writes each message as a whole. */
export function keepBytes(socket: Duplex): void {
  const messages = new Messages();
  for (const listener of socket.listeners('data')) {
    socket.off('data', listener as (chunk: Buffer) => void);
    socket.on('data', (chunk: Buffer) => {
      const complete = messages.add(chunk).map((message) => (message[0] === DATA_ROW ? read(message) : message));
      if (complete.length > 0) listener.call(socket, Buffer.concat(complete));
    });
  }
  const write: (message: Buffer, sent?: () => void) => boolean = socket.write.bind(socket);
  // fault: bytes-not-sent-back
  socket.write = (message: Buffer, sent: unknown) =>
    write(message[0] === BIND ? sentValues(message) : message, sent instanceof Function ? () => sent() : undefined);
}

/** Splits the received bytes into messages. */
class Messages {
  #chunks: Buffer[] = [];
  #length = 0;
  #needed = HEADER;

  add(chunk: Buffer): readonly Buffer[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#needed) return [];
    const bytes = Buffer.concat(this.#chunks);
    const complete: Buffer[] = [];
    let at = 0;
    this.#needed = HEADER;
    while (at + HEADER <= bytes.length) {
      const length = 1 + bytes.readUInt32BE(at + 1);
      if (at + length > bytes.length) {
        this.#needed = length;
        break;
      }
      complete.push(bytes.subarray(at, at + length));
      at += length;
    }
    this.#chunks = [bytes.subarray(at)];
    this.#length = bytes.length - at;
    return complete;
  }
}

function read(message: Buffer): Buffer {
  return withValues(message, HEADER, () => escapeBytes);
}

/** A Bind message has the portal, the statement, the format of each value, the values, and the formats of the result. */
function sentValues(message: Buffer): Buffer {
  const formats = message.indexOf(0, message.indexOf(0, HEADER) + 1) + 1;
  const values = formats + 2 + 2 * message.readUInt16BE(formats);
  return withValues(message, values, (index) =>
    message.readUInt16BE(formats + 2 + 2 * index) === BINARY ? (bytes) => bytes : unescapeBytes,
  );
}

/** Converts the values of a message. At `start` is their number, then each value after its length, which is -1 for NULL. */
function withValues(message: Buffer, start: number, conversionOf: (index: number) => Convert): Buffer {
  const parts: Buffer[] = [];
  let at = start + 2;
  let copied = 0;
  for (let index = 0; index < message.readUInt16BE(start); index += 1) {
    const length = Math.max(0, message.readInt32BE(at));
    const value = message.subarray(at + 4, at + 4 + length);
    const converted = conversionOf(index)(value);
    if (converted !== value) {
      parts.push(message.subarray(copied, at), int32(converted.length), converted);
      copied = at + 4 + length;
    }
    at += 4 + length;
  }
  if (copied === 0) return message;
  const whole = Buffer.concat([...parts, message.subarray(copied)]);
  whole.writeUInt32BE(whole.length - 1, 1);
  return whole;
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}
