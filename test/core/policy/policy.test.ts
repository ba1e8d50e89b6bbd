// How the policy parts of plugins and the rules of a project are combined.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { RustioError } from '../../../core/errors/rustio-error.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { type Actor, anonymous, jobActor, tokenActor, type UserActor } from '../../../core/policy/actor.ts';
import {
  ALL_ROWS,
  combinePolicies,
  defineRules,
  type PolicyPart,
  type RowRule,
  rowConditionOf,
  rulesPolicy,
} from '../../../core/policy/policy.ts';
import { testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { must, resolved } from '../model/field-of.ts';

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

const conditionOf = (rule: RowRule) => must(rowConditionOf(rule));
const answering = (answer: boolean | undefined): PolicyPart => ({ may: () => answer, holds: () => answer });
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
  test(`parts that return ${answers.map(String).join(', ') || 'nothing'} combine to ${expected}`, () => {
    const policy = combinePolicies(answers.map(answering));
    assert.is(policy.may(clerk, 'view', order), expected);
    assert.is(policy.holds(clerk, 'order.view'), expected);
  });
}

test('a part without a method has no opinion, and each method receives its arguments', () => {
  const calls: unknown[] = [];
  const policy = combinePolicies([
    {},
    {
      may: (actor, action, model) => {
        calls.push([actor.name, action, model.name]);
        return model.name === 'order';
      },
    },
    { holds: (_actor, permission) => permission === 'order.ship' },
  ]);
  assert.equal([policy.may(clerk, 'delete', order), policy.may(clerk, 'delete', shop)], [true, false]);
  assert.equal([policy.holds(clerk, 'order.ship'), policy.holds(clerk, 'order.sell')], [true, false]);
  assert.equal(calls, [
    ['clerk', 'delete', 'order'],
    ['clerk', 'delete', 'shop'],
  ]);
});

test('a field is allowed unless one part returns false', () => {
  assert.is(combinePolicies([]).mayField(clerk, 'view', margin), true);
  const field = (answer: boolean | undefined): PolicyPart => ({ mayField: () => answer });
  assert.is(combinePolicies([field(undefined), field(true)]).mayField(clerk, 'view', margin), true);
  assert.is(combinePolicies([field(true), field(false)]).mayField(clerk, 'view', margin), false);
});

test('row conditions are joined by AND, each in parentheses', () => {
  const rows = (condition: ReturnType<NonNullable<PolicyPart['rows']>>): PolicyPart => ({ rows: () => condition });
  assert.is(combinePolicies([rows(ALL_ROWS), {}]).rows(clerk, 'view', order), ALL_ROWS);
  const only = sql.fragment`t.name = ${'x'}`;
  assert.is(combinePolicies([rows(ALL_ROWS), rows(only)]).rows(clerk, 'view', order), only);
  const both = combinePolicies([rows(sql.fragment`t.id = ${1} or true`), rows(only)]).rows(clerk, 'view', order);
  assert.is(
    conditionOf(both)
      .sql.replace(/\$slonik_\d+/g, '?')
      .trim(),
    '(t.id = ? or true) and (t.name = ?)',
  );
  assert.equal(conditionOf(both).values, [1, 'x']);
});

test('rules of a config restrict only rows and the named fields of their model', () => {
  const own = sql.fragment`t.name = 'own'`;
  const rules = defineRules(Order, {
    rows: (actor, action) => (actor.name === 'chief' || action === 'view' ? ALL_ROWS : own),
    fields: { margin: (actor, action) => actor.name === 'chief' && action !== 'add' },
  });
  const policy = combinePolicies([answering(true), rulesPolicy([rules])]);
  assert.equal(
    [policy.rows(clerk, 'change', order), policy.rows(clerk, 'view', order), policy.rows(chief, 'change', order)],
    [own, ALL_ROWS, ALL_ROWS],
  );
  assert.is(policy.rows(clerk, 'change', shop), ALL_ROWS);
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

test('rules restrict and never grant', () => {
  const open = defineRules(Order, { rows: () => sql.fragment`true`, fields: { margin: () => true } });
  const policy = combinePolicies([
    { may: ({ kind }) => (kind === 'anonymous' ? undefined : true) },
    rulesPolicy([open]),
  ]);
  assert.equal([policy.may(anonymous, 'view', order), policy.may(clerk, 'view', order)], [false, true]);
});

test('several rules for one model all apply', () => {
  const first = defineRules(Order, { rows: () => sql.fragment`t.id > 1`, fields: { margin: () => false } });
  const second = defineRules(Order, { rows: () => sql.fragment`t.id < 9`, fields: { name: () => false } });
  const policy = combinePolicies([rulesPolicy([first, second])]);
  assert.is(conditionOf(policy.rows(clerk, 'view', order)).sql, '(t.id > 1) and (t.id < 9)');
  assert.equal([policy.mayField(clerk, 'view', margin), policy.mayField(clerk, 'view', name)], [false, false]);
});

test('a token never has more permissions than its owner: rules about users apply to their tokens', () => {
  const owner: UserActor = {
    kind: 'user',
    id: 7,
    name: 'o@example.org',
    displayName: null,
    role: 'staff',
    permissions: new Set(),
  };
  const own = sql.fragment`t.name = 'own'`;
  const isOwner = (actor: Actor): boolean => actor.kind === 'user' && actor.id === owner.id;
  const policy = combinePolicies([
    {
      holds: (actor, permission) => !(isOwner(actor) && permission === 'order.ship'),
      may: (actor, action) => !(isOwner(actor) && action === 'delete'),
    },
    rulesPolicy([
      defineRules(Order, {
        rows: (actor) => (isOwner(actor) ? own : ALL_ROWS),
        fields: { margin: (actor) => !isOwner(actor) },
      }),
    ]),
  ]);
  const token = tokenActor('reporting', 'all', owner);
  assert.equal([policy.holds(token, 'order.ship'), policy.holds(token, 'order.sell')], [false, true]);
  assert.equal([policy.may(token, 'delete', order), policy.may(token, 'view', order)], [false, true]);
  assert.equal([policy.mayField(token, 'view', margin), policy.mayField(token, 'view', name)], [false, true]);
  assert.is(policy.rows(token, 'view', order), own);
  assert.is(policy.rows(tokenActor('machine', 'all'), 'view', order), ALL_ROWS);
});

test('a result other than true or undefined denies access: a promise, null, a truthy value', async () => {
  for (const answer of [Promise.resolve(true), null, 0, 1, 'yes']) {
    const odd = { may: () => answer, holds: () => answer, mayField: () => answer } as unknown as PolicyPart;
    const policy = combinePolicies([answering(true), odd]);
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

test('row rules are closed by default: a result other than a condition or ALL_ROWS allows no rows', async () => {
  const only = sql.fragment`t.name = ${'x'}`;
  const odd = [
    undefined,
    null,
    true,
    '',
    'all',
    {},
    Promise.resolve(ALL_ROWS),
    Promise.resolve(only),
    sql.unsafe`true`,
  ];
  for (const answer of odd) {
    const rows = (() => answer) as unknown as () => RowRule;
    const policies = [
      combinePolicies([{ rows }]),
      combinePolicies([{ rows }, { rows: () => ALL_ROWS }]),
      combinePolicies([{ rows: () => only }, { rows }]),
      combinePolicies([rulesPolicy([defineRules(Order, { rows })])]),
      combinePolicies([rulesPolicy([defineRules(Order, { rows: () => ALL_ROWS }), defineRules(Order, { rows })])]),
    ];
    const conditions = policies.map((policy) => conditionOf(policy.rows(clerk, 'view', order)).sql);
    assert.equal(new Set(conditions), new Set(['false']), String(answer));
    // A policy that was not combined, as a test or another program may pass one.
    assert.is(conditionOf(answer as unknown as RowRule).sql, 'false');
    await answer;
  }
  const owner: UserActor = {
    kind: 'user',
    id: 7,
    name: 'o@example.org',
    displayName: null,
    role: 'staff',
    permissions: new Set(),
  };
  const forPeople = ((actor: Actor) => (actor.kind === 'user' ? undefined : ALL_ROWS)) as unknown as () => RowRule;
  const ofToken = combinePolicies([{ rows: forPeople }]).rows(tokenActor('reporting', 'all', owner), 'view', order);
  assert.is(conditionOf(ofToken).sql, 'false');
});

test('rules for an unknown model or field prevent startup', async () => {
  const Unlisted = defineModel('unlisted', { fields: { name: field.text() } });
  const misspelled = Object.fromEntries([['margn', () => false]]);
  const error = await testApp({
    models: [Order],
    rules: [defineRules(Unlisted, {}), defineRules(Order, { fields: misspelled })],
  })
    .then(({ close }) => close())
    .catch((thrown: unknown) => thrown);
  assert.equal(error instanceof RustioError && error.details, [
    'rules for unlisted: The model is not part of the application. Add it to `models` in rustio.config.ts or of a plugin.',
    'rules for order: The model order has no field "margn". Did you mean "margin"?',
  ]);
});
