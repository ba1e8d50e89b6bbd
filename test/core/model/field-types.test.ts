// What applies to every field type.

import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { type AnyField, field } from '../../../core/model/field.ts';
import type { DbValue, FieldInfo } from '../../../core/model/field-type.ts';
import { shapeProblems } from '../../../core/model/field-type-registry.ts';
import { builtInFieldTypes } from '../../../core/model/field-types/index.ts';
import { cellFor } from '../../../core/view/cells.ts';
import { suite } from '../../support/suite.ts';
import { english, formatter, jsonFieldOf } from './field-of.ts';
import { samples, unlabelled } from './samples.ts';

const test = suite('field types');

test('every field type has all required properties and is registered under its own name', () => {
  for (const [name, type] of Object.entries(builtInFieldTypes)) {
    assert.is(type.name, name);
    assert.equal(shapeProblems({ ...type, cell: () => String }), [], name);
  }
  const { sortable: _, ...broken } = builtInFieldTypes.text;
  assert.equal(shapeProblems({ ...broken, cell: () => String, sortible: true } as never), [
    '`sortable` must be a boolean.',
    'There is no property "sortible". Did you mean "sortable"?',
  ]);
});

test('there is a sample of every field type with a column', () => {
  const sampled = new Set<string>(Object.values(samples).map(({ info }) => info.typeName));
  assert.equal(
    Object.keys(builtInFieldTypes).filter((typeName) => typeName !== 'manyToMany' && !sampled.has(typeName)),
    [],
  );
});

/** Markup that the field types write themselves. */
const MARKUP =
  /<\/?(?:time|span|code|a|pre|svg|rect)(?: (?:datetime|class|href|rel|dir|width|height|fill|aria-hidden)="[^"<>]*")*>/g;

for (const [name, { info, dbValues }] of Object.entries(samples)) {
  test(`${name}: the text of the control parses to the stored value`, () => {
    fc.assert(
      fc.property(dbValues, (dbValue) => {
        const text = info.type.text(dbValue, info);
        const outcome = info.type.parse(text, info);
        if (!outcome.ok) throw new Error(`${JSON.stringify(text)} is invalid: ${outcome.issue.key}`);
        const sent = info.type.encode(outcome.value);
        if (info.typeName === 'array') assert.equal(outcome.value, dbValue);
        else
          assert.equal(
            info.typeName === 'json' ? JSON.parse(String(sent)) : comparable(info, sent),
            comparable(info, dbValue),
          );
        assert.is(info.type.validate(info.type.decode(dbValue), info), undefined);
        assert.ok(info.type.dbSchema.safeParse(dbValue).success);
      }),
    );
  });

  test(`${name}: parse never throws, and every issue has a message`, () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), mutated(info, dbValues));
    fc.assert(
      fc.property(texts, fc.constantFrom(undefined, 'Europe/Berlin', 'UTC'), (text, timeZone) => {
        const outcome = info.type.parse(text, info, timeZone);
        if (outcome.ok) assert.is(info.type.validate(outcome.value, info), undefined);
        else assertMessage(outcome.issue);
      }),
      { numRuns: 300 },
    );
  });

  test(`${name}: validate never throws`, () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }), (value) => {
        const issue = info.type.validate(value, info);
        if (issue) assertMessage(issue);
      }),
    );
  });

  test(`${name}: cells are well-formed and escape the value`, () => {
    const cell = cellFor(info, formatter);
    fc.assert(
      fc.property(dbValues, fc.string(), (dbValue, label) => {
        const html = cell(dbValue, { [info.name]: dbValue, [`${info.name}~label`]: label });
        assert.not.match(html.replace(MARKUP, ''), /[<>]/);
      }),
    );
  });
}

test('a default is SQL without parameters', () => {
  const sql = (declared: AnyField) => {
    const info = unlabelled(declared);
    return info.type.sqlDefault(info);
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
  assert.is(sql(field.array(field.text(), { min: 1 })), undefined, 'an empty array would violate its own minimum');
  assert.is(sql(field.array(field.text(), { nullable: true })), undefined);
  assert.is(sql(field.array(field.text(), { default: ["it's", 'a "b", \\'] })), `'{"it''s","a \\"b\\", \\\\"}'`);
  assert.is(sql(field.array(field.integer(), { default: [1, -2] })), "'{1,-2}'");
  const settings = jsonFieldOf(field.json(z.object({ a: z.string() }), { default: { a: "it's" } }), {
    name: field.text(),
  });
  assert.is(settings.type.sqlDefault(settings), `'{"a":"it''s"}'::jsonb`);
});

test('limits are CHECK constraints in the database', () => {
  const conditions = (declared: AnyField) => {
    const info = unlabelled(declared);
    return info.type.checks(info).map(({ suffix, sql }) => `${suffix}: ${sql('"it"')}`);
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

/** Stored values with a character added, removed or changed: closer to the limits than random texts. */
function mutated(info: FieldInfo, dbValues: fc.Arbitrary<NonNullable<DbValue>>): fc.Arbitrary<string> {
  return fc
    .tuple(dbValues, fc.nat(30), fc.nat(2), fc.constantFrom('-', '+', ' ', '0', '9', '.', 'Z', ':', '"', '\0', '\n'))
    .map(([dbValue, at, dropped, put]) => {
      const text = info.type.text(dbValue, info);
      return text.slice(0, at) + put + text.slice(at + dropped);
    });
}

function comparable(info: FieldInfo, dbValue: unknown): unknown {
  if (info.typeName === 'timestamp') return Date.parse(String(dbValue).replace(' ', 'T').replace(/\+00$/, 'Z'));
  if (info.typeName === 'json' || info.typeName === 'integer' || info.typeName === 'boolean') return dbValue;
  return String(dbValue);
}

function assertMessage(issue: { key: string; params?: Readonly<Record<string, string | number>> }): void {
  const message = english(issue.key, issue.params);
  assert.is.not(message, issue.key, `${issue.key} has a message`);
  assert.not.match(message.replace(String(issue.params?.reason ?? ''), ''), /[{}]|undefined/);
}
