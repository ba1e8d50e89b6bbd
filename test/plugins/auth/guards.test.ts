// The guards against a small model: sequences of changes by several people, and every pair of roles.
import fc from 'fast-check';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { AuditContext, UserActor } from '../../../core/policy/actor.ts';
import { jobActor, tokenActor } from '../../../core/policy/actor.ts';
import { permissionCeilingIssue } from '../../../plugins/auth/authority-guards.ts';
import { changeRole, eraseAccount, setActive, setLock } from '../../../plugins/auth/change-account.ts';
import { ROLES, type Role } from '../../../plugins/auth/roles.ts';
import { suite } from '../../support/suite.ts';
import { by, cli, openRulesDatabase, personAs, type RulesDatabase } from './rules-database.ts';

const test = suite('auth: guards against a model');
let rules: RulesDatabase;
const people: UserActor[] = [];
test.before(async () => {
  rules = await openRulesDatabase();
  for (const role of START) people.push(await rules.user(`person${people.length}@example.org`, role));
});
test.after(() => rules.close());

const START: readonly Role[] = ['developer', 'administrator', 'administrator', 'supervisor', 'staff'];
const RANK: Readonly<Record<Role, number>> = { user: 1, staff: 3, supervisor: 6, administrator: 9, developer: 10 };

interface State {
  role: Role;
  active: boolean;
  locked: boolean;
  erased: boolean;
}
type Operation =
  | { readonly kind: 'role'; readonly role: Role }
  | { readonly kind: 'active' | 'locked'; readonly to: boolean }
  | { readonly kind: 'erase' };
interface Step {
  /** An index of `START`; the command line if it is -1. */
  readonly actor: number;
  readonly target: number;
  readonly operation: Operation;
}

const signsIn = ({ active, locked, erased }: State) => active && !locked && !erased;

/** What the rules promise, in a second, independent form. */
function allowed(states: readonly State[], { actor, target, operation }: Step): boolean {
  const before = states[target];
  const who = states[actor];
  if (!before) return false;
  if (actor >= 0) {
    if (!who?.active || who.locked) return false;
    if (actor === target) {
      if (operation.kind === 'role' && operation.role !== before.role) return false;
      if (operation.kind === 'active' && !operation.to) return false;
      if (operation.kind === 'locked' && operation.to) return false;
      if (operation.kind === 'erase') return false;
    } else {
      if (RANK[who.role] < RANK.administrator || RANK[who.role] <= RANK[before.role]) return false;
      if (operation.kind === 'role' && RANK[operation.role] > RANK[who.role]) return false;
    }
  }
  const after = next(before, operation);
  for (const role of ['administrator', 'developer'] as const) {
    const count = (state: State) => signsIn(state) && RANK[state.role] >= RANK[role];
    const others = states.some((state, index) => index !== target && count(state));
    if (count(before) && !count(after) && !others) return false;
  }
  return !before.erased || operation.kind === 'erase' || same(before, after);
}

function next(state: State, operation: Operation): State {
  if (operation.kind === 'role') return { ...state, role: operation.role };
  if (operation.kind === 'erase') return { role: 'user', active: false, locked: false, erased: true };
  return { ...state, [operation.kind]: operation.to };
}

const same = (one: State, other: State) => JSON.stringify(one) === JSON.stringify(other);

function perform(context: AuditContext, id: number, operation: Operation): Promise<{ outcome: string }> {
  return rules.database.transaction((tx): Promise<{ outcome: string }> => {
    if (operation.kind === 'role') return changeRole(tx, context, rules.events, id, operation.role);
    if (operation.kind === 'active') return setActive(tx, context, rules.events, id, operation.to);
    if (operation.kind === 'erase') return eraseAccount(tx, context, rules.events, id);
    return setLock(tx, context, rules.events, id, operation.to ? 'infinity' : null);
  });
}

const stateRow = z.object({ role: z.enum(ROLES), active: z.boolean(), locked: z.boolean(), erased: z.boolean() });
const stored = () =>
  rules.database.any(sql.type(stateRow)`
    select role, active, locked_until is not null as locked, erased_at is not null as erased from rustio_user order by id
  `);

async function reset(): Promise<void> {
  for (const [index, { id }] of people.entries())
    await rules.database.query(sql.unsafe`
      update rustio_user
      set
        email = ${`person${index}@example.org`}, role = ${START[index] ?? 'user'}, active = true, locked_until = null,
        erased_at = null, password_hash = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA'
      where id = ${id}
    `);
}

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.constantFrom(...ROLES).map((role): Operation => ({ kind: 'role', role })),
  fc.record({ kind: fc.constantFrom('active', 'locked'), to: fc.boolean() }),
  fc.constant<Operation>({ kind: 'erase' }),
);
const step = fc.record({ actor: fc.integer({ min: -1, max: 4 }), target: fc.nat({ max: 4 }), operation });

test('property: sequences of changes do exactly what the model allows, and an administrator always remains', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      await reset();
      const states = await stored().then((rows) => rows.map((row): State => ({ ...row })));
      for (const each of steps) {
        const person = people[each.actor];
        const state = states[each.actor];
        // The role that the request was authenticated with.
        const context = person && state ? by({ ...person, role: state.role }) : cli;
        const expected = allowed(states, each);
        const { outcome } = await perform(context, people[each.target]?.id ?? 0, each.operation);
        assert.is(outcome, expected ? 'done' : 'rejected', JSON.stringify({ states, each }));
        const before = states[each.target];
        if (expected && before && !before.erased) states[each.target] = next(before, each.operation);
        assert.equal(await stored(), states, JSON.stringify(each));
        assert.ok(states.some((one) => signsIn(one) && RANK[one.role] >= RANK.administrator));
      }
    }),
    { numRuns: 25 },
  );
});

test('property: nobody grants a permission that they do not hold, whatever the list', () => {
  const names = ['a.view', 'a.change', 'b.view', 'b.delete'];
  fc.assert(
    fc.property(fc.subarray(names), fc.subarray(names), (held, granted) => {
      const actor = personAs(1, 'administrator');
      const issue = permissionCeilingIssue(actor, granted, (_actor, permission) => held.includes(permission));
      assert.is(
        issue === undefined,
        granted.every((permission) => held.includes(permission)),
      );
      assert.is(
        permissionCeilingIssue(cli.actor, granted, () => false),
        undefined,
      );
    }),
  );
});

test('attack: jobs and tokens, even those of a developer, change no account', async () => {
  await reset();
  const developer = people[0];
  const target = people[4];
  if (!developer || !target) throw new Error('nobody');
  for (const actor of [jobActor('nightly', 'all', developer), tokenActor('script', 'all', developer)]) {
    const context: AuditContext = { ...cli, actor };
    for (const each of [
      { kind: 'role', role: 'administrator' },
      { kind: 'active', to: false },
      { kind: 'locked', to: true },
      { kind: 'erase' },
    ] as const)
      assert.is((await perform(context, target.id, each)).outcome, 'rejected', `${actor.kind}: ${each.kind}`);
  }
});
