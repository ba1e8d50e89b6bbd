// Fields that a plugin adds to another owner's model: how they are resolved, and which problems make startup fail.
import * as assert from 'uvu/assert';
import { diff } from '../../../core/migrate/diff.ts';
import { renderFile } from '../../../core/migrate/render.ts';
import { emptySnapshot } from '../../../core/migrate/shape.ts';
import { buildSnapshot } from '../../../core/migrate/snapshot.ts';
import { extendModel } from '../../../core/model/extend-model.ts';
import { type Fields, field } from '../../../core/model/field.ts';
import { isEditable } from '../../../core/model/field-type.ts';
import { type AnyModel, defineModel } from '../../../core/model/model.ts';
import { buildModels } from '../../../core/model/resolve.ts';
import { suite } from '../../support/suite.ts';
import { must } from './field-of.ts';

const test = suite('models: fields of plugins');

const Account = defineModel('account', { fields: { name: field.text() }, readOnly: true, managed: false });
const Order = defineModel('order', { fields: { name: field.text(), note: field.text({ column: 'remark' }) } });
const declared = [
  { owner: 'accounts', model: Account },
  { owner: 'project', model: Order },
];
const build = (model: AnyModel, fields: Fields, options: { writable?: boolean } = {}) =>
  buildModels(declared, { extensions: [{ ...extendModel(model, fields, options), owner: 'phones' }] });
const problemsOf = (model: AnyModel, fields: Fields) =>
  build(model, fields).problems.map(({ where, problem }) => `${where}: ${problem}`);

test('a field becomes part of the model, with its owner, after the model’s own fields', () => {
  const { models, problems } = build(Account, { phone: field.phone({ nullable: true, index: true }) });
  assert.equal(problems, []);
  const account = models.of(Account);
  assert.equal([...account.fields.keys()], ['id', 'name', 'phone']);
  const phone = must(account.fields.get('phone'));
  assert.equal([phone.owner, phone.writable, phone.column, phone.model === account], ['phones', false, 'phone', true]);
  assert.is(account.stored.at(-1), phone);
  assert.is(must(account.fields.get('name')).owner, 'accounts');
});

test('a relation is bound to its target, which lists it as inbound', () => {
  const { models, problems } = build(Account, { lastOrder: field.belongsTo(() => Order, { nullable: true }) });
  assert.equal(problems, []);
  const relation = must(models.of(Account).fields.get('lastOrder'));
  assert.equal([relation.target, relation.column], [models.of(Order), 'last_order_id']);
  assert.equal(models.of(Order).inbound, [relation]);
});

test('a read-only model is editable only if one of its fields is writable', () => {
  const phone = { phone: field.phone({ nullable: true }) };
  assert.is(isEditable(build(Account, phone).models.of(Account)), false);
  const { models } = build(Account, phone, { writable: true });
  assert.is(isEditable(models.of(Account)), true);
  assert.equal(
    [...models.of(Account).fields.values()].filter(({ writable }) => writable).map(({ name }) => name),
    ['phone'],
  );
  assert.is(isEditable(models.of(Order)), true);
});

test('duplicate names and columns are reported with both owners', () => {
  assert.equal(problemsOf(Account, { name: field.text({ nullable: true }) }), [
    'plugin phones: extendModels.account.name: "account" has a field "name" already, which belongs to accounts.',
  ]);
  assert.equal(problemsOf(Order, { remark: field.text({ nullable: true }) }), [
    'plugin phones: extendModels.order.remark: It has the same column "remark" as "note" of project. Set `column` on one of them.',
  ]);
  const duplicate = buildModels(declared, {
    extensions: ['one', 'two'].map((owner) => ({
      ...extendModel(Order, { phone: field.phone({ nullable: true }) }),
      owner,
    })),
  });
  assert.equal(
    duplicate.problems.map(({ where, problem }) => `${where}: ${problem}`),
    ['plugin two: extendModels.order.phone: "order" has a field "phone" already, which belongs to one.'],
  );
});

test('a model that is not part of the application is reported with the nearest name', () => {
  const Acount = defineModel('acount', { fields: { name: field.text() } });
  assert.equal(problemsOf(Acount, {}), [
    'plugin phones: extendModels.acount: The model "acount" is not part of this application. Did you mean "account"?',
  ]);
  const Copy = defineModel('order', { fields: { name: field.text() } });
  assert.match(problemsOf(Copy, {})[0] ?? '', 'are there two copies of a file?');
});

test('a required field without a database default is rejected, because the model’s owner inserts rows without it', () => {
  const required = [
    field.text(),
    // Only data access calls this function, so SQL of the model's owner would insert NULL.
    field.text({ default: () => 'x' }),
    field.belongsTo(() => Order),
  ];
  for (const added of required) {
    const [problem = '', ...more] = problemsOf(Account, { phone: added });
    assert.match(problem, 'plugin phones: extendModels.account.phone: It must be nullable or have a database default');
    assert.match(problem, 'since accounts adds rows to "account" without it');
    assert.equal(more, []);
  }
  assert.equal(problemsOf(Account, { phone: field.text({ default: '' }), tags: field.array(field.text()) }), []);
});

test('values that are not fields are reported, and so are identity fields', () => {
  assert.match(problemsOf(Account, { number: field.identity() })[0] ?? '', 'a key belongs to the owner');
  assert.match(problemsOf(Account, { constructor: field.text({ nullable: true }) })[0] ?? '', 'reserved in JavaScript');
  assert.match(
    problemsOf(Account, { phone: field.integer({ nullable: true, min: 3, max: 2 }) })[0] ?? '',
    'is more than max',
  );
});

test('the project’s migrations do not touch the columns of plugins', () => {
  const { models } = build(Order, { phone: field.phone({ nullable: true, unique: true, index: true }) });
  const { up } = renderFile(diff(emptySnapshot, buildSnapshot(models.all)));
  assert.match(up, 'remark');
  assert.not.match(up, 'phone');
  assert.equal(buildSnapshot(models.all), buildSnapshot(buildModels(declared).models.all));
});
