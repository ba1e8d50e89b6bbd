// Everything that clients can send is parsed in linear time: each input is measured at two sizes, and the larger one may take at most
// three times as long per byte as the smaller one.
import Koa from 'koa';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { parseExactJson } from '../../core/base/exact-json.ts';
import { decodeForm } from '../../core/form/form.ts';
import { parseBoundary, partsOf } from '../../core/http/multipart.ts';
import { field } from '../../core/model/field.ts';
import { readCursor } from '../../core/query/cursor.ts';
import { compileListing, permittedPart } from '../../core/query/listing.ts';
import { completeOrder } from '../../core/query/order.ts';
import { parseListQuery } from '../../core/query/parse-list-query.ts';
import { Reader } from '../../core/query/reader.ts';
import { searchWords } from '../../core/query/search.ts';
import { markdownExcerpt, markdownHtml } from '../../core/view/markdown.ts';
import { parseEmail } from '../../plugins/auth/account.ts';
import { failureOf } from '../support/failure.ts';
import { suite } from '../support/suite.ts';
import { fieldOf, jsonFieldOf, parse } from './model/field-of.ts';
import { person, policyWith, somebody } from './query/fixture.ts';

const test = suite('linear time');
/** A parser that takes quadratic time takes 64 times as long for the larger input. */
const FACTOR = 8;
const MAX_RATIO = 3 * FACTOR;
/** Nanoseconds per byte that are always acceptable (ten milliseconds per megabyte), because large texts do not fit into CPU caches. */
const HARMLESS_NS = 10;
/** Shorter measurements are inaccurate: the work is then repeated within one. */
const MIN_MS = 2;
const MEASUREMENTS = 4;
const ATTEMPTS = 3;

type Work = () => unknown;

/** CPU time of this process in milliseconds, which does not include waiting or other processes. */
async function cpuTime(work: Work, rounds: number): Promise<number> {
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Milliseconds of the fastest of several measurements, because compilation and garbage collection can only slow one down. */
async function costOf(work: Work): Promise<number> {
  let rounds = 1;
  let least = Number.POSITIVE_INFINITY;
  for (let measurement = 0; measurement < MEASUREMENTS; ) {
    const ms = await cpuTime(work, rounds);
    if (ms < MIN_MS) {
      rounds = Math.ceil(rounds * Math.min(10, (1.5 * MIN_MS) / Math.max(ms, 0.01)));
      continue;
    }
    least = Math.min(least, ms / rounds);
    measurement += 1;
  }
  return least;
}

async function assertLinear(name: string, size: number, work: (size: number) => unknown): Promise<void> {
  const harmless = (size * FACTOR * HARMLESS_NS) / 1_000_000;
  let report = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const large = await costOf(() => work(size * FACTOR));
    if (large < harmless) return;
    const small = await costOf(() => work(size));
    if (large < small * MAX_RATIO) return;
    report = `${name}: ${size} takes ${small} ms, ${size * FACTOR} takes ${large} ms`;
  }
  assert.unreachable(report);
}

/** Ignores errors: invalid values must be rejected in linear time, too. */
function tolerant(work: () => unknown): void {
  try {
    work();
  } catch {
    // As intended.
  }
}

/** Texts of about this many characters that made parsers of other projects slow. */
const pieces = [
  'a&',
  'a=&',
  '&',
  '=',
  '%',
  '%41',
  '+',
  'a[b]&',
  ';',
  '"',
  '\\',
  '(',
  '[',
  '*',
  '_',
  '`',
  '<',
  '![',
  '> ',
  '- ',
  '@',
  '.',
  ' ',
  '\n',
  'a',
  'ä',
  '||',
];
const repeated = (piece: string, size: number): string => piece.repeat(Math.ceil(size / piece.length));
const quoted = (piece: string): string => JSON.stringify(piece);

test('a parser that takes quadratic time is detected', async () => {
  const compare = (size: number): number => {
    const text = 'ab'.repeat(size / 2);
    let same = 0;
    for (let at = 0; at < size; at += 1)
      for (let other = 0; other < at; other += 1) if (text[at] === text[other]) same += 1;
    return same;
  };
  const count = (size: number): number => [...'ab'.repeat(size / 2)].filter((char) => char === 'a').length;
  const failure = await failureOf(assertLinear('comparing', 200, compare));
  assert.match(String(failure), 'comparing: 200 takes');
  await assertLinear('counting', 200, count);
});

test('forms are parsed in linear time (security F1)', async () => {
  for (const piece of pieces)
    await assertLinear(`form of ${quoted(piece)}`, 50_000, (size) => decodeForm(repeated(piece, size), 5_000));
  // As many fields as a form may have.
  for (const piece of ['a=1&', 'a%20b=%C3%A4&', '__proto__=&'])
    await assertLinear(`fields ${quoted(piece)}`, 600, (size) => decodeForm(piece.repeat(size), 5_000));
});

test('multipart bodies are parsed in linear time (security F1)', async () => {
  const read = async (body: string): Promise<void> => {
    const whole = Buffer.from(body);
    const chunks = async function* (): AsyncGenerator<Buffer> {
      for (let at = 0; at < whole.length; at += 16_384) yield whole.subarray(at, at + 16_384);
    };
    try {
      for await (const { content } of partsOf(chunks(), 'XYZ')) for await (const _ of content);
    } catch {
      // Rejected: also in linear time.
    }
  };
  const part = '--XYZ\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n';
  await assertLinear('many parts', 500, (size) => read(`${part.repeat(size)}--XYZ--`));
  for (const piece of ['\r\n--XY', '\r\n', '-', '--XYZ', ...pieces])
    await assertLinear(`part of ${quoted(piece)}`, 50_000, (size) =>
      read(`--XYZ\r\nContent-Disposition: form-data; name="a"\r\n\r\n${repeated(piece, size)}\r\n--XYZ--`),
    );
  for (const piece of pieces) {
    await assertLinear(`headers of ${quoted(piece)}`, 900, (size) =>
      read(`--XYZ\r\nContent-Disposition: form-data; name="${repeated(piece, size)}"\r\n\r\n1\r\n--XYZ--`),
    );
    await assertLinear(`boundary of ${quoted(piece)}`, 2_000, (size) =>
      parseBoundary(`multipart/form-data; boundary=${repeated(piece, size)}`),
    );
  }
});

const { listing } = compileListing(person, {
  list: ['name'],
  filters: ['level', 'born', 'seen', 'place', 'visits', 'salary', 'tags'],
  search: ['name', 'place.name'],
});
const reader = new Reader(policyWith({}), somebody);
const offered = permittedPart(reader, listing, 100);
const parseQuery = (query: string) =>
  parseListQuery(listing, new URLSearchParams(query), {
    offered,
    complete: (requested) => completeOrder(reader, listing, requested),
    timeZone: 'Europe/Berlin',
  });

test('cookies and queries are parsed in linear time, up to the 16 KB that Node accepts (security F1)', async () => {
  const koa = new Koa();
  for (const piece of ['a=1; ', ...pieces]) {
    await assertLinear(`cookie of ${quoted(piece)}`, 2_000, (size) => {
      const request: object = { headers: { cookie: repeated(piece, size) }, socket: {} };
      const ctx = koa.createContext(request as never, { getHeader() {} } as never);
      return ctx.cookies.get('rustio');
    });
    await assertLinear(`query of ${quoted(piece)}`, 2_000, (size) => parseQuery(repeated(piece, size)));
    for (const name of ['q', 'sort', 'f.name', 'f.level', 'f.born.from', 'f.salary', 'f.place', 'size'])
      await assertLinear(`${name} of ${quoted(piece)}`, 2_000, (size) =>
        parseQuery(`${name}=${encodeURIComponent(repeated(piece, size))}`),
      );
  }
  for (const piece of ['f.level=junior&', 'f.place=1&', 'utm=1&', 'sort=name&', 'f.x=1&'])
    await assertLinear(`query of ${quoted(piece)}`, 2_000, (size) => parseQuery(repeated(piece, size)));
});

test('cursors are parsed in linear time (security F1)', async () => {
  const context = { model: person, order: completeOrder(reader, listing, []), filters: [], q: '' };
  for (const piece of ['a', '[', '["a",', '"\\u0000', '0', ...pieces]) {
    const encoded = (size: number) => Buffer.from(repeated(piece, size)).toString('base64url');
    await assertLinear(`cursor of ${quoted(piece)}`, 180, (size) => readCursor(context, encoded(size)));
    await assertLinear(`raw cursor of ${quoted(piece)}`, 2_000, (size) => readCursor(context, repeated(piece, size)));
    await assertLinear(`after of ${quoted(piece)}`, 1_500, (size) => parseQuery(`after=${encoded(size)}`));
  }
});

test('searches, addresses, URLs, Markdown and JSON are parsed in linear time (security F1)', async () => {
  const email = fieldOf(field.email());
  const url = fieldOf(field.url());
  const json = jsonFieldOf(field.json(z.unknown()), { name: field.text() });
  for (const piece of ['a@', 'a.', 'a@a.', 'http://', '[a](', '**a', '|a|\n', ...pieces]) {
    const name = quoted(piece);
    await assertLinear(`search of ${name}`, 20_000, (size) => searchWords(repeated(piece, size)));
    await assertLinear(`email of ${name}`, 20_000, (size) => parseEmail(repeated(piece, size)));
    await assertLinear(`email field of ${name}`, 20_000, (size) => tolerant(() => parse(email, repeated(piece, size))));
    await assertLinear(`URL of ${name}`, 20_000, (size) =>
      tolerant(() => parse(url, `https://${repeated(piece, size)}`)),
    );
    await assertLinear(`excerpt of ${name}`, 20_000, (size) => markdownExcerpt(repeated(piece, size)));
    await assertLinear(`Markdown of ${name}`, 2_500, (size) => markdownHtml(repeated(piece, size)));
  }
  for (const piece of ['{"a":', '"\\u0041', '1.50,', '.0', '1e', '{"a":1},', '0', ...pieces]) {
    const texts = { plain: repeated, inArray: (it: string, size: number) => `[${repeated(it, size)}0]` };
    for (const [name, text] of Object.entries(texts)) {
      await assertLinear(`JSON ${name} of ${quoted(piece)}`, 10_000, (size) =>
        tolerant(() => parseExactJson(text(piece, size))),
      );
      await assertLinear(`JSON field ${name} of ${quoted(piece)}`, 10_000, (size) =>
        tolerant(() => parse(json, text(piece, size))),
      );
    }
  }
});
