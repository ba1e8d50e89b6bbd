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

interface DemoUser {
  readonly email: string;
  readonly displayName: string;
  readonly role: Role;
  /** Administrators need no group: they have all permissions. */
  readonly group: keyof typeof GROUPS | undefined;
}

/** The practice manager comes last, because the start shows the password of the last user. */
const USERS: readonly DemoUser[] = [
  { email: 'reception@clinic.example', displayName: 'Rita Front', role: 'staff', group: 'Reception' },
  { email: 'doctor@clinic.example', displayName: 'Dorothea Okoye', role: 'supervisor', group: 'Doctors' },
  { email: 'admin@clinic.example', displayName: 'Max Manager', role: 'administrator', group: undefined },
];

/** Neither group can view the price list; the reception can still select from it. */
const GROUPS = {
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

/** Creates groups and users, reports their passwords for the start to print, and returns the key of the doctor's account. */
export async function createUsers(tx: Transaction, { app, reportAccount }: SeedContext): Promise<number> {
  const context: AuditContext = {
    actor: { kind: 'command', name: 'seed' },
    correlationId: randomUUID(),
    ip: null,
    credential: null,
  };
  const available = new Set(app.permissions);
  for (const [name, { description, permissions }] of Object.entries(GROUPS)) {
    expectDone(await createGroup(tx, context, app, { name, description }));
    // The permissions of the waiting room do not exist if a project has removed the plugin.
    const granted = permissions.filter((permission) => available.has(permission));
    expectDone(await grantToGroup(tx, context, app, name, granted));
  }
  let doctorId: number | undefined;
  for (const { email, displayName, role, group } of USERS) {
    const password = generatePassword();
    const user = { email, displayName, role, password: await preparePassword(password) };
    const { id } = expectDone(await createUser(tx, context, app.events, user));
    if (group !== undefined) expectDone(await addToGroup(tx, context, app, group, id));
    if (group === 'Doctors') doctorId = id;
    reportAccount({ email, password, role });
  }
  if (doctorId === undefined) throw new TypeError('The seed has no doctor.');
  return doctorId;
}

/** Throws if the change was rejected, so that the transaction is rolled back. */
function expectDone<Done extends object>(outcome: Outcome<Done>): { readonly outcome: 'done' } & Done {
  if (outcome.outcome === 'done') return outcome;
  throw new Error(`The seed could not create its users: ${JSON.stringify(outcome)}`);
}
