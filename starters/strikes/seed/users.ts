import { randomUUID } from 'node:crypto';
import {
  type AuditContext,
  addToGroup,
  createGroup,
  createUser,
  generatePassword,
  grantToGroup,
  type Outcome,
  type Role,
  type SeedContext,
  type Transaction,
} from 'rustio-admin';
import type { Desk } from './casework.ts';

/** The demo users, the head of the desk last: the start shows the last one's password. */
const people: readonly Person[] = [
  { email: 'analyst@desk.example', displayName: 'Ana Lyst', role: 'staff', group: 'Analysts', desk: undefined },
  {
    email: 'officer@desk.example',
    displayName: 'Otto Fischer',
    role: 'supervisor',
    group: 'Case officers',
    desk: 'east',
  },
  { email: 'admin@desk.example', displayName: 'Ada Head', role: 'administrator', group: undefined, desk: 'west' },
];

interface Person {
  readonly email: string;
  readonly displayName: string;
  readonly role: Role;
  /** An administrator needs none: they have every permission. */
  readonly group: string | undefined;
  /** The desk whose cases are theirs. */
  readonly desk: Desk | undefined;
}

/** The permissions of each group, in addition to viewing everything. */
const groups = {
  Analysts: { description: 'Read-only access to all records.', permissions: [] },
  'Case officers': {
    description: 'Work on cases: update and close strikes, add reports and labels.',
    permissions: [
      'strike.add',
      'strike.change',
      'label.add',
      'label.change',
      'strikeLabel.add',
      'strikeLabel.change',
      'strikeLabel.delete',
    ],
  },
} as const;

/** Creates groups and users, passes the passwords to the start, and returns which user has the cases of which desk. */
export async function createUsers(
  tx: Transaction,
  { app, reportAccount }: SeedContext,
): Promise<ReadonlyMap<Desk, number>> {
  const context: AuditContext = {
    actor: { kind: 'command', name: 'seed' },
    correlationId: randomUUID(),
    ip: null,
    credential: null,
  };
  const available = new Set(app.permissions);
  const looking = app.models.all.filter(({ owner }) => owner === 'project').map(({ name }) => `${name}.view`);

  for (const [name, { description, permissions }] of Object.entries(groups)) {
    assertDone(await createGroup(tx, context, app.events, { name, description }));
    assertDone(await grantToGroup(tx, context, app.events, name, [...looking, ...permissions], available));
  }
  const ids = new Map<Desk, number>();
  for (const { email, displayName, role, group, desk } of people) {
    const password = generatePassword();
    const { id } = assertDone(await createUser(tx, context, app.events, { email, displayName, role, password }));
    if (group !== undefined) assertDone(await addToGroup(tx, context, app.events, group, id));
    if (desk !== undefined) ids.set(desk, id);
    reportAccount({ email, password, role });
  }
  return ids;
}

/** The created record; a seed must not continue after a rejection. */
function assertDone<Done extends object>(outcome: Outcome<Done>): { readonly outcome: 'done' } & Done {
  if (outcome.outcome === 'done') return outcome;
  throw new Error(`The seed could not create its users: ${JSON.stringify(outcome)}`);
}
