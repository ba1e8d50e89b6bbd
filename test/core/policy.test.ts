// How the parts of plugins and the rules of a project come together in one policy.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { type Actor, anonymous, jobActor, type Person, tokenActor } from '../../core/actor.ts';
import { RustioError } from '../../core/errors.ts';
import { field } from '../../core/model/field.ts';
import { defineModel } from '../../core/model/model.ts';
import { combinePolicies, defineRules, type PolicyPart, rulesPolicy } from '../../core/policy.ts';
import { testApp } from '../support/app.ts';
import { suite } from '../support/suite.ts';
import { must, resolved } from './model/field-of.ts';

const test = suite('policies');
const Order = defineModel('order', { fields: { name: field.text(), margin: field.integer({ nullable: true }) } });
const Shop = defineModel('shop', { fields: { name: field.text() } });
const models = resolved(Order, Shop);
const order = must(models[0]);
const shop = must(models[1]);
const margin = must(order.fields.get('margin'));
const name = must(order.fields.get('name'));
const clerk = jobActor('clerk', []);
const chief = jobActor('chief', 'all');

const says = (answer: boolean | undefined): PolicyPart => ({ may: () => answer, holds: () => answer });
const cases: readonly (readonly [(boolean | undefined)[], boolean])[] = [
  [[], false],
  [[undefined], false],
  [[undefined, undefined], false],
  [[true], true],
  [[true, undefined], true],
  [[undefined, true], true],
  [[true, true], true],
  [[false], false],
  [[true, false], false],
  [[false, true], false],
  [[undefined, false], false],
];
for (const [answers, expected] of cases) {
  test(`parts that say ${answers.map(String).join(', ') || 'nothing'} make ${expected}`, () => {
    const policy = combinePolicies(answers.map(says));
    assert.is(policy.may(clerk, 'view', order), expected);
    assert.is(policy.holds(clerk, 'order.view'), expected);
  });
}

test('a part without a method has no opinion, and each part is asked with what it is about', () => {
  const asked: unknown[] = [];
  const policy = combinePolicies([
    {},
    {
      may: (actor, action, model) => {
        asked.push([actor.name, action, model.name]);
        return model.name === 'order';
      },
    },
    { holds: (_actor, permission) => permission === 'order.ship' },
  ]);
  assert.equal([policy.may(clerk, 'delete', order), policy.may(clerk, 'delete', shop)], [true, false]);
  assert.equal([policy.holds(clerk, 'order.ship'), policy.holds(clerk, 'order.sell')], [true, false]);
  assert.equal(asked, [
    ['clerk', 'delete', 'order'],
    ['clerk', 'delete', 'shop'],
  ]);
});

test('a field is open until one part closes it', () => {
  assert.is(combinePolicies([]).mayField(clerk, 'view', margin), true);
  const field = (answer: boolean | undefined): PolicyPart => ({ mayField: () => answer });
  assert.is(combinePolicies([field(undefined), field(true)]).mayField(clerk, 'view', margin), true);
  assert.is(combinePolicies([field(true), field(false)]).mayField(clerk, 'view', margin), false);
});

test('conditions over rows are joined by AND, each in brackets of its own', () => {
  const rows = (condition: ReturnType<NonNullable<PolicyPart['rows']>>): PolicyPart => ({ rows: () => condition });
  assert.is(combinePolicies([rows(undefined), {}]).rows(clerk, 'view', order), undefined);
  const only = sql.fragment`t.name = ${'x'}`;
  assert.is(combinePolicies([rows(undefined), rows(only)]).rows(clerk, 'view', order), only);
  const both = combinePolicies([rows(sql.fragment`t.id = ${1} or true`), rows(only)]).rows(clerk, 'view', order);
  assert.is(both?.sql.replace(/\$slonik_\d+/g, '?').trim(), '(t.id = ? or true) and (t.name = ?)');
  assert.equal(both?.values, [1, 'x']);
});

test('rules of a config restrict rows and the fields that they name, of their model alone', () => {
  const own = sql.fragment`t.name = 'own'`;
  const rules = defineRules(Order, {
    rows: (actor, action) => (actor.name === 'chief' || action === 'view' ? undefined : own),
    fields: { margin: (actor, action) => actor.name === 'chief' && action !== 'add' },
  });
  const policy = combinePolicies([says(true), rulesPolicy([rules])]);
  assert.equal(
    [policy.rows(clerk, 'change', order), policy.rows(clerk, 'view', order), policy.rows(chief, 'change', order)],
    [own, undefined, undefined],
  );
  assert.is(policy.rows(clerk, 'change', shop), undefined);
  assert.equal(
    [
      policy.mayField(clerk, 'view', margin),
      policy.mayField(chief, 'view', margin),
      policy.mayField(chief, 'add', margin),
      policy.mayField(clerk, 'view', name),
      policy.mayField(clerk, 'view', must(shop.fields.get('name'))),
    ],
    [false, true, false, true, true],
  );
});

test('rules take away and never give', () => {
  const open = defineRules(Order, { rows: () => sql.fragment`true`, fields: { margin: () => true } });
  const policy = combinePolicies([
    { may: ({ kind }) => (kind === 'anonymous' ? undefined : true) },
    rulesPolicy([open]),
  ]);
  assert.equal([policy.may(anonymous, 'view', order), policy.may(clerk, 'view', order)], [false, true]);
});

test('several rules for one model all hold', () => {
  const first = defineRules(Order, { rows: () => sql.fragment`t.id > 1`, fields: { margin: () => false } });
  const second = defineRules(Order, { rows: () => sql.fragment`t.id < 9`, fields: { name: () => false } });
  const policy = combinePolicies([rulesPolicy([first, second])]);
  assert.is(policy.rows(clerk, 'view', order)?.sql, '(t.id > 1) and (t.id < 9)');
  assert.equal([policy.mayField(clerk, 'view', margin), policy.mayField(clerk, 'view', name)], [false, false]);
});

test('a token never has more rights than its owner: what is said about people applies to their tokens', () => {
  const owner: Person = {
    kind: 'person',
    id: 7,
    name: 'o@example.org',
    displayName: null,
    role: 'staff',
    permissions: new Set(),
  };
  const own = sql.fragment`t.name = 'own'`;
  const isOwner = (actor: Actor): boolean => actor.kind === 'person' && actor.id === owner.id;
  const policy = combinePolicies([
    {
      holds: (actor, permission) => !(isOwner(actor) && permission === 'order.ship'),
      may: (actor, action) => !(isOwner(actor) && action === 'delete'),
    },
    rulesPolicy([
      defineRules(Order, {
        rows: (actor) => (isOwner(actor) ? own : undefined),
        fields: { margin: (actor) => !isOwner(actor) },
      }),
    ]),
  ]);
  const token = tokenActor('reporting', 'all', owner);
  assert.equal([policy.holds(token, 'order.ship'), policy.holds(token, 'order.sell')], [false, true]);
  assert.equal([policy.may(token, 'delete', order), policy.may(token, 'view', order)], [false, true]);
  assert.equal([policy.mayField(token, 'view', margin), policy.mayField(token, 'view', name)], [false, true]);
  assert.is(policy.rows(token, 'view', order), own);
  assert.is(policy.rows(tokenActor('machine', 'all'), 'view', order), undefined);
});

test('an answer that is neither true nor undefined opens nothing: a promise, null, a truthy value', async () => {
  for (const answer of [Promise.resolve(true), null, 0, 1, 'yes']) {
    const odd = { may: () => answer, holds: () => answer, mayField: () => answer } as unknown as PolicyPart;
    const policy = combinePolicies([says(true), odd]);
    assert.equal(
      [policy.may(clerk, 'view', order), policy.holds(clerk, 'order.view'), policy.mayField(clerk, 'view', margin)],
      [false, false, false],
    );
    const fields = { margin: () => answer } as unknown as { margin: () => boolean };
    assert.is(combinePolicies([rulesPolicy([defineRules(Order, { fields })])]).mayField(clerk, 'view', margin), false);
    await answer;
  }
  const silent = { margin: () => undefined } as unknown as { margin: () => boolean };
  const policy = combinePolicies([rulesPolicy([defineRules(Order, { fields: silent })])]);
  assert.is(policy.mayField(clerk, 'view', margin), false);
});

test('rules for a model or a field that is not there stop the boot', async () => {
  const Stray = defineModel('stray', { fields: { name: field.text() } });
  const misspelt = Object.fromEntries([['margn', () => false]]);
  const error = await testApp({
    models: [Order],
    rules: [defineRules(Stray, {}), defineRules(Order, { fields: misspelt })],
  })
    .then(({ close }) => close())
    .catch((thrown: unknown) => thrown);
  assert.equal(error instanceof RustioError && error.details, [
    'rules for stray: the model is not part of the application.',
    'rules for order: order has no field "margn". Did you mean "margin"?',
  ]);
});
