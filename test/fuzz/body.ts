import { gzipSync } from 'node:zlib';
import { fieldSuffixes, formNames } from '../../core/form/form-protocol.ts';
import { formToken } from '../../core/http/csrf.ts';
import type { FieldInfo, ModelInfo } from '../../core/model/field-type.ts';
import { png } from '../core/files/contents.ts';
import { PASSWORD } from '../support/app.ts';
import { encoded, hostileText, MARKED } from './hostile.ts';
import type { Random } from './random.ts';
import type { Sender } from './request.ts';
import { validText } from './valid.ts';

export interface Body {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}
type Pair = readonly [name: string, value: string];

const FORM = 'application/x-www-form-urlencoded';

/**
 * The body of a post: a form of this model, usually one that its page could send; `keys` are the rows selected in a list.
 * `careful`: it is such a form, with values that are valid. `passwordPercent`: how often it contains the sender's password.
 */
export function bodyFor(
  random: Random,
  model: ModelInfo,
  sender: Sender,
  keys: readonly string[],
  careful = random.percent(60),
  passwordPercent = 10,
): Body {
  const selection = keys.map((key): Pair => ['key', key]);
  if (keys.length > 0)
    selection.push(['action', 'remove'], [formNames.list, random.pick(['', '?sort=id', hostileText(random)])]);
  const pairs = [...selection, ...formFor(random, model, sender, careful, passwordPercent)];
  const hasFiles = [...model.fields.values()].some(isFile);
  if (random.percent(hasFiles ? 50 : 4)) return multipart(random, model, pairs, careful);
  const errorPercent = careful ? 0 : 5;
  const text = pairs
    .map(([name, value]) => `${encoded(random, name, errorPercent)}=${encoded(random, value, errorPercent)}`)
    .join('&');
  if (random.percent(careful ? 99 : 85)) return { bytes: Buffer.from(text), headers: { 'content-type': FORM } };
  return invalidBody(random, text);
}

function formFor(
  random: Random,
  model: ModelInfo,
  { token: session, email }: Sender,
  careful: boolean,
  passwordPercent: number,
): readonly Pair[] {
  const pairs: Pair[] = [];
  if (session !== undefined && random.percent(95)) pairs.push([formNames.token, formToken(session)]);
  if (random.percent(careful ? 70 : 40))
    pairs.push([formNames.form, random.percent(90) ? formId(random) : hostileText(random)]);
  if (email !== undefined && random.percent(passwordPercent)) pairs.push(['email', email], ['password', PASSWORD]);
  if (random.percent(careful ? 20 : 50)) pairs.push([formNames.version, random.percent(50) ? '' : hostileText(random)]);
  if (random.percent(40)) pairs.push([formNames.next, random.pick(['stay', 'new', '', hostileText(random)])]);
  for (const field of model.fields.values()) {
    if (random.percent(careful ? 25 : 40) && field.nullable) continue;
    if (random.percent(20))
      pairs.push([field.name + fieldSuffixes.present, random.pick(['', 'true', hostileText(random)])]);
    pairs.push([field.name, random.percent(careful ? 98 : 50) ? validText(random, field) : hostileText(random)]);
    if (!careful && random.percent(5)) pairs.push([field.name, hostileText(random)]);
  }
  if (careful) return pairs;
  const others = [
    'email',
    'password',
    'next',
    'theme',
    'notice',
    '__proto__',
    'constructor',
    'toString',
    'id',
    '~none',
  ];
  return [
    ...pairs,
    ...random.some(
      4,
      (): Pair => [random.percent(70) ? random.pick(others) : hostileText(random), hostileText(random)],
    ),
  ];
}

/** Few enough that some are repeated. */
function formId(random: Random): string {
  return `fuzz-form-${random.int(5_000)}`;
}

/** Not a form, or not what its headers declare. */
function invalidBody(random: Random, text: string): Body {
  const compressed = gzipSync(text);
  return random.pick<() => Body>([
    () => ({ bytes: Buffer.from('{"a":1}'), headers: { 'content-type': 'application/json' } }),
    () => ({ bytes: Buffer.from(text), headers: {} }),
    () => ({ bytes: Buffer.from(text), headers: { 'content-type': hostileType(random) } }),
    () => ({ bytes: compressed, headers: { 'content-type': FORM, 'content-encoding': 'gzip' } }),
    () => ({
      bytes: compressed.subarray(0, random.int(compressed.length)),
      headers: { 'content-type': FORM, 'content-encoding': 'gzip' },
    }),
    () => ({ bytes: Buffer.from(text), headers: { 'content-type': FORM, 'content-encoding': 'br' } }),
    () => ({ bytes: Buffer.from(text), headers: { 'content-type': FORM, 'transfer-encoding': 'chunked' } }),
    () => ({ bytes: Buffer.from('a=1&'.repeat(6_000)), headers: { 'content-type': FORM } }),
    () => ({ bytes: Buffer.alloc(1_200_000, 'a'), headers: { 'content-type': FORM } }),
    () => ({ bytes: Buffer.from([0xff, 0xfe, 0x00, 0x3d, 0x26, 0xc3]), headers: { 'content-type': FORM } }),
  ])();
}

function hostileType(random: Random): string {
  return random.pick([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'text/html',
    'x',
    `${FORM}; charset=utf-7`,
  ]);
}

const PNG = png();
const CONTENTS = [PNG, Buffer.from(MARKED), Buffer.from('%PDF-1.7 fuzz'), Buffer.alloc(0), Buffer.alloc(30_000, 1)];

/** The same form as multipart, as browsers send forms with files; sometimes truncated or corrupted. */
function multipart(random: Random, model: ModelInfo, pairs: readonly Pair[], careful: boolean): Body {
  const boundary = `----fuzz${random.int(1_000)}`;
  const texts = pairs.map(([name, value]) => part(boundary, `name="${escaped(name)}"`, Buffer.from(value)));
  const files = [...model.fields.values()].filter(isFile);
  const chosen = files.flatMap(({ name }) =>
    random.percent(50) ? [file(random, boundary, name, careful ? [PNG] : CONTENTS)] : [],
  );
  if (!careful && random.percent(20)) chosen.push(file(random, boundary, hostileText(random), CONTENTS));
  const complete = Buffer.concat([...texts, ...chosen, Buffer.from(`--${boundary}--\r\n`)]);
  const headers = { 'content-type': `multipart/form-data; boundary=${random.percent(97) ? boundary : 'another'}` };
  if (random.percent(careful ? 95 : 75)) return { bytes: complete, headers };
  const at = random.int(complete.length);
  const corrupted = random.pick([
    complete.subarray(0, at),
    complete.subarray(at),
    Buffer.concat([complete.subarray(0, at), Buffer.from('\r\n\r\n'), complete.subarray(at)]),
    Buffer.concat([complete.subarray(0, at), Buffer.from(`--${boundary}`), complete.subarray(at)]),
  ]);
  return { bytes: corrupted, headers };
}

function isFile({ typeName }: FieldInfo): boolean {
  return typeName === 'file' || typeName === 'image';
}

function file(random: Random, boundary: string, name: string, contents: readonly Buffer[]): Buffer {
  const content = random.pick(contents);
  const fileName = escaped(hostileText(random));
  return part(boundary, `name="${escaped(name)}"; filename="${fileName}"`, content);
}

function part(boundary: string, parameters: string, content: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${parameters}\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ]);
}

function escaped(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
