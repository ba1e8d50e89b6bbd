// What holds for every kind of field.

import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { type AnyField, field } from '../../../core/model/field.ts';
import { shapeProblems } from '../../../core/model/field-types.ts';
import type { DbValue } from '../../../core/model/kind.ts';
import { kinds } from '../../../core/model/kinds/index.ts';
import type { FieldInfo } from '../../../core/model/registry.ts';
import { suite } from '../../support/suite.ts';
import { english, jsonFieldOf, show } from './field-of.ts';
import { samples, unlabelled } from './samples.ts';

const test = suite('kinds of fields');

test('every kind has the shape of a field type, and is filed under its own name', () => {
  for (const [name, type] of Object.entries(kinds)) {
    assert.is(type.kind, name);
    assert.equal(shapeProblems(type), [], name);
  }
  const { sortable: _, ...broken } = kinds.text;
  assert.equal(shapeProblems({ ...broken, sortible: true } as never), [
    '`sortable` must be a boolean.',
    'There is no property "sortible". Did you mean "sortable"?',
  ]);
});

test('there is a sample of every kind with a column', () => {
  const sampled = new Set<string>(Object.values(samples).map(({ info }) => info.kind));
  assert.equal(
    Object.keys(kinds).filter((kind) => kind !== 'manyToMany' && !sampled.has(kind)),
    [],
  );
});

/** Markup that kinds write themselves. */
const OURS =
  /<\/?(?:time|span|code|a|pre|svg|rect)(?: (?:datetime|class|href|rel|dir|width|height|fill|aria-hidden)="[^"<>]*")*>/g;

for (const [name, { info, wires }] of Object.entries(samples)) {
  test(`${name}: what the control holds comes back as what was stored`, () => {
    fc.assert(
      fc.property(wires, (wire) => {
        const text = info.spec.text(wire, info);
        const outcome = info.spec.parse(text, info);
        if (!outcome.ok) throw new Error(`${JSON.stringify(text)} refused: ${outcome.issue.key}`);
        const sent = info.spec.encode(outcome.value);
        if (info.kind === 'array') assert.equal(outcome.value, wire);
        else
          assert.equal(
            info.kind === 'json' ? JSON.parse(String(sent)) : comparable(info, sent),
            comparable(info, wire),
          );
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
        assert.not.match(html.replace(OURS, ''), /[<>]/);
      }),
    );
  });
}

test('a default is SQL that needs no parameter', () => {
  const sql = (made: AnyField) => {
    const info = unlabelled(made);
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
  assert.is(sql(field.email({ default: "o'neil@example.org" })), "'o''neil@example.org'");
  assert.is(sql(field.money({ currency: 'USD', default: '0.10' })), '0.10');
  assert.is(sql(field.colour({ default: '#0d9488' })), "'#0d9488'");
  assert.is(sql(field.markdown({ default: '*x*' })), "'*x*'");
  assert.is(sql(field.slug()), undefined);
  assert.is(sql(field.array(field.text())), "'{}'");
  assert.is(sql(field.array(field.text(), { min: 1 })), undefined, 'an empty one would break its own limit');
  assert.is(sql(field.array(field.text(), { nullable: true })), undefined);
  assert.is(sql(field.array(field.text(), { default: ["it's", 'a "b", \\'] })), `'{"it''s","a \\"b\\", \\\\"}'`);
  assert.is(sql(field.array(field.integer(), { default: [1, -2] })), "'{1,-2}'");
  const settings = jsonFieldOf(field.json(z.object({ a: z.string() }), { default: { a: "it's" } }), {
    name: field.text(),
  });
  assert.is(settings.spec.sqlDefault(settings), `'{"a":"it''s"}'::jsonb`);
});

test('limits are conditions that the database holds as well', () => {
  const conditions = (made: AnyField) => {
    const info = unlabelled(made);
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
  assert.equal(conditions(field.money({ currency: 'USD', min: '0' })), ['min: "it" >= 0']);
  assert.equal(conditions(field.slug()).slice(1), ['max: char_length("it") <= 80']);
  assert.equal(conditions(field.markdown({ max: 9 })), ['max: char_length("it") <= 9']);
  assert.equal(conditions(field.bytes({ max: 9 })), ['max: octet_length("it") <= 9']);
  assert.equal(conditions(field.array(field.choice(['a']), { min: 1, max: 2 })), [
    'items: array_position("it", null::text) is null',
    'min: cardinality("it") >= 1',
    'max: cardinality("it") <= 2',
    `choice: "it" <@ array['a']`,
  ]);
  assert.equal(conditions(field.array(field.integer({ min: 0, max: 9 }))).slice(1), [
    'item_min: 0 <= all ("it")',
    'item_max: 9 >= all ("it")',
  ]);
});

/** Stored values with a character added, dropped or changed: nearer to the borders than random texts. */
function nearly(info: FieldInfo, wires: fc.Arbitrary<NonNullable<DbValue>>): fc.Arbitrary<string> {
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
