// A field of every kind, with the values that its column may hold.

import fc from 'fast-check';
import { z } from 'zod';
import { type AnyField, field } from '../../../core/model/field.ts';
import type { DbValue } from '../../../core/model/kind.ts';
import { defineModel } from '../../../core/model/model.ts';
import type { FieldInfo } from '../../../core/model/registry.ts';
import { fieldOf, jsonFieldOf, must, resolved } from './field-of.ts';

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
export interface Sample {
  readonly info: FieldInfo;
  readonly wires: fc.Arbitrary<NonNullable<DbValue>>;
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
/** A field by which no row could be known. */
export const unlabelled = (kept: AnyField) => jsonFieldOf(kept, { name: field.text() });

const lines = fc.array(oneLine, { maxLength: 6 });
const hex = fc.uint8Array({ maxLength: 40 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`);

export const samples: Readonly<Record<string, Sample>> = {
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
      .filter((value) => value !== null && !/\\u|"__proto__"/.test(JSON.stringify(value)))
      .map((value) => (typeof value === 'object' ? { value } : String(value))),
  },
  choice: {
    info: plain(field.choice(['a', 'two words', '"quoted" & <b>'])),
    wires: fc.constantFrom('a', '"quoted" & <b>'),
  },
  'belongsTo a text key': { info: relation('origin'), wires: fc.stringMatching(/^[A-Z]{3}$/) },
  'belongsTo an identity': { info: relation('tag'), wires: fc.maxSafeInteger().map(String) },
  email: {
    info: plain(field.email()),
    wires: fc.emailAddress().map((text) => text.replace(/@.*/, (at) => at.toLowerCase())),
  },
  phone: { info: plain(field.phone()), wires: fc.stringMatching(/^\+[1-9]\d{6,14}$/) },
  url: {
    info: plain(field.url()),
    wires: fc.webUrl({ withFragments: true, withQueryParameters: true }).filter((text) => text.length < 2048),
  },
  slug: {
    info: plain(field.slug()),
    wires: fc.stringMatching(/^[a-z\d]+(-[a-z\d]+)?$/).filter((text) => text.length <= 80),
  },
  money: {
    info: plain(field.money({ currency: 'USD' })),
    wires: negatable(fc.tuple(digits(17), fc.stringMatching(/^\d{2}$/)).map(([whole, rest]) => `${whole}.${rest}`)),
  },
  'money without cents': { info: plain(field.money({ currency: 'JPY' })), wires: negatable(digits(19)) },
  colour: { info: plain(field.colour()), wires: fc.stringMatching(/^#[\da-f]{6}$/) },
  markdown: { info: unlabelled(field.markdown()), wires: manyLines },
  file: { info: unlabelled(field.file()), wires: fc.uuid() },
  image: { info: unlabelled(field.image({ nullable: true })), wires: fc.uuid() },
  bytes: { info: unlabelled(field.bytes()), wires: hex },
  'array of texts': { info: unlabelled(field.array(field.text())), wires: lines },
  'array of numbers': {
    info: unlabelled(field.array(field.integer())),
    wires: fc.array(fc.integer(), { maxLength: 6 }),
  },
  'array of choices': {
    info: unlabelled(field.array(field.choice(['a', 'two words', '"quoted" & <b>']))),
    wires: fc.array(fc.constantFrom('a', 'two words', '"quoted" & <b>'), { maxLength: 4 }),
  },
};
