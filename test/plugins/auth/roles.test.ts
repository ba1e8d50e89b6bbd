// Pure rules: ranks of roles, and who can change whom.
import * as assert from 'uvu/assert';
import type { ModelInfo } from '../../../core/model/field-type.ts';
import { type Actor, anonymous, jobActor } from '../../../core/policy/actor.ts';
import { combinePolicies } from '../../../core/policy/policy.ts';
import { activeChangeIssue, crossRankIssue, roleChangeIssue } from '../../../plugins/auth/authority-guards.ts';
import { holds, permissionPolicy } from '../../../plugins/auth/policy.ts';
import { hasAtLeastRole, isRole, outranks, ROLES, type Role } from '../../../plugins/auth/roles.ts';
import { suite } from '../../support/suite.ts';
import { cli, personAs } from './rules-database.ts';

const test = suite('auth: roles and guards');
const other = (role: Role) => ({ id: 2, role });
const actorsWithoutRights: readonly Actor[] = [anonymous, jobActor('x', []), { kind: 'assistant', name: 'x' }];

test('the five roles are ordered: each ranks above all before it and below all after it', () => {
  ROLES.forEach((low, i) => {
    ROLES.forEach((high, j) => {
      assert.is(hasAtLeastRole(high, low), j >= i);
      assert.is(outranks(high, low), j > i);
    });
  });
});

test('an unknown word is not a role, even if it is a property of Object.prototype', () => {
  for (const word of ['admin', 'Administrator', '', 'constructor', '__proto__', undefined, null, 900])
    assert.not.ok(isRole(word));
});

test('only administrators and developers have permissions that they were not granted', () => {
  const passing = ROLES.filter((role) => holds(personAs(1, role), 'strike.change'));
  assert.equal(passing, ['administrator', 'developer']);
});

test('permissions have no effect below the rank of staff', () => {
  const holding = ROLES.filter((role) => holds(personAs(1, role, 'a@b.example', ['strike.view']), 'strike.view'));
  assert.equal(holding, ['staff', 'supervisor', 'administrator', 'developer']);
});

test('the command line has every permission; anonymous users, jobs without a grant and assistants have none', () => {
  assert.ok(holds(cli.actor, 'strike.delete'));
  for (const actor of actorsWithoutRights) assert.not.ok(holds(actor, 'strike.view'));
});

test('the policy requires the permission of the model and the action', () => {
  const policy = combinePolicies([permissionPolicy]);
  const clerk = personAs(1, 'staff', 'a@b.example', ['strike.view']);
  // The policy reads only the name of the model.
  const model = (name: string) => ({ name }) as ModelInfo;
  assert.ok(policy.may(clerk, 'view', model('strike')));
  assert.not.ok(policy.may(clerk, 'change', model('strike')));
  assert.not.ok(policy.may(clerk, 'view', model('strikes')));
});

test('users cannot change accounts of equal or higher rank', () => {
  for (const mine of ROLES)
    for (const theirs of ROLES) {
      const issue = crossRankIssue(personAs(1, mine), other(theirs));
      const allowed = (mine === 'administrator' || mine === 'developer') && outranks(mine, theirs);
      assert.is(issue === undefined, allowed, `${mine} changes ${theirs}`);
    }
});

test('users cannot assign a role above their own, neither to others nor to themselves', () => {
  assert.is(
    roleChangeIssue(personAs(1, 'administrator'), other('staff'), 'developer')?.key,
    'auth.rejected.roleTooHigh',
  );
  assert.is(roleChangeIssue(personAs(1, 'administrator'), other('staff'), 'administrator'), undefined);
  for (const mine of ROLES)
    for (const requested of ROLES) {
      const issue = roleChangeIssue(personAs(1, mine), { id: 1, role: mine }, requested);
      assert.is(issue === undefined, mine === requested, `${mine} makes himself ${requested}`);
    }
});

test('an actor who has just been demoted cannot use the role stored in the request', () => {
  const stale = personAs(1, 'administrator');
  assert.is(roleChangeIssue(stale, { id: 1, role: 'staff' }, 'administrator')?.key, 'auth.rejected.roleTooHigh');
});

test('users cannot deactivate themselves', () => {
  for (const role of ROLES)
    assert.is(activeChangeIssue(personAs(1, role), { id: 1, role }, false)?.key, 'auth.rejected.selfDeactivate');
});

test('anonymous users, jobs and assistants cannot change accounts', () => {
  for (const actor of actorsWithoutRights) {
    assert.ok(crossRankIssue(actor, other('user')));
    assert.ok(roleChangeIssue(actor, other('user'), 'user'));
    assert.ok(activeChangeIssue(actor, other('user'), false));
  }
});
