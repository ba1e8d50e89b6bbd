// Pure rules: who stands above whom, and who may change whom.
import * as assert from 'uvu/assert';
import { type Actor, anonymous, jobActor } from '../../../core/actor.ts';
import type { ModelInfo } from '../../../core/model/registry.ts';
import { combinePolicies } from '../../../core/policy.ts';
import { activeChangeIssue, crossRankIssue, roleChangeIssue } from '../../../plugins/auth/authority-guards.ts';
import { holds, permissionPolicy } from '../../../plugins/auth/policy.ts';
import { isRole, outranks, ROLES, type Role, reaches } from '../../../plugins/auth/roles.ts';
import { suite } from '../../support/suite.ts';
import { cli, personAs } from './house.ts';

const test = suite('auth: roles and guards');
const other = (role: Role) => ({ id: 2, role });
const actorsWithoutRights: readonly Actor[] = [anonymous, jobActor('x', []), { kind: 'assistant', name: 'x' }];

test('the five roles are a ladder: each stands above all before it and below all after it', () => {
  ROLES.forEach((low, i) => {
    ROLES.forEach((high, j) => {
      assert.is(reaches(high, low), j >= i);
      assert.is(outranks(high, low), j > i);
    });
  });
});

test('a word that is no role is none, also one of JavaScript', () => {
  for (const word of ['admin', 'Administrator', '', 'constructor', '__proto__', undefined, null, 900])
    assert.not.ok(isRole(word));
});

test('only administrator and developer pass permissions that they do not hold', () => {
  const passing = ROLES.filter((role) => holds(personAs(1, role), 'strike.change'));
  assert.equal(passing, ['administrator', 'developer']);
});

test('a permission opens nothing below the rank of staff', () => {
  const holding = ROLES.filter((role) => holds(personAs(1, role, 'a@b.example', ['strike.view']), 'strike.view'));
  assert.equal(holding, ['staff', 'supervisor', 'administrator', 'developer']);
});

test('the command line may everything; strangers, jobs and assistants nothing', () => {
  assert.ok(holds(cli.actor, 'strike.delete'));
  for (const actor of actorsWithoutRights) assert.not.ok(holds(actor, 'strike.view'));
});

test('the policy asks for the permission of the model and the action', () => {
  const policy = combinePolicies([permissionPolicy]);
  const clerk = personAs(1, 'staff', 'a@b.example', ['strike.view']);
  // The policy reads the name and nothing else of the model.
  const model = (name: string) => ({ name }) as ModelInfo;
  assert.ok(policy.may(clerk, 'view', model('strike')));
  assert.not.ok(policy.may(clerk, 'change', model('strike')));
  assert.not.ok(policy.may(clerk, 'view', model('strikes')));
});

test('nobody changes a peer or somebody above', () => {
  for (const mine of ROLES)
    for (const theirs of ROLES) {
      const issue = crossRankIssue(personAs(1, mine), other(theirs));
      const allowed = (mine === 'administrator' || mine === 'developer') && outranks(mine, theirs);
      assert.is(issue === undefined, allowed, `${mine} changes ${theirs}`);
    }
});

test('nobody hands out a role above his own, not to others and not to himself', () => {
  assert.is(
    roleChangeIssue(personAs(1, 'administrator'), other('staff'), 'developer')?.key,
    'auth.refused.roleCeiling',
  );
  assert.is(roleChangeIssue(personAs(1, 'administrator'), other('staff'), 'administrator'), undefined);
  for (const mine of ROLES)
    for (const wanted of ROLES) {
      const issue = roleChangeIssue(personAs(1, mine), { id: 1, role: mine }, wanted);
      assert.is(issue === undefined, mine === wanted, `${mine} makes himself ${wanted}`);
    }
});

test('an actor who was demoted a moment ago cannot raise himself again with what his request remembers', () => {
  const stale = personAs(1, 'administrator');
  assert.is(roleChangeIssue(stale, { id: 1, role: 'staff' }, 'administrator')?.key, 'auth.refused.roleCeiling');
});

test('nobody deactivates himself', () => {
  for (const role of ROLES)
    assert.is(activeChangeIssue(personAs(1, role), { id: 1, role }, false)?.key, 'auth.refused.selfDeactivate');
});

test('strangers, jobs and assistants change nobody', () => {
  for (const actor of actorsWithoutRights) {
    assert.ok(crossRankIssue(actor, other('user')));
    assert.ok(roleChangeIssue(actor, other('user'), 'user'));
    assert.ok(activeChangeIssue(actor, other('user'), false));
  }
});
