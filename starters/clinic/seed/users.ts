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

interface Person {
  readonly email: string;
  readonly displayName: string;
  readonly role: Role;
  /** An administrator needs none: they have every permission. */
  readonly group: keyof typeof groups | undefined;
}

/** The demo users, the practice manager last: the start shows the last one's password. */
const people: readonly Person[] = [
  { email: 'reception@clinic.example', displayName: 'Rita Front', role: 'staff', group: 'Reception' },
  { email: 'doctor@clinic.example', displayName: 'Dorothea Okoye', role: 'supervisor', group: 'Doctors' },
  { email: 'admin@clinic.example', displayName: 'Max Manager', role: 'administrator', group: undefined },
];

/** The permissions of each group. Neither can view the price list; the reception can still select from it. */
const groups = {
  Reception: {
    description: 'Appointments, waiting room and invoices.',
    permissions: [
      ...['view', 'add', 'change'].flatMap((verb) => [
        `patient.${verb}`,
        `appointment.${verb}`,
        `invoice.${verb}`,
        `invoiceLine.${verb}`,
      ]),
      'appointment.delete',
      'invoiceLine.delete',
      'practitioner.view',
      'visit.view',
      'waiting-room.view',
      'waiting-room.run',
    ],
  },
  Doctors: {
    description: 'Patients and appointments, without invoices.',
    permissions: [
      'patient.view',
      'patient.change',
      'appointment.view',
      'appointment.change',
      'practitioner.view',
      'visit.view',
      'waiting-room.view',
    ],
  },
} as const;

/** Creates groups and users, passes the passwords to the start, and returns the key of the doctor's account. */
export async function createUsers(tx: Transaction, { app, reportAccount }: SeedContext): Promise<number> {
  const context: AuditContext = {
    actor: { kind: 'command', name: 'seed' },
    correlationId: randomUUID(),
    ip: null,
    credential: null,
  };
  // A project without the waiting room has no permissions for it, and the seed grants none.
  const available = new Set(app.permissions);
  for (const [name, { description, permissions }] of Object.entries(groups)) {
    assertDone(await createGroup(tx, context, app.events, { name, description }));
    const granted = permissions.filter((permission) => available.has(permission));
    assertDone(await grantToGroup(tx, context, app.events, name, granted, available));
  }
  let doctor: number | undefined;
  for (const { email, displayName, role, group } of people) {
    const password = generatePassword();
    const { id } = assertDone(await createUser(tx, context, app.events, { email, displayName, role, password }));
    if (group !== undefined) assertDone(await addToGroup(tx, context, app.events, group, id));
    if (group === 'Doctors') doctor = id;
    reportAccount({ email, password, role });
  }
  if (doctor === undefined) throw new TypeError('The seed has no doctor.');
  return doctor;
}

/** The created record; a seed must not continue after a rejection. */
function assertDone<Done extends object>(outcome: Outcome<Done>): { readonly outcome: 'done' } & Done {
  if (outcome.outcome === 'done') return outcome;
  throw new Error(`The seed could not create its users: ${JSON.stringify(outcome)}`);
}
