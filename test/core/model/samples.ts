// A field of every type, with values that its column can hold.

import fc from 'fast-check';
import { z } from 'zod';
import { type AnyField, field } from '../../../core/model/field.ts';
import type { DbValue, FieldInfo } from '../../../core/model/field-type.ts';
import { defineModel } from '../../../core/model/model.ts';
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

/** Values that a column of this field can hold, as the driver returns them. */
export interface Sample {
  readonly info: FieldInfo;
  readonly dbValues: fc.Arbitrary<NonNullable<DbValue>>;
}
const digits = (max: number) => fc.stringMatching(new RegExp(`^(0|[1-9]\\d{0,${max - 1}})$`));
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
const plain = (declared: AnyField) => fieldOf(declared);
/** A field whose type may be unsuitable for a label. */
export const unlabelled = (declared: AnyField) => jsonFieldOf(declared, { name: field.text() });

const lines = fc.array(oneLine, { maxLength: 6 });
const hex = fc.uint8Array({ maxLength: 40 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`);

export const samples: Readonly<Record<string, Sample>> = {
  identity: { info: must(flightInfo?.fields.get('id')), dbValues: fc.maxSafeInteger().map(String) },
  text: { info: plain(field.text()), dbValues: oneLine },
  'multiline text': { info: plain(field.text({ multiline: true })), dbValues: manyLines },
  integer: { info: plain(field.integer()), dbValues: fc.integer() },
  bigint: { info: plain(field.bigint()), dbValues: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) },
  decimal: {
    info: plain(field.decimal()),
    dbValues: negatable(
      fc.tuple(digits(40), fc.stringMatching(/^\d{1,40}$/)).map(([whole, rest]) => `${whole}.${rest}`),
    ),
  },
  'decimal with a scale': {
    info: plain(field.decimal({ precision: 12, scale: 2 })),
    dbValues: negatable(fc.tuple(digits(10), fc.stringMatching(/^\d{2}$/)).map(([whole, rest]) => `${whole}.${rest}`)),
  },
  boolean: { info: plain(field.boolean()), dbValues: fc.boolean() },
  date: { info: plain(field.date()), dbValues: seconds.map((text) => text.slice(0, 10)) },
  time: { info: plain(field.time()), dbValues: seconds.map((text) => text.slice(11)) },
  timestamp: { info: plain(field.timestamp()), dbValues: timestamps },
  localDateTime: { info: plain(field.localDateTime()), dbValues: seconds },
  uuid: { info: plain(field.uuid()), dbValues: fc.uuid() },
  json: {
    info: jsonFieldOf(field.json(z.json()), { name: field.text() }),
    dbValues: fc
      .jsonValue({ maxDepth: 5 })
      .filter((value) => value !== null && !/\\u|"__proto__"/.test(JSON.stringify(value)))
      .map((value) => (typeof value === 'object' ? { value } : String(value))),
  },
  choice: {
    info: plain(field.choice(['a', 'two words', '"quoted" & <b>'])),
    dbValues: fc.constantFrom('a', '"quoted" & <b>'),
  },
  'belongsTo a text key': { info: relation('origin'), dbValues: fc.stringMatching(/^[A-Z]{3}$/) },
  'belongsTo an identity': { info: relation('tag'), dbValues: fc.maxSafeInteger().map(String) },
  email: {
    info: plain(field.email()),
    dbValues: fc.emailAddress().map((text) => text.replace(/@.*/, (at) => at.toLowerCase())),
  },
  phone: { info: plain(field.phone()), dbValues: fc.stringMatching(/^\+[1-9]\d{6,14}$/) },
  url: {
    info: plain(field.url()),
    dbValues: fc.webUrl({ withFragments: true, withQueryParameters: true }).filter((text) => text.length < 2048),
  },
  slug: {
    info: plain(field.slug()),
    dbValues: fc.stringMatching(/^[a-z\d]+(-[a-z\d]+)?$/).filter((text) => text.length <= 80),
  },
  money: {
    info: plain(field.money({ currency: 'USD' })),
    dbValues: negatable(fc.tuple(digits(17), fc.stringMatching(/^\d{2}$/)).map(([whole, rest]) => `${whole}.${rest}`)),
  },
  'money without cents': { info: plain(field.money({ currency: 'JPY' })), dbValues: negatable(digits(19)) },
  colour: { info: plain(field.colour()), dbValues: fc.stringMatching(/^#[\da-f]{6}$/) },
  markdown: { info: unlabelled(field.markdown()), dbValues: manyLines },
  file: { info: unlabelled(field.file()), dbValues: fc.uuid() },
  image: { info: unlabelled(field.image({ nullable: true })), dbValues: fc.uuid() },
  bytes: { info: unlabelled(field.bytes()), dbValues: hex },
  'array of texts': { info: unlabelled(field.array(field.text())), dbValues: lines },
  'array of numbers': {
    info: unlabelled(field.array(field.integer())),
    dbValues: fc.array(fc.integer(), { maxLength: 6 }),
  },
  'array of choices': {
    info: unlabelled(field.array(field.choice(['a', 'two words', '"quoted" & <b>']))),
    dbValues: fc.array(fc.constantFrom('a', 'two words', '"quoted" & <b>'), { maxLength: 4 }),
  },
};
