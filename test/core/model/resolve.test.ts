import * as assert from 'uvu/assert';
import { z } from 'zod';
import { RustioError } from '../../../core/errors.ts';
import { field } from '../../../core/model/field.ts';
import { type AnyModel, defineModel } from '../../../core/model/model.ts';
import { buildModels } from '../../../core/model/resolve.ts';
import { suite } from '../../support/suite.ts';
import { must, resolved } from './field-of.ts';
import { Composer } from './types/composer.ts';
import { Opera, OperaVoice, Voice } from './types/opera.ts';

const test = suite('models at the boot');
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
/** What the compiler would refuse, as somebody without it writes it. */
const loose = (modelName: string, definition: object) => defineModel(modelName, definition as never) as AnyModel;

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

test('what a definition says goes before what is made from its name', () => {
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
      pick: 'everybody',
    }),
  );
  const { table, plural, slug: address, managed, readOnly, pick, label } = must(model);
  assert.equal(
    { table, plural, address, managed, readOnly, pick },
    { table: ['hr', 'person'], plural: 'people', address: 'folk', managed: false, readOnly: true, pick: 'everybody' },
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

test('a self manyToMany takes the first relation of the through model as its own side', () => {
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
  assert.is(through.near.name, 'whole');
  assert.is(through.far.name, 'piece');
});

test('models are found by name, address and declaration', () => {
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

test('two models of one name, table or address are told with both owners', () => {
  const one = defineModel('thing', { fields: { name } });
  const other = defineModel('thing', { fields: { name } });
  const { problems } = buildModels([
    { owner: 'auth', model: one },
    { owner: 'project', model: other },
  ]);
  assert.equal(
    problems.map(({ where }) => where),
    ['model thing: name', 'model thing: table', 'model thing: address'],
  );
  for (const { problem } of problems) assert.match(problem, '"thing" (auth) and "thing" (project)');
  assert.match(problemOf(one, one), 'declared twice');
  assert.match(problemOf(one, defineModel('else', { fields: { name }, table: 'thing' })), 'same table, "thing"');
  assert.match(problemOf(one, defineModel('else', { fields: { name }, slug: 'things' })), 'same address, "things"');
});

test('names that cannot be names are refused', () => {
  for (const bad of ['', '~a', '+a', 'a b', '1a', 'a.b', 'constructor', 'toString', 'then', 'hasOwnProperty']) {
    assert.ok(problemsOf(loose('sample', { fields: { name, [bad]: name } })).length > 0, `field ${bad}`);
    assert.ok(problemsOf(loose(bad, { fields: { name } })).length > 0, `model ${bad}`);
  }
  const fields = JSON.parse('{"__proto__": 1}');
  fields.name = name;
  assert.ok(problemsOf(loose('sample', { fields })).some((problem) => problem.includes('__proto__')));
  assert.match(problemOf(loose('Sample', { fields: { name } })), 'camelCase');
  assert.match(problemOf(defineModel('sample', { fields: { name, xmin: name } })), 'every table has a column "xmin"');
  assert.match(
    problemOf(defineModel('sample', { fields: { name, ['x'.repeat(64)]: name } })),
    'longer than the 63 bytes',
  );
  assert.match(
    problemOf(defineModel('sample', { fields: { name }, table: 'a.b.c' })),
    'more than a schema and a table',
  );
  assert.match(problemOf(defineModel('sample', { fields: { name }, table: 'rustio_user' })), 'belong to the framework');
  assert.match(problemOf(defineModel('sample', { fields: { name }, slug: '+new' })), 'is no address');
});

test('fields that would share a column are told', () => {
  assert.match(
    problemOf(defineModel('sample', { fields: { name, startsAt: name, starts_at: name } })),
    'the column "starts_at", as "startsAt" has',
  );
  const Target = defineModel('target', { fields: { name } });
  const clash = defineModel('sample', {
    fields: { name, target: field.belongsTo(() => Target), targetId: field.integer() },
  });
  assert.match(problemOf(Target, clash), 'the column "target_id"');
});

test('a key is there, never empty, and has a column', () => {
  assert.match(
    problemOf(loose('sample', { fields: { name, code: name }, key: 'cod' })),
    'There is no field "cod". Did you mean "code"?',
  );
  assert.match(
    problemOf(defineModel('sample', { fields: { name: field.text({ nullable: true }) }, key: 'name' })),
    '"name" may be empty',
  );
  assert.match(problemOf(loose('sample', { fields: { name }, key: [] })), 'A key names one field');
  assert.match(problemOf(loose('sample', { fields: { name }, key: ['name', 'name'] })), 'stands twice');
  assert.match(
    problemOf(defineModel('sample', { fields: { name, data: field.json(z.string()) }, key: 'data' })),
    'is JSON',
  );
  assert.match(
    problemOf(defineModel('sample', { fields: { name, n: field.identity() }, key: 'name' })),
    "An identity is a model's whole key",
  );
});

test('a label is needed, and is of the model’s own columns', () => {
  assert.match(problemOf(defineModel('sample', { fields: { code: name } })), 'By which fields do people know a row?');
  assert.match(problemOf(loose('sample', { fields: { name }, label: 'nam' })), 'Did you mean "name"?');
  assert.match(
    problemOf(defineModel('sample', { fields: { name, data: field.json(z.string()) }, label: 'data' })),
    'is JSON',
  );
});

test('unknown names in unique and indexes are told with a neighbour', () => {
  assert.match(
    problemOf(loose('sample', { fields: { name }, unique: [['nmae']] })),
    'unique[0]: There is no field "nmae". Did you mean "name"?',
  );
  assert.match(
    problemOf(loose('sample', { fields: { name }, indexes: [['-nmae']] })),
    'indexes[0]: There is no field "nmae". Did you mean "name"?',
  );
  assert.match(problemOf(loose('sample', { fields: { name }, unique: [['name', 'name']] })), 'stands twice');
  assert.match(problemOf(loose('sample', { fields: { name }, indexes: [['name', '-name']] })), 'stands twice');
});

test('an arrow leads to a model of the application with a key of one field', () => {
  const to = (target: unknown) => loose('sample', { fields: { name, it: field.belongsTo(target as () => unknown) } });
  assert.match(problemOf(to(() => 42)), 'must return a model, but it returns a number');
  assert.match(problemOf(to(() => undefined)), 'returns nothing');
  assert.match(problemOf(to('patient')), 'written with an arrow function');
  assert.match(
    problemOf(
      to(() => {
        throw new Error('not yet');
      }),
    ),
    'The arrow function failed: not yet',
  );
  const Patient = defineModel('patient', { fields: { name } });
  assert.match(
    problemOf(to(() => Patient)),
    'The model "patient" is not among the application’s models.'.replace('’', "'"),
  );
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

test('setNull needs a column that may be empty', () => {
  const Target = defineModel('target', { fields: { name } });
  const bad = loose('sample', {
    fields: { name, it: field.belongsTo(() => Target, { onDelete: 'setNull' as never }) },
  });
  assert.match(problemOf(Target, bad), "onDelete 'setNull' needs nullable: true");
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

test('a key made of relations must end', () => {
  const A = defineModel('a', { fields: { name, b: field.belongsTo((): AnyModel => B) }, key: 'b' });
  const B = defineModel('b', { fields: { name, a: field.belongsTo((): AnyModel => A) }, key: 'a' });
  assert.match(problemOf(A, B), 'goes round: a.b → b.a → a.b');
  const Own = defineModel('own', { fields: { name, own: field.belongsTo((): AnyModel => Own) }, key: 'own' });
  assert.match(problemOf(Own), 'goes round: own.own → own.own');
});

test('options of fields make sense', () => {
  const of = (it: object) => problemOf(loose('sample', { fields: { name, it } }));
  assert.match(of(field.choice([])), 'at least one value');
  assert.match(of(field.choice(['a', 'a'])), '"a" stands twice');
  assert.match(of(field.choice(['', 'a'])), 'is empty');
  assert.match(
    of(field.choice(['open'], { labels: { opn: 'x' } as never })),
    '"opn" has a label or tone but is no value. Did you mean "open"?',
  );
  assert.match(of(field.choice(['open', 'new'], { default: 'opn' as never })), 'Did you mean "open"?');
  assert.match(of(field.decimal({ scale: 2 })), 'A scale needs a precision');
  assert.match(of(field.decimal({ precision: 0 })), 'precision must be');
  assert.match(of(field.decimal({ precision: 2, scale: 3 })), 'scale must be');
  assert.match(
    of(field.decimal({ precision: 4, scale: 2, default: '1.234' })),
    'does not fit: Use at most 2 digits after the point.',
  );
  assert.match(of(field.integer({ default: '1' as never })), 'The default "1" does not fit: Write a whole number');
  assert.match(of(field.integer({ min: 5, max: 4 })), 'min (5) is more than max (4)');
  assert.match(of(field.decimal({ min: '10', max: '9' })), 'is more than max');
  assert.match(of(field.integer({ min: 0.5 })), 'min does not fit');
  assert.match(of(field.text({ max: -1 })), 'max does not fit');
  assert.match(of(field.text({ default: 'abc', max: 2 })), 'does not fit');
  assert.match(of(field.date({ default: 'tomorrow' as never })), 'does not fit');
  assert.match(of(field.text({ nulable: true } as never)), 'There is no option "nulable". Did you mean "nullable"?');
  assert.match(of(field.text({ max: true } as never)), 'Option max');
  assert.match(of(field.integer({ index: 'search' })), "index: 'search' is for text");
  assert.match(of(field.json({ '~standard': { validate: async () => ({ value: 1 }) } })), 'with a promise');
  assert.match(of(field.json(undefined as never)), 'needs a schema');
  assert.match(of(field.text as never), 'This is no field');
});

test('options of the kinds with options of their own make sense', () => {
  const of = (it: object) => problemOf(loose('sample', { fields: { name, it } }));
  assert.match(of(field.slug({ from: 'nam' })), 'from: there is no text field "nam". Did you mean "name"?');
  assert.match(of(field.slug({ from: 'it' })), 'there is no text field "it"');
  assert.match(of(field.slug({ from: 'name', nullable: true })), 'is never empty');
  assert.match(of(field.slug({ from: 'name', max: 4 })), 'max must be 8 or more');
  assert.match(of(field.slug({ default: 'x' } as never)), 'A slug has no default');
  assert.match(of(field.text({ from: 'name' } as never)), 'Only a slug is made `from` another field');
  assert.match(of(field.money({} as never)), "Money needs a currency, such as 'USD'");
  assert.match(of(field.money({ currency: 'UDS' })), 'There is no currency "UDS". Did you mean');
  assert.match(of(field.money({ currency: 'USD', scale: 4 } as never)), 'Only a decimal has precision and scale');
  assert.match(of(field.money({ currency: 'JPY', default: '1.5' })), 'does not fit: Use no digits after the point.');
  assert.match(of(field.decimal({ currency: 'USD' } as never)), 'Only money has a currency');
  assert.match(of(field.array(field.date() as never)), 'An array holds text, integer, choice, not date');
  assert.match(of(field.array(undefined as never)), 'The items: This is no field');
  assert.match(of(field.array(field.text({ nullable: true } as never))), 'An item takes min, max, labels, tones');
  assert.match(of(field.array(field.choice([]))), 'The items: A choice needs at least one value');
  assert.match(of(field.array(field.integer({ min: 2, max: 1 }))), 'The items: min (2) is more than max (1)');
  assert.match(of(field.array(field.text({ max: 2 }), { default: ['abc'] })), 'does not fit: Use at most 2 characters');
  assert.match(of(field.array(field.text(), { max: -1 })), 'max does not fit');
  assert.match(of(field.array(field.text(), { unique: true } as never)), 'A field of kind array cannot be unique');
  assert.match(of(field.bytes({ unique: true } as never)), 'A field of kind bytes cannot be unique');
  assert.match(of(field.bytes({ index: true } as never)), 'A field of kind bytes cannot have an index');
  assert.match(of(field.email({ default: 'nobody' })), 'does not fit: Write an e-mail address');
});

test('a row is known by what has an order and can be read', () => {
  const tags = field.array(field.text());
  assert.match(
    problemOf(loose('sample', { fields: { name, tags }, label: 'tags' })),
    '"tags" is an array; nobody knows',
  );
  assert.match(problemOf(loose('sample', { fields: { name, tags }, key: 'tags' })), 'a key must be readable');
  assert.match(
    problemOf(loose('sample', { fields: { name, tags }, indexes: [['tags']] })),
    'An array field has no order',
  );
  const scan = field.bytes();
  assert.match(problemOf(loose('sample', { fields: { name, scan }, label: 'scan' })), '"scan" is bytes');
  assert.match(problemOf(loose('sample', { fields: { name, scan }, unique: [['name', 'scan']] })), 'too large');
});

test('defaults that are words or functions are fine', () => {
  const fields = {
    name,
    a: field.date({ default: 'today' }),
    b: field.timestamp({ default: 'now' }),
    c: field.uuid({ default: 'random' }),
    d: field.text({ default: () => 'x' }),
  };
  assert.equal(problemsOf(defineModel('sample', { fields })), []);
});

test('all problems are told at once', () => {
  const problems = problemsOf(
    loose('sample', {
      fields: { a: field.choice([]), b: field.decimal({ scale: 1 }), 'c d': name },
      key: 'x',
      unique: [['y']],
    }),
  );
  assert.is(problems.length, 6, problems.join('\n'));
});
