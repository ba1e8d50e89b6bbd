// What holds for every kind of field.

import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { type AnyField, field } from '../../../core/model/field.ts';
import type { KindSpec, Wire } from '../../../core/model/kind.ts';
import { kinds } from '../../../core/model/kinds/index.ts';
import { defineModel } from '../../../core/model/model.ts';
import type { FieldInfo } from '../../../core/model/registry.ts';
import { suite } from '../../support/suite.ts';
import { english, fieldOf, jsonFieldOf, must, resolved, show } from './field-of.ts';

const test = suite('kinds of fields');

const MEMBERS: Readonly<Record<keyof KindSpec, 'function' | 'string' | 'boolean' | 'object' | 'optional'>> = {
  kind: 'string',
  sqlType: 'function',
  sqlDefault: 'function',
  defaultWord: 'optional',
  uniqueAs: 'optional',
  summary: 'optional',
  checks: 'function',
  wire: 'object',
  decode: 'function',
  encode: 'function',
  cast: 'function',
  parse: 'function',
  validate: 'function',
  cell: 'function',
  align: 'string',
  widget: 'function',
  text: 'function',
  filter: 'string',
  sortable: 'boolean',
  searchable: 'boolean',
  exported: 'function',
};

const airport = defineModel('airport', { fields: { code: field.text({ max: 4 }), name: field.text() }, key: 'code' });
const tag = defineModel('tag', { fields: { name: field.text() } });
const flight = defineModel('flight', {
  fields: {
    name: field.text(),
    origin: field.belongsTo(() => airport),
    tag: field.belongsTo(() => tag),
    tags: field.manyToMany(() => tag, { through: () => flightTag }),
  },
});
const flightTag = defineModel('flightTag', {
  fields: { flight: field.belongsTo(() => flight), tag: field.belongsTo(() => tag) },
  key: ['flight', 'tag'],
  label: ['flight', 'tag'],
});
const [flightInfo] = resolved(flight, flightTag, tag, airport);
const relation = (name: string): FieldInfo => must(flightInfo?.fields.get(name));

/** Texts that a column of this field may hold, as the driver would send them. */
interface Sample {
  readonly info: FieldInfo;
  readonly wires: fc.Arbitrary<NonNullable<Wire>>;
}
const digits = (most: number) => fc.stringMatching(new RegExp(`^(0|[1-9]\\d{0,${most - 1}})$`));
const negatable = (arbitrary: fc.Arbitrary<string>) =>
  fc.tuple(fc.boolean(), arbitrary).map(([minus, text]) => (minus && /[1-9]/.test(text) ? `-${text}` : text));
const storable = fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed() && !text.includes('\0'));
const oneLine = storable
  .map((text) => text.replace(/[\n\r\v\f\u0085\u2028\u2029]/g, '').trim())
  .filter((text) => text !== '');
const manyLines = storable.map((text) => text.replace(/\r/g, '')).filter((text) => text.trim() !== '');
const moments = fc.date({
  min: new Date('0001-01-02T00:00:00Z'),
  max: new Date('9999-12-30T23:59:59Z'),
  noInvalidDate: true,
});
const timestamps = moments.map(
  (moment) =>
    `${moment
      .toISOString()
      .slice(0, -1)
      .replace('T', ' ')
      .replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros))}+00`,
);
const seconds = moments.map((moment) => moment.toISOString().slice(0, 19).replace('T', ' '));
const plain = (kept: AnyField) => fieldOf(kept);

const samples: Readonly<Record<string, Sample>> = {
  identity: { info: must(flightInfo?.fields.get('id')), wires: fc.maxSafeInteger().map(String) },
  text: { info: plain(field.text()), wires: oneLine },
  'text of many lines': { info: plain(field.text({ multiline: true })), wires: manyLines },
  integer: { info: plain(field.integer()), wires: fc.integer() },
  bigint: { info: plain(field.bigint()), wires: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) },
  decimal: {
    info: plain(field.decimal()),
    wires: negatable(fc.tuple(digits(40), fc.stringMatching(/^\d{1,40}$/)).map(([whole, rest]) => `${whole}.${rest}`)),
  },
  'decimal with a scale': {
    info: plain(field.decimal({ precision: 12, scale: 2 })),
    wires: negatable(fc.tuple(digits(10), fc.stringMatching(/^\d{2}$/)).map(([whole, rest]) => `${whole}.${rest}`)),
  },
  boolean: { info: plain(field.boolean()), wires: fc.boolean() },
  date: { info: plain(field.date()), wires: seconds.map((text) => text.slice(0, 10)) },
  time: { info: plain(field.time()), wires: seconds.map((text) => text.slice(11)) },
  timestamp: { info: plain(field.timestamp()), wires: timestamps },
  localDateTime: { info: plain(field.localDateTime()), wires: seconds },
  uuid: { info: plain(field.uuid()), wires: fc.uuid() },
  json: {
    info: jsonFieldOf(field.json(z.json()), { name: field.text() }),
    wires: fc
      .jsonValue({ maxDepth: 5 })
      .filter((value) => value !== null && !JSON.stringify(value).includes('\\u'))
      .map((value) => (typeof value === 'object' ? { value } : String(value))),
  },
  choice: {
    info: plain(field.choice(['a', 'two words', '"quoted" & <b>'])),
    wires: fc.constantFrom('a', '"quoted" & <b>'),
  },
  'belongsTo a text key': { info: relation('origin'), wires: fc.stringMatching(/^[A-Z]{3}$/) },
  'belongsTo an identity': { info: relation('tag'), wires: fc.maxSafeInteger().map(String) },
};

test('every kind has every member, and is filed under its own name', () => {
  for (const [name, spec] of Object.entries(kinds)) {
    assert.is(spec.kind, name);
    for (const [member, type] of Object.entries(MEMBERS)) {
      if (type === 'optional') continue;
      assert.is(typeof Reflect.get(spec, member), type, `${name}.${member}`);
    }
    for (const member of Object.keys(spec)) assert.ok(member in MEMBERS, `${name}.${member} is known`);
  }
});

for (const [name, { info, wires }] of Object.entries(samples)) {
  test(`${name}: what the control holds comes back as what was stored`, () => {
    fc.assert(
      fc.property(wires, (wire) => {
        const text = info.spec.text(wire, info);
        const outcome = info.spec.parse(text, info);
        if (!outcome.ok) throw new Error(`${JSON.stringify(text)} refused: ${outcome.issue.key}`);
        const sent = info.spec.encode(outcome.value);
        assert.equal(info.kind === 'json' ? JSON.parse(String(sent)) : comparable(info, sent), comparable(info, wire));
        assert.is(info.spec.validate(info.spec.decode(wire), info), undefined);
        assert.ok(info.spec.wire.safeParse(wire).success);
      }),
    );
  });

  test(`${name}: no text makes parse throw, and every refusal has words`, () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), nearly(info, wires));
    fc.assert(
      fc.property(texts, fc.constantFrom(undefined, 'Europe/Berlin', 'UTC'), (text, zone) => {
        const outcome = info.spec.parse(text, info, zone);
        if (outcome.ok) assert.is(info.spec.validate(outcome.value, info), undefined);
        else assertWords(outcome.issue);
      }),
      { numRuns: 300 },
    );
  });

  test(`${name}: no value makes validate throw`, () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }), (value) => {
        const found = info.spec.validate(value, info);
        if (found) assertWords(found);
      }),
    );
  });

  test(`${name}: cells are well-formed, without markup from a value`, () => {
    const cell = info.spec.cell(info, show);
    fc.assert(
      fc.property(wires, fc.string(), (wire, label) => {
        const html = cell(wire, { [info.name]: wire, [`${info.name}~label`]: label });
        assert.not.match(
          html.replace(/<\/?(?:time|span|code|a|pre)(?: (?:datetime|class|href)="[^"<>]*")?>/g, ''),
          /[<>]/,
        );
      }),
    );
  });
}

test('a default is SQL that needs no parameter', () => {
  const sql = (made: AnyField) => {
    const info = plain(made);
    return info.spec.sqlDefault(info);
  };
  assert.is(sql(field.text({ default: "it's" })), "'it''s'");
  assert.is(sql(field.text({ default: () => 'made' })), undefined);
  assert.is(sql(field.text()), undefined);
  assert.is(sql(field.integer({ default: -7 })), '-7');
  assert.is(sql(field.bigint({ default: 2n ** 60n })), '1152921504606846976');
  assert.is(sql(field.decimal({ default: '0.10' })), '0.10');
  assert.is(sql(field.boolean({ default: false })), 'false');
  assert.is(sql(field.date({ default: 'today' })), 'current_date');
  assert.is(sql(field.time({ default: '09:30' })), "'09:30'");
  assert.is(sql(field.timestamp({ default: 'now' })), 'now()');
  assert.is(sql(field.localDateTime({ default: '2001-01-01 00:47' })), "'2001-01-01 00:47'");
  assert.is(sql(field.uuid({ default: 'random' })), 'gen_random_uuid()');
  assert.is(sql(field.choice(['a', 'b'], { default: 'b' })), "'b'");
  const settings = jsonFieldOf(field.json(z.object({ a: z.string() }), { default: { a: "it's" } }), {
    name: field.text(),
  });
  assert.is(settings.spec.sqlDefault(settings), `'{"a":"it''s"}'::jsonb`);
});

test('limits are conditions that the database holds as well', () => {
  const conditions = (made: AnyField) => {
    const info = plain(made);
    return info.spec.checks(info).map(({ suffix, sql }) => `${suffix}: ${sql('"it"')}`);
  };
  assert.equal(conditions(field.text()), []);
  assert.equal(conditions(field.text({ min: 2, max: 40 })), [
    'min: char_length("it") >= 2',
    'max: char_length("it") <= 40',
  ]);
  assert.equal(conditions(field.integer({ min: 0 })), ['min: "it" >= 0']);
  assert.equal(conditions(field.bigint({ max: 9n })), ['max: "it" <= 9']);
  assert.equal(conditions(field.decimal({ min: '-90', max: '90' })), ['min: "it" >= -90', 'max: "it" <= 90']);
  assert.equal(conditions(field.choice(["o'clock", 'b'])), [`choice: "it" in ('o''clock', 'b')`]);
});

/** Stored values with a character added, dropped or changed: nearer to the borders than random texts. */
function nearly(info: FieldInfo, wires: fc.Arbitrary<NonNullable<Wire>>): fc.Arbitrary<string> {
  return fc
    .tuple(wires, fc.nat(30), fc.nat(2), fc.constantFrom('-', '+', ' ', '0', '9', '.', 'Z', ':', '"', '\0', '\n'))
    .map(([wire, at, dropped, put]) => {
      const text = info.spec.text(wire, info);
      return text.slice(0, at) + put + text.slice(at + dropped);
    });
}

function comparable(info: FieldInfo, wire: unknown): unknown {
  if (info.kind === 'timestamp') return Date.parse(String(wire).replace(' ', 'T').replace(/\+00$/, 'Z'));
  if (info.kind === 'json' || info.kind === 'integer' || info.kind === 'boolean') return wire;
  return String(wire);
}

function assertWords(issue: { key: string; params?: Readonly<Record<string, string | number>> }): void {
  const told = english(issue.key, issue.params);
  assert.is.not(told, issue.key, `${issue.key} has words`);
  assert.not.match(told.replace(String(issue.params?.reason ?? ''), ''), /[{}]|undefined/);
}
