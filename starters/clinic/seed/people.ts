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
  /** An administrator needs none: he may do everything. */
  readonly group: keyof typeof groups | undefined;
}

/** The people of the demonstration, the practice manager last: the start shows the last one's password. */
const people: readonly Person[] = [
  { email: 'reception@clinic.example', displayName: 'Rita Front', role: 'staff', group: 'Reception' },
  { email: 'doctor@clinic.example', displayName: 'Dorothea Okoye', role: 'supervisor', group: 'Doctors' },
  { email: 'admin@clinic.example', displayName: 'Max Manager', role: 'administrator', group: undefined },
];

/** What each group may do. Neither has the price list to look through; the reception picks from it all the same. */
const groups = {
  Reception: {
    description: 'Appointments, the waiting room, invoices.',
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
    description: 'Patients and their appointments; no money.',
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

/** Makes groups and people, hands the passwords to the start, and gives the key of the doctor's account. */
export async function makePeople(tx: Transaction, { app, introduce }: SeedContext): Promise<number> {
  const context: AuditContext = {
    actor: { kind: 'command', name: 'seed' },
    correlationId: randomUUID(),
    ip: null,
    credential: null,
  };
  // A project without the waiting room has no permissions of it, and the seed gives none.
  const known = new Set(app.permissions);
  for (const [name, { description, permissions }] of Object.entries(groups)) {
    must(await createGroup(tx, context, app.events, { name, description }));
    const given = permissions.filter((permission) => known.has(permission));
    must(await grantToGroup(tx, context, app.events, name, given, known));
  }
  let doctor: number | undefined;
  for (const { email, displayName, role, group } of people) {
    const password = generatePassword();
    const { id } = must(await createUser(tx, context, app.events, { email, displayName, role, password }));
    if (group !== undefined) must(await addToGroup(tx, context, app.events, group, id));
    if (group === 'Doctors') doctor = id;
    introduce({ email, password, role });
  }
  if (doctor === undefined) throw new TypeError('The seed has no doctor.');
  return doctor;
}

/** What was made; a seed that is refused anything must not go on. */
function must<Done extends object>(outcome: Outcome<Done>): { readonly outcome: 'done' } & Done {
  if (outcome.outcome === 'done') return outcome;
  throw new Error(`The seed could not make its people: ${JSON.stringify(outcome)}`);
}
