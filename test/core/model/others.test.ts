import * as assert from 'uvu/assert';
import { z } from 'zod';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { suite } from '../../support/suite.ts';
import { english, fieldOf, jsonFieldOf, must, parsed, refusal, resolved, show } from './field-of.ts';

const test = suite('boolean, uuid, json, choice, relations');
const name = field.text();

test('a boolean is a checkbox, and a choice of three where it may be unknown', () => {
  const sure = fieldOf(field.boolean());
  const unsure = fieldOf(field.boolean({ nullable: true }));
  assert.is(sure.spec.widget(sure), 'checkbox');
  assert.is(unsure.spec.widget(unsure), 'select');
  assert.is(parsed(sure, 'true'), true);
  assert.is(parsed(sure, 'FALSE'), false);
  assert.is(refusal(sure, 'on'), 'problem.boolean');
  assert.is(sure.spec.cell(sure, show)(false, {}), 'No');
});

test('a uuid is taken in both cases and kept in one', () => {
  const uuid = fieldOf(field.uuid());
  assert.is(parsed(uuid, '1B4E28BA-2FA1-4D3B-A3F5-EF19B5A7633B'), '1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b');
  assert.is(refusal(uuid, '{1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b}'), 'problem.uuid');
  assert.is(uuid.spec.encode('1B4E28BA-2FA1-4D3B-A3F5-EF19B5A7633B'), '1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b');
});

const address = z.object({ street: z.string(), city: z.string().default('Berlin') });
const json = jsonFieldOf(field.json(address), { name });

test('json fits its schema, and what the schema fills in is stored', () => {
  assert.equal(parsed(json, '{"street":"A","more":1}'), { street: 'A', city: 'Berlin' });
  assert.is(refusal(json, '{"street":'), 'problem.json');
  const outcome = json.spec.parse('{"street":5}', json);
  const found = must(outcome.ok ? undefined : outcome.issue);
  assert.match(english(found.key, found.params), 'expected shape at street');
});

test('json that PostgreSQL would refuse or change is refused before', () => {
  const any = jsonFieldOf(field.json(z.unknown()), { name });
  assert.is(refusal(any, '{"a":"\\u0000"}'), 'problem.notStorable');
  assert.is(refusal(any, '{"\\ud800":1}'), 'problem.notStorable');
  assert.is(refusal(any, '[1e400]'), 'problem.jsonPlain');
  assert.is(refusal(any, 'null'), 'problem.required');
  assert.is(refusal(any, `${'['.repeat(101)}${']'.repeat(101)}`), 'problem.jsonDeep');
  assert.is(refusal(any, '[{"__proto__": 1}]'), 'problem.jsonProto', 'schemas would drop it without a word');
  assert.is(refusal(any, '['.repeat(500_000)), 'problem.json');
  assert.is(refusal(any, `"${'x'.repeat(1_000_000)}"`), 'problem.jsonLarge');
  assert.is(any.spec.validate({ at: new Date() }, any)?.key, 'problem.jsonPlain');
  assert.is(any.spec.validate({ n: 1n }, any)?.key, 'problem.jsonPlain');
  const round: Record<string, unknown> = {};
  round.round = round;
  assert.is(any.spec.validate(round, any)?.key, 'problem.jsonDeep');
});

test('a schema that throws refuses, one that promises is told', () => {
  const schema = (validate: (value: unknown) => unknown) => ({ '~standard': { version: 1, vendor: 'test', validate } });
  const throws = schema((value) => {
    if (value === 'x') throw new Error('boom');
    return { value };
  });
  const promises = schema((value) => (value === 'x' ? Promise.reject(new Error('later')) : { value }));
  for (const [kept, key] of [
    [throws, 'problem.jsonShape'],
    [promises, 'problem.jsonLater'],
  ] as const) {
    assert.is(refusal(jsonFieldOf(field.json(kept), { name }), '"x"'), key);
  }
});

test('a choice shows its label, and a badge where the field has tones', () => {
  const plain = fieldOf(field.choice(['takeOffRun', 'climb'], { labels: { climb: 'Climb & more' } }));
  assert.is(plain.spec.cell(plain, show)('takeOffRun', {}), 'Take off run');
  assert.is(plain.spec.cell(plain, show)('climb', {}), 'Climb &amp; more');
  assert.is(plain.spec.cell(plain, show)('<gone>', {}), '&lt;gone&gt;');
  const toned = fieldOf(field.choice(['new', 'closed'], { tones: { closed: 'good' } }));
  assert.is(toned.spec.cell(toned, show)('closed', {}), '<span class="badge tone-good">Closed</span>');
  assert.is(toned.spec.cell(toned, show)('new', {}), '<span class="badge">New</span>');
  assert.is(refusal(toned, 'old'), 'problem.choice');
  assert.is(refusal(toned, 'constructor'), 'problem.choice');
});

const Country = defineModel('country', { fields: { code: field.text({ max: 2 }), name }, key: 'code' });
const City = defineModel('city', {
  fields: {
    name,
    country: field.belongsTo(() => Country),
    tags: field.manyToMany(() => Tag, { through: () => CityTag }),
  },
});
const Tag = defineModel('tag', { fields: { name } });
const CityTag = defineModel('cityTag', {
  fields: { city: field.belongsTo(() => City), tag: field.belongsTo(() => Tag) },
  key: ['city', 'tag'],
  label: ['tag'],
});
const Capital = defineModel('capital', { fields: { city: field.belongsTo(() => City), name }, key: 'city' });
const Visit = defineModel('visit', { fields: { capital: field.belongsTo(() => Capital), name } });
const [city, , , capital, visit] = resolved(City, Tag, CityTag, Capital, Visit, Country);

test('a relation is stored, read and checked as the key of its target, however far that is', () => {
  const country = must(city?.fields.get('country'));
  assert.is(country.spec.sqlType(country), 'text');
  assert.is(country.column, 'country_code');
  assert.is(refusal(country, 'DEU'), 'problem.tooLong');
  const far = must(visit?.fields.get('capital'));
  assert.is(far.spec.sqlType(far), 'bigint');
  assert.is(far.spec.cast(far), 'bigint');
  assert.is(far.spec.decode('17'), 17);
  assert.is(far.column, 'capital_city_id');
  assert.is(capital?.key[0]?.column, 'city_id');
  assert.is(far.spec.validate('17', far)?.key, 'problem.wholeNumber');
});

test('a relation shows the label of its row, linked where there is a page', () => {
  const country = must(city?.fields.get('country'));
  const cell = country.spec.cell(country, show);
  assert.is(cell('D/E', { 'country~label': 'A & B' }), '<a href="/admin/country/D~2fE">A &amp; B</a>');
  assert.is(cell('<b>', {}), '&lt;b&gt;', 'the reader may not know the row');
  assert.is(cell('DE', { 'country~label': '' }), '<a href="/admin/country/DE">DE</a>');
  const alone = country.spec.cell(country, { ...show, recordUrl: () => undefined });
  assert.is(alone('DE', { 'country~label': 'Germany' }), 'Germany');
});

test('a manyToMany shows its rows and takes keys, a line each', () => {
  const tags = must(city?.fields.get('tags'));
  const list = [{ key: '1', label: 'A & B' }, { key: '2' }];
  assert.is(
    tags.spec.cell(tags, show)(list, { 'tags~list': list }),
    '<a class="badge" href="/admin/tag/1">A &amp; B</a> <span class="badge">2</span>',
  );
  assert.equal(parsed(tags, '1'), [1]);
  assert.equal(parsed(tags, tags.spec.text(list, tags)), [1, 2]);
  assert.is(refusal(tags, '1\nx'), 'problem.wholeNumber');
  assert.equal(tags.spec.decode(list), [1, 2]);
  assert.equal(tags.spec.exported(list), [1, 2]);
  assert.is(tags.spec.validate(1, tags)?.key, 'problem.list');
  assert.is(tags.spec.validate([1, 'x'], tags)?.key, 'problem.wholeNumber');
  assert.is(tags.spec.sqlType(tags), undefined);
  assert.is(tags.through?.near.name, 'city');
  assert.is(tags.through?.far.name, 'tag');
});
