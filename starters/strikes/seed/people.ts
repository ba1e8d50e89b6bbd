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

/** The people of the demonstration, the head of the desk last: the start shows the last one's password. */
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
  /** An administrator needs none: he may do everything. */
  readonly group: string | undefined;
  /** Whose cases are his. */
  readonly desk: Desk | undefined;
}

/** What each group may do beyond looking at everything. */
const groups = {
  Analysts: { description: 'Look at everything, change nothing.', permissions: [] },
  'Case officers': {
    description: 'Handle strikes: take and close cases, add reports, put labels on them.',
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

/** Makes groups and people, hands the passwords to the start, and says whose the cases of which desk are. */
export async function makePeople(tx: Transaction, { app, introduce }: SeedContext): Promise<ReadonlyMap<Desk, number>> {
  const context: AuditContext = {
    actor: { kind: 'command', name: 'seed' },
    correlationId: randomUUID(),
    ip: null,
    credential: null,
  };
  const known = new Set(app.permissions);
  const looking = app.models.all.filter(({ owner }) => owner === 'project').map(({ name }) => `${name}.view`);

  for (const [name, { description, permissions }] of Object.entries(groups)) {
    must(await createGroup(tx, context, app.events, { name, description }));
    must(await grantToGroup(tx, context, app.events, name, [...looking, ...permissions], known));
  }
  const ids = new Map<Desk, number>();
  for (const { email, displayName, role, group, desk } of people) {
    const password = generatePassword();
    const { id } = must(await createUser(tx, context, app.events, { email, displayName, role, password }));
    if (group !== undefined) must(await addToGroup(tx, context, app.events, group, id));
    if (desk !== undefined) ids.set(desk, id);
    introduce({ email, password, role });
  }
  return ids;
}

/** What was made; a seed that is refused anything must not go on. */
function must<Done extends object>(outcome: Outcome<Done>): { readonly outcome: 'done' } & Done {
  if (outcome.outcome === 'done') return outcome;
  throw new Error(`The seed could not make its people: ${JSON.stringify(outcome)}`);
}
