import * as assert from 'uvu/assert';
import { z } from 'zod';
import { RustioError } from '../../../core/errors/rustio-error.ts';
import { field } from '../../../core/model/field.ts';
import { type AnyModel, defineModel } from '../../../core/model/model.ts';
import { buildModels } from '../../../core/model/resolve.ts';
import { suite } from '../../support/suite.ts';
import { must, resolved } from './field-of.ts';
import { Composer } from './types/composer.ts';
import { Opera, OperaVoice, Voice } from './types/opera.ts';

const test = suite('models at startup');
const name = field.text();

/** All problems of models, `where: problem` each. */
function problemsOf(...models: readonly AnyModel[]): readonly string[] {
  const { problems } = buildModels(models.map((model) => ({ owner: 'project', model })));
  return problems.map(({ where, problem }) => `${where}: ${problem}`);
}
/** The one problem of models; a second one fails the test. */
function problemOf(...models: readonly AnyModel[]): string {
  const problems = problemsOf(...models);
  assert.is(problems.length, 1, problems.join('\n'));
  return must(problems[0]);
}
/** A definition that the compiler would not allow. */
const untyped = (modelName: string, definition: object) => defineModel(modelName, definition as never) as AnyModel;

test('a model gets its names, key and label', () => {
  const [line] = resolved(
    defineModel('orderLine', {
      fields: { title: name, createdBy: field.integer({ column: 'maker' }) },
      indexes: [['-createdBy', 'title']],
      unique: [['title']],
    }),
  );
  const model = must(line);
  assert.equal(model.table, ['order_line']);
  assert.is(model.slug, 'order-lines');
  assert.is(model.title, 'order line');
  assert.is(model.plural, 'order lines');
  assert.equal(
    model.key.map((one) => one.name),
    ['id'],
  );
  assert.equal(
    model.label.map((one) => one.name),
    ['title'],
  );
  assert.equal(
    model.stored.map((one) => one.column),
    ['id', 'title', 'maker'],
  );
  assert.equal(
    model.indexes.map((parts) => parts.map((part) => [part.field.name, part.descending])),
    [
      [
        ['createdBy', true],
        ['title', false],
      ],
    ],
  );
  assert.equal(
    model.unique.map((set) => set.map((one) => one.name)),
    [['title']],
  );
  assert.is(model.fields.get('id')?.readOnly, true);
  assert.is(model.managed, true);
});

test('options override what is derived from the name', () => {
  const [model] = resolved(
    defineModel('human', {
      fields: { code: name, nick: name },
      key: 'code',
      label: ['nick', 'code'],
      plural: 'people',
      slug: 'folk',
      table: 'hr.person',
      managed: false,
      readOnly: true,
      selectableBy: 'everyone',
    }),
  );
  const { table, plural, slug: address, managed, readOnly, selectableBy, label } = must(model);
  assert.equal(
    { table, plural, address, managed, readOnly, selectableBy },
    {
      table: ['hr', 'person'],
      plural: 'people',
      address: 'folk',
      managed: false,
      readOnly: true,
      selectableBy: 'everyone',
    },
  );
  assert.equal(
    label.map((one) => one.name),
    ['nick', 'code'],
  );
});

test('relations are bound both ways, indexed, and named after their target’s key', () => {
  const Airport = defineModel('airport', { fields: { code: name, name }, key: 'code' });
  const Person = defineModel('person', {
    fields: {
      name,
      boss: field.belongsTo((): AnyModel => Person, { nullable: true, onDelete: 'setNull' }),
      home: field.belongsTo(() => Airport, { column: 'home', index: false }),
    },
  });
  const [person, airport] = resolved(Person, Airport);
  const boss = must(person?.fields.get('boss'));
  assert.is(boss.target, person);
  assert.is(boss.column, 'boss_id');
  assert.is(boss.index, true);
  assert.is(boss.onDelete, 'setNull');
  const home = must(person?.fields.get('home'));
  assert.is(home.column, 'home');
  assert.is(home.index, false);
  assert.equal(person?.inbound, [boss]);
  assert.equal(airport?.inbound, [home]);
});

test('models in files that import each other are bound', () => {
  const [composer, opera] = resolved(Composer, Opera, Voice, OperaVoice);
  assert.is(composer?.fields.get('masterpiece')?.target, opera);
  assert.is(composer?.fields.get('teacher')?.target, composer);
  assert.is(opera?.fields.get('composer')?.target, composer);
});

test('a self-referencing manyToMany takes the first relation of the through model as its own side', () => {
  const Part = defineModel('part', {
    fields: { name, parts: field.manyToMany((): AnyModel => Part, { through: (): AnyModel => PartOf }) },
  });
  const PartOf = defineModel('partOf', {
    fields: { whole: field.belongsTo(() => Part), piece: field.belongsTo(() => Part) },
    key: ['whole', 'piece'],
    label: 'piece',
  });
  const [part] = resolved(Part, PartOf);
  const through = must(part?.fields.get('parts')?.through);
  assert.is(through.source.name, 'whole');
  assert.is(through.target.name, 'piece');
});

test('models are looked up by name, slug and declaration', () => {
  const One = defineModel('one', { fields: { name } });
  const { models } = buildModels([{ owner: 'x', model: One }]);
  assert.is(models.byName('one'), models.of(One));
  assert.is(models.bySlug('ones'), models.of(One));
  assert.is(models.byName('constructor'), undefined);
  assert.is(models.of(One).owner, 'x');
  const stranger = defineModel('stranger', { fields: { name } });
  assert.throws(
    () => models.of(stranger),
    (error: unknown) => error instanceof RustioError && error.code === 'RIO-MODEL-UNKNOWN',
  );
});

test('models with the same name, table or slug are reported with both owners', () => {
  const one = defineModel('thing', { fields: { name } });
  const other = defineModel('thing', { fields: { name } });
  const { problems } = buildModels([
    { owner: 'auth', model: one },
    { owner: 'project', model: other },
  ]);
  assert.equal(
    problems.map(({ where }) => where),
    ['model thing: name', 'model thing: table', 'model thing: slug'],
  );
  for (const { problem } of problems) assert.match(problem, '"thing" (auth) and "thing" (project)');
  assert.match(problemOf(one, one), 'declared twice');
  assert.match(problemOf(one, defineModel('else', { fields: { name }, table: 'thing' })), 'same table, "thing"');
  assert.match(problemOf(one, defineModel('else', { fields: { name }, slug: 'things' })), 'same slug, "things"');
});

test('invalid names are rejected', () => {
  for (const bad of ['', '~a', '+a', 'a b', '1a', 'a.b', 'constructor', 'toString', 'then', 'hasOwnProperty']) {
    assert.ok(problemsOf(untyped('sample', { fields: { name, [bad]: name } })).length > 0, `field ${bad}`);
    assert.ok(problemsOf(untyped(bad, { fields: { name } })).length > 0, `model ${bad}`);
  }
  const fields = JSON.parse('{"__proto__": 1}');
  fields.name = name;
  assert.ok(problemsOf(untyped('sample', { fields })).some((problem) => problem.includes('__proto__')));
  assert.match(problemOf(untyped('Sample', { fields: { name } })), 'camelCase');
  assert.match(
    problemOf(defineModel('sample', { fields: { name, xmin: name } })),
    '"xmin" is a system column of PostgreSQL',
  );
  assert.match(
    problemOf(defineModel('sample', { fields: { name, ['x'.repeat(64)]: name } })),
    'longer than the PostgreSQL limit of 63 bytes',
  );
  assert.match(
    problemOf(defineModel('sample', { fields: { name }, table: 'a.b.c' })),
    'more parts than schema and table',
  );
  assert.match(problemOf(defineModel('sample', { fields: { name }, table: 'rustio_user' })), 'are reserved');
  assert.match(problemOf(defineModel('sample', { fields: { name }, slug: '+new' })), 'is not a valid slug');
});

test('fields with the same column are reported', () => {
  assert.match(
    problemOf(defineModel('sample', { fields: { name, startsAt: name, starts_at: name } })),
    'the same column "starts_at" as "startsAt"',
  );
  const Target = defineModel('target', { fields: { name } });
  const clash = defineModel('sample', {
    fields: { name, target: field.belongsTo(() => Target), targetId: field.integer() },
  });
  assert.match(problemOf(Target, clash), 'the same column "target_id"');
});

test('key fields must exist, cannot be nullable, and need a column', () => {
  assert.match(
    problemOf(untyped('sample', { fields: { name, code: name }, key: 'cod' })),
    'There is no field "cod". Did you mean "code"?',
  );
  assert.match(
    problemOf(defineModel('sample', { fields: { name: field.text({ nullable: true }) }, key: 'name' })),
    '"name" is nullable',
  );
  assert.match(problemOf(untyped('sample', { fields: { name }, key: [] })), 'A key needs at least one field');
  assert.match(problemOf(untyped('sample', { fields: { name }, key: ['name', 'name'] })), 'is listed twice');
  assert.match(
    problemOf(defineModel('sample', { fields: { name, data: field.json(z.string()) }, key: 'data' })),
    'is JSON',
  );
  assert.match(
    problemOf(defineModel('sample', { fields: { name, n: field.identity() }, key: 'name' })),
    'An identity field must be the only key field',
  );
});

test('a label is required and consists of the model’s own columns', () => {
  assert.match(
    problemOf(defineModel('sample', { fields: { code: name } })),
    'Set `label` to the fields that identify a row for users',
  );
  assert.match(problemOf(untyped('sample', { fields: { name }, label: 'nam' })), 'Did you mean "name"?');
  assert.match(
    problemOf(defineModel('sample', { fields: { name, data: field.json(z.string()) }, label: 'data' })),
    'is JSON',
  );
});

test('unknown names in unique and indexes are reported with a suggestion', () => {
  assert.match(
    problemOf(untyped('sample', { fields: { name }, unique: [['nmae']] })),
    'unique[0]: There is no field "nmae". Did you mean "name"?',
  );
  assert.match(
    problemOf(untyped('sample', { fields: { name }, indexes: [['-nmae']] })),
    'indexes[0]: There is no field "nmae". Did you mean "name"?',
  );
  assert.match(problemOf(untyped('sample', { fields: { name }, unique: [['name', 'name']] })), 'is listed twice');
  assert.match(problemOf(untyped('sample', { fields: { name }, indexes: [['name', '-name']] })), 'is listed twice');
});

test('an arrow function must return a model of the application with a single-field key', () => {
  const to = (target: unknown) => untyped('sample', { fields: { name, it: field.belongsTo(target as () => unknown) } });
  assert.match(problemOf(to(() => 42)), 'must return a model, but it returns a number');
  assert.match(problemOf(to(() => undefined)), 'returns nothing');
  assert.match(problemOf(to('patient')), 'requires an arrow function');
  assert.match(
    problemOf(
      to(() => {
        throw new Error('not yet');
      }),
    ),
    'The arrow function failed: not yet',
  );
  const Patient = defineModel('patient', { fields: { name } });
  assert.match(problemOf(to(() => Patient)), 'The model "patient" is not part of this application.');
  const Pair = defineModel('pair', { fields: { a: name, b: name }, key: ['a', 'b'], label: 'a' });
  assert.match(
    problemOf(
      to(() => Pair),
      Pair,
    ),
    'key of 2 fields',
  );
  const copy = defineModel('patient', { fields: { name } });
  assert.match(
    problemOf(
      to(() => copy),
      Patient,
    ),
    'are there two copies of a file?',
  );
});

test('setNull requires a nullable column', () => {
  const Target = defineModel('target', { fields: { name } });
  const bad = untyped('sample', {
    fields: { name, it: field.belongsTo(() => Target, { onDelete: 'setNull' as never }) },
  });
  assert.match(problemOf(Target, bad), "onDelete 'setNull' requires nullable: true");
});

test('a through model has exactly one relation to each side', () => {
  const Tag = defineModel('tag', { fields: { name } });
  const owner = (through: () => AnyModel) =>
    defineModel('post', { fields: { name, tags: field.manyToMany(() => Tag, { through }) } });
  const Lame = defineModel('postTag', { fields: { tag: field.belongsTo(() => Tag) }, label: 'tag' });
  assert.match(
    problemOf(
      owner(() => Lame),
      Tag,
      Lame,
    ),
    '"postTag" needs exactly one belongsTo to "post", but has 0',
  );
  const Self = defineModel('self', {
    fields: { name, others: field.manyToMany((): AnyModel => Self, { through: (): AnyModel => Pair }) },
  });
  const Pair = defineModel('pair', { fields: { one: field.belongsTo(() => Self) }, label: 'one' });
  assert.match(problemOf(Self, Pair), 'needs exactly two belongsTo to "self", but has 1');
});

test('a key made of relations cannot be circular', () => {
  const A = defineModel('a', { fields: { name, b: field.belongsTo((): AnyModel => B) }, key: 'b' });
  const B = defineModel('b', { fields: { name, a: field.belongsTo((): AnyModel => A) }, key: 'a' });
  assert.match(problemOf(A, B), 'circular: a.b → b.a → a.b');
  const Own = defineModel('own', { fields: { name, own: field.belongsTo((): AnyModel => Own) }, key: 'own' });
  assert.match(problemOf(Own), 'circular: own.own → own.own');
});

test('options of fields are checked', () => {
  const of = (it: object) => problemOf(untyped('sample', { fields: { name, it } }));
  assert.match(of(field.choice([])), 'at least one value');
  assert.match(of(field.choice(['a', 'a'])), '"a" is listed twice');
  assert.match(of(field.choice(['', 'a'])), 'is empty');
  assert.match(
    of(field.choice(['open'], { labels: { opn: 'x' } as never })),
    '"opn" has a label or tone but is not one of the values. Did you mean "open"?',
  );
  assert.match(of(field.choice(['open', 'new'], { default: 'opn' as never })), 'Did you mean "open"?');
  assert.match(of(field.decimal({ scale: 2 })), 'A scale requires a precision');
  assert.match(of(field.decimal({ precision: 0 })), 'precision must be');
  assert.match(of(field.decimal({ precision: 2, scale: 3 })), 'scale must be');
  assert.match(
    of(field.decimal({ precision: 4, scale: 2, default: '1.234' })),
    'is invalid: Use at most 2 decimal places.',
  );
  assert.match(of(field.integer({ default: '1' as never })), 'The default "1" is invalid: Enter a whole number');
  assert.match(of(field.integer({ min: 5, max: 4 })), 'min (5) is more than max (4)');
  assert.match(of(field.decimal({ min: '10', max: '9' })), 'is more than max');
  assert.match(of(field.integer({ min: 0.5 })), 'min is not valid');
  assert.match(of(field.text({ max: -1 })), 'max is not valid');
  assert.match(of(field.text({ default: 'abc', max: 2 })), 'is invalid');
  assert.match(of(field.date({ default: 'tomorrow' as never })), 'is invalid');
  assert.match(of(field.text({ nulable: true } as never)), 'There is no option "nulable". Did you mean "nullable"?');
  assert.match(of(field.text({ max: true } as never)), 'Option max');
  assert.match(of(field.integer({ index: 'search' })), "index: 'search' is supported only on text");
  assert.match(of(field.json({ '~standard': { validate: async () => ({ value: 1 }) } })), 'The schema is asynchronous');
  assert.match(of(field.json(undefined as never)), 'requires a schema');
  assert.match(of(field.text as never), 'This is not a field');
});

test('options that only some field types have are checked', () => {
  const of = (it: object) => problemOf(untyped('sample', { fields: { name, it } }));
  assert.match(of(field.slug({ from: 'nam' })), 'from: there is no text field "nam". Did you mean "name"?');
  assert.match(of(field.slug({ from: 'it' })), 'there is no text field "it"');
  assert.match(of(field.slug({ from: 'name', nullable: true })), 'is never empty');
  assert.match(of(field.slug({ from: 'name', max: 4 })), 'max must be 8 or more');
  assert.match(of(field.slug({ default: 'x' } as never)), 'A slug cannot have a default');
  assert.match(of(field.text({ from: 'name' } as never)), '`from` is supported only on slug fields');
  assert.match(of(field.money({} as never)), "A money field requires a currency, such as 'USD'");
  assert.match(of(field.money({ currency: 'UDS' })), 'There is no currency "UDS". Did you mean');
  assert.match(
    of(field.money({ currency: 'USD', scale: 4 } as never)),
    '`precision` and `scale` are supported only on decimal fields',
  );
  assert.match(
    of(field.money({ currency: 'JPY', default: '1.5' })),
    'is invalid: Enter a number without decimal places.',
  );
  assert.match(of(field.decimal({ currency: 'USD' } as never)), '`currency` is supported only on money fields');
  assert.match(of(field.array(field.date() as never)), 'Arrays support items of type text, integer, choice, not date');
  assert.match(of(field.array(undefined as never)), 'Array items: This is not a field');
  assert.match(of(field.array(field.text({ nullable: true } as never))), 'Items support min, max, labels, tones');
  assert.match(of(field.array(field.choice([]))), 'Array items: A choice field requires at least one value');
  assert.match(of(field.array(field.integer({ min: 2, max: 1 }))), 'Array items: min (2) is more than max (1)');
  assert.match(of(field.array(field.text({ max: 2 }), { default: ['abc'] })), 'is invalid: Use at most 2 characters');
  assert.match(of(field.array(field.text(), { max: -1 })), 'max is not valid');
  assert.match(of(field.array(field.text(), { unique: true } as never)), 'A field of type array cannot be unique');
  assert.match(of(field.bytes({ unique: true } as never)), 'A field of type bytes cannot be unique');
  assert.match(of(field.bytes({ index: true } as never)), 'A field of type bytes cannot have an index');
  assert.match(of(field.email({ default: 'nobody' })), 'is invalid: Enter a valid email address');
});

test('keys, labels and indexes need sortable fields', () => {
  const tags = field.array(field.text());
  assert.match(
    problemOf(untyped('sample', { fields: { name, tags }, label: 'tags' })),
    '"tags" is an array, which cannot be used as a label',
  );
  assert.match(problemOf(untyped('sample', { fields: { name, tags }, key: 'tags' })), 'a key must be usable in a URL');
  assert.match(
    problemOf(untyped('sample', { fields: { name, tags }, indexes: [['tags']] })),
    'An array field cannot be indexed',
  );
  const scan = field.bytes();
  assert.match(problemOf(untyped('sample', { fields: { name, scan }, label: 'scan' })), '"scan" is bytes');
  assert.match(problemOf(untyped('sample', { fields: { name, scan }, unique: [['name', 'scan']] })), 'too large');
});

test('defaults can be keywords or functions', () => {
  const fields = {
    name,
    a: field.date({ default: 'today' }),
    b: field.timestamp({ default: 'now' }),
    c: field.uuid({ default: 'random' }),
    d: field.text({ default: () => 'x' }),
  };
  assert.equal(problemsOf(defineModel('sample', { fields })), []);
});

test('all problems are reported together', () => {
  const problems = problemsOf(
    untyped('sample', {
      fields: { a: field.choice([]), b: field.decimal({ scale: 1 }), 'c d': name },
      key: 'x',
      unique: [['y']],
    }),
  );
  assert.is(problems.length, 6, problems.join('\n'));
});
