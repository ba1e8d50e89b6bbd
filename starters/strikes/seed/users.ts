import { randomUUID } from 'node:crypto';
import {
  type AuditContext,
  addToGroup,
  createGroup,
  createUser,
  generatePassword,
  grantToGroup,
  type Outcome,
  preparePassword,
  type Role,
  type SeedContext,
  type Transaction,
} from 'rustio-admin';
import type { Desk } from './casework.ts';

interface DemoUser {
  readonly email: string;
  readonly displayName: string;
  readonly role: Role;
  /** Administrators need no group: they have all permissions. */
  readonly group: keyof typeof GROUPS | undefined;
  /** The desk whose cases are assigned to this user. */
  readonly desk: Desk | undefined;
}

/** The head of the desk comes last, because the start shows the password of the last user. */
const USERS: readonly DemoUser[] = [
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

/** The permissions of each group, in addition to viewing every model of the project. */
const GROUPS = {
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

/** Creates groups and users, reports their passwords for the start to print, and returns the user's key for each desk. */
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
  const viewPermissions = app.models.all.filter(({ owner }) => owner === 'project').map(({ name }) => `${name}.view`);
  for (const [name, { description, permissions }] of Object.entries(GROUPS)) {
    expectDone(await createGroup(tx, context, app, { name, description }));
    const granted = [...viewPermissions, ...permissions];
    expectDone(await grantToGroup(tx, context, app, name, granted));
  }
  const officers = new Map<Desk, number>();
  for (const { email, displayName, role, group, desk } of USERS) {
    const password = generatePassword();
    const user = { email, displayName, role, password: await preparePassword(password) };
    const { id } = expectDone(await createUser(tx, context, app.events, user));
    if (group !== undefined) expectDone(await addToGroup(tx, context, app, group, id));
    if (desk !== undefined) officers.set(desk, id);
    reportAccount({ email, password, role });
  }
  return officers;
}

/** Throws if the change was rejected, so that the transaction is rolled back. */
function expectDone<Done extends object>(outcome: Outcome<Done>): { readonly outcome: 'done' } & Done {
  if (outcome.outcome === 'done') return outcome;
  throw new Error(`The seed could not create its users: ${JSON.stringify(outcome)}`);
}
