import * as assert from 'uvu/assert';
import { z } from 'zod';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { cellFor } from '../../../core/view/cells.ts';
import { suite } from '../../support/suite.ts';
import { english, fieldOf, formatter, issueKey, jsonFieldOf, must, parse, resolved } from './field-of.ts';

const test = suite('boolean, uuid, json, choice, relations');
const name = field.text();

test('a boolean is a checkbox; a nullable one is a select with three options', () => {
  const sure = fieldOf(field.boolean());
  const unsure = fieldOf(field.boolean({ nullable: true }));
  assert.is(sure.type.widget(sure), 'checkbox');
  assert.is(unsure.type.widget(unsure), 'select');
  assert.is(parse(sure, 'true'), true);
  assert.is(parse(sure, 'FALSE'), false);
  assert.is(issueKey(sure, 'on'), 'problem.boolean');
  assert.is(cellFor(sure, formatter)(false, {}), 'No');
});

test('a uuid is accepted in upper and lower case and stored in lower case', () => {
  const uuid = fieldOf(field.uuid());
  assert.is(parse(uuid, '1B4E28BA-2FA1-4D3B-A3F5-EF19B5A7633B'), '1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b');
  assert.is(issueKey(uuid, '{1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b}'), 'problem.uuid');
  assert.is(uuid.type.encode('1B4E28BA-2FA1-4D3B-A3F5-EF19B5A7633B'), '1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b');
});

const address = z.object({ street: z.string(), city: z.string().default('Berlin') });
const json = jsonFieldOf(field.json(address), { name });

test('json must match its schema, and the schema’s defaults are stored', () => {
  assert.equal(parse(json, '{"street":"A","more":1}'), { street: 'A', city: 'Berlin' });
  assert.is(issueKey(json, '{"street":'), 'problem.json');
  const outcome = json.type.parse('{"street":5}', json);
  const found = must(outcome.ok ? undefined : outcome.issue);
  assert.match(english(found.key, found.params), 'expected structure at street');
});

test('json that PostgreSQL would reject or change is rejected', () => {
  const any = jsonFieldOf(field.json(z.unknown()), { name });
  assert.is(issueKey(any, '{"a":"\\u0000"}'), 'problem.notStorable');
  assert.is(issueKey(any, '{"\\ud800":1}'), 'problem.notStorable');
  assert.is(issueKey(any, '[1e400]'), 'problem.jsonPlain');
  assert.is(issueKey(any, 'null'), 'problem.required');
  assert.is(issueKey(any, `${'['.repeat(101)}${']'.repeat(101)}`), 'problem.jsonDeep');
  assert.is(issueKey(any, '[{"__proto__": 1}]'), 'problem.jsonProto', 'schemas would drop it silently');
  assert.is(issueKey(any, '['.repeat(500_000)), 'problem.json');
  assert.is(issueKey(any, `"${'x'.repeat(1_000_000)}"`), 'problem.jsonLarge');
  assert.is(any.type.validate({ at: new Date() }, any)?.key, 'problem.jsonPlain');
  assert.is(any.type.validate({ n: 1n }, any)?.key, 'problem.jsonPlain');
  const round: Record<string, unknown> = {};
  round.round = round;
  assert.is(any.type.validate(round, any)?.key, 'problem.jsonDeep');
});

test('unusual names of JSON properties are accepted; duplicate names in an object are rejected (T03)', () => {
  const any = jsonFieldOf(field.json(z.unknown()), { name });
  const odd = '[{"toJSON":"x","constructor":{"prototype":1},"":2,"toString":null,"a":{"a":[{"a":1},{"a":2}]}}]';
  assert.is(JSON.stringify(parse(any, odd)), odd);
  assert.is(any.type.validate(JSON.parse(odd), any), undefined);
  assert.is(any.type.validate({ toJSON: () => 1 }, any)?.key, 'problem.jsonPlain', 'a method, not data');
  for (const twice of ['{"a":1,"a":2}', '[{"b":{"": 1, "c":"}", "":[]}}]', '{"\\u0061" : "\\"", "a"\n: 2}'])
    assert.is(issueKey(any, twice), 'problem.jsonDuplicate', twice);
  for (const once of ['{"a":"a","b":["a","a"]}', '{"a":"\\",\\"a\\":"}', '"a"', '["a","a"]', '[{"a":1},{"a":1}]'])
    assert.is(JSON.stringify(parse(any, once)), once);
});

test('a schema that throws rejects the value; an asynchronous one is reported', () => {
  const schema = (validate: (value: unknown) => unknown) => ({ '~standard': { version: 1, vendor: 'test', validate } });
  const throws = schema((value) => {
    if (value === 'x') throw new Error('boom');
    return { value };
  });
  const promises = schema((value) => (value === 'x' ? Promise.reject(new Error('later')) : { value }));
  for (const [kept, key] of [
    [throws, 'problem.jsonShape'],
    [promises, 'problem.jsonAsync'],
  ] as const) {
    assert.is(issueKey(jsonFieldOf(field.json(kept), { name }), '"x"'), key);
  }
});

test('a choice shows its label, as a badge if the field has tones', () => {
  const plain = fieldOf(field.choice(['takeOffRun', 'climb'], { labels: { climb: 'Climb & more' } }));
  assert.is(cellFor(plain, formatter)('takeOffRun', {}), 'Take off run');
  assert.is(cellFor(plain, formatter)('climb', {}), 'Climb &amp; more');
  assert.is(cellFor(plain, formatter)('<gone>', {}), '&lt;gone&gt;');
  const toned = fieldOf(field.choice(['new', 'closed'], { tones: { closed: 'good' } }));
  assert.is(cellFor(toned, formatter)('closed', {}), '<span class="badge tone-good">Closed</span>');
  assert.is(cellFor(toned, formatter)('new', {}), '<span class="badge">New</span>');
  assert.is(issueKey(toned, 'old'), 'problem.choice');
  assert.is(issueKey(toned, 'constructor'), 'problem.choice');
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

test('a relation is stored and read as the key of its target, through any number of relations', () => {
  const country = must(city?.fields.get('country'));
  assert.is(country.type.sqlType(country), 'text');
  assert.is(country.column, 'country_code');
  assert.is(issueKey(country, 'DEU'), 'problem.tooLong');
  assert.is(country.type.validate('DEU', country), undefined, 'another program may have added a row with such a key');
  assert.is(country.type.validate('D\0', country)?.key, 'problem.notStorable');
  const far = must(visit?.fields.get('capital'));
  assert.is(far.type.sqlType(far), 'bigint');
  assert.is(far.type.cast(far), 'bigint');
  assert.is(far.type.decode('17'), 17);
  assert.is(far.column, 'capital_city_id');
  assert.is(capital?.key[0]?.column, 'city_id');
  assert.is(far.type.validate('17', far)?.key, 'problem.wholeNumber');
});

test('a relation shows the label of its row, as a link if there is a page', () => {
  const country = must(city?.fields.get('country'));
  const cell = cellFor(country, formatter);
  assert.is(cell('D/E', { 'country~label': 'A & B' }), '<a href="/admin/country/D~2fE">A &amp; B</a>');
  assert.is(cell('<b>', {}), '&lt;b&gt;', 'the user cannot see the row');
  assert.is(cell('DE', { 'country~label': '' }), '<a href="/admin/country/DE">DE</a>');
  const alone = cellFor(country, { ...formatter, recordUrl: () => undefined });
  assert.is(alone('DE', { 'country~label': 'Germany' }), 'Germany');
});

test('a manyToMany shows its rows and parses one key per line', () => {
  const tags = must(city?.fields.get('tags'));
  const list = [{ key: '1', label: 'A & B' }, { key: '2' }];
  assert.is(
    cellFor(tags, formatter)(list, { 'tags~list': list }),
    '<a class="badge" href="/admin/tag/1">A &amp; B</a> <span class="badge">2</span>',
  );
  assert.equal(parse(tags, '1'), [1]);
  assert.equal(parse(tags, tags.type.text(list, tags)), [1, 2]);
  assert.is(issueKey(tags, '1\nx'), 'problem.wholeNumber');
  assert.equal(tags.type.decode(list), [1, 2]);
  assert.equal(tags.type.exported(list), [1, 2]);
  assert.is(tags.type.validate(1, tags)?.key, 'problem.list');
  assert.is(tags.type.validate([1, 'x'], tags)?.key, 'problem.wholeNumber');
  assert.is(tags.type.sqlType(tags), undefined);
  assert.is(tags.through?.source.name, 'city');
  assert.is(tags.through?.target.name, 'tag');
});
