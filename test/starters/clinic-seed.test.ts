import * as assert from 'uvu/assert';
import { openDatabase } from '../../core/database/pool.ts';
import { sql, z } from '../../index.ts';
import { generateAppointments } from '../../starters/clinic/seed/appointments.ts';
import { generateInvoices } from '../../starters/clinic/seed/invoices.ts';
import { generatePatients } from '../../starters/clinic/seed/patients.ts';
import { practitioners } from '../../starters/clinic/seed/practitioners.ts';
import { treatments } from '../../starters/clinic/seed/treatments.ts';
import { testDatabase } from '../support/database.ts';
import { afterAllSuites, suite } from '../support/suite.ts';
import { seedInto } from './seeded-clinic.ts';

const test = suite('the seeded clinic');
const { url, drop } = await testDatabase();
afterAllSuites(drop);
const people = await seedInto(url);
const database = await openDatabase(url);
afterAllSuites(() => database.close());

const counted = z.object({ rows: z.number() });

async function rowsOf(table: string): Promise<number> {
  const { rows } = await database.one(
    sql.type(counted)`select count(*)::integer as rows from ${sql.identifier([table])}`,
  );
  return rows;
}

test('it has as many rows as its README states', async () => {
  assert.is(await rowsOf('patient'), 200);
  assert.is(await rowsOf('appointment'), 2_000);
  assert.is(await rowsOf('invoice'), 600);
  const lines = await rowsOf('invoice_line');
  assert.ok(lines > 1_200 && lines < 1_600, String(lines));
});

test('three users in three roles, the practice manager last, with only hashes of their passwords', async () => {
  assert.equal(
    people.map(({ email, role }) => `${email} ${role}`),
    ['reception@clinic.example staff', 'doctor@clinic.example supervisor', 'admin@clinic.example administrator'],
  );
  const hashes = await database.anyFirst(sql.type(z.object({ hash: z.string() }))`
    select password_hash as hash from rustio_user
  `);
  assert.is(hashes.length, 3);
  for (const hash of hashes) assert.match(hash, /^\$argon2id\$/);
});

test('every invoice is the sum of its lines, to the penny', async () => {
  const wrong = await database.anyFirst(sql.type(z.object({ number: z.string() }))`
    select number
    from invoice
    where total <> (select sum(quantity * price) from invoice_line where invoice_id = invoice.id)
  `);
  assert.equal(wrong, []);
});

test('there are patients on the day of the first start', async () => {
  const { rows } = await database.one(sql.type(counted)`
    select count(*)::integer as rows
    from appointment
    where status = 'booked' and (starts_at at time zone 'UTC')::date = (now() at time zone 'UTC')::date
  `);
  assert.ok(rows >= 15, String(rows));
});

test('the doctor who signs in is one of the practitioners', async () => {
  const names = await database.anyFirst(sql.type(z.object({ name: z.string() }))`
    select practitioner.name
    from practitioner
    join rustio_user on rustio_user.id = practitioner.account_id
    where rustio_user.email = 'doctor@clinic.example'
  `);
  assert.equal(names, ['Dr Dorothea Okoye']);
});

test('the next record gets the next number', async () => {
  const id = await database.oneFirst(sql.type(z.object({ id: z.string() }))`
    insert into invoice (number, patient_id, due_on) values ('R-test-1', 1, '2030-01-01') returning id
  `);
  await database.query(sql.unsafe`delete from invoice where id = ${id}::bigint`);
  assert.is(id, '601');
});

test('the same day produces the same clinic, another day the same clinic around that day', () => {
  const seedFor = (today: string) => {
    const appointments = generateAppointments(today, generatePatients(), practitioners);
    return { appointments, ...generateInvoices(today, appointments, treatments) };
  };
  assert.equal(seedFor('2026-11-20'), seedFor('2026-11-20'));
  const [one, other] = [seedFor('2026-11-20'), seedFor('2026-11-21')];
  assert.not.equal(one, other);
  assert.equal(
    one.appointments.map(({ patient, practitioner, status }) => [patient, practitioner, status]),
    other.appointments.map(({ patient, practitioner, status }) => [patient, practitioner, status]),
  );
});

test('numbers and addresses are from reserved ranges, so nobody can be mistaken for a real person', () => {
  for (const { phone, email } of generatePatients()) {
    if (phone != null) assert.match(phone, /^\+442079460\d{3}$/);
    if (email != null) assert.match(email, /@patients\.example$/);
  }
});
