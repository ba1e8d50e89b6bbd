import * as assert from 'uvu/assert';
import { commandAuditContext, type Figure, jobActor, sql, z } from '../../index.ts';
import { checks } from '../../starters/clinic/waiting-room/checks.ts';
import { commands } from '../../starters/clinic/waiting-room/commands.ts';
import { ownDay, waiting } from '../../starters/clinic/waiting-room/widgets.ts';
import { noticesOf, rowsOf, textOf } from '../plugins/admin/page.ts';
import { type Client, formTokenOf } from '../support/client.ts';
import { runCheck, runCommand } from '../support/run-tool.ts';
import { afterAllSuites, suite } from '../support/suite.ts';
import { openClinic, reception } from './seeded-clinic.ts';

const test = suite('the waiting room of the clinic');
const clinic = await openClinic();
afterAllSuites(() => clinic.close());
const { app } = clinic;
const desk = await clinic.signInAs('staff', reception);
const address = '/admin/+waiting-room';
/** What the waiting room shows is read with the user's permissions. */
const day = ['waiting-room.view', 'appointment.view', 'practitioner.view'];

interface Seat {
  readonly appointment: string;
  readonly patient: string;
  readonly patientId: string;
}

/** The last minute that was used: each appointment has its own. */
let minute = 0;
/** A new patient with an appointment today, for one test. */
async function bookedNow(): Promise<Seat> {
  minute += 1;
  return app.database.one(sql.type(z.object({ appointment: z.string(), patient: z.string(), patientId: z.string() }))`
    with patient as (
      insert into patient (name, born_on) values (${`Test Patient ${minute}`}, '1980-01-01') returning id, name
    ), appointment as (
      insert into appointment (patient_id, practitioner_id, starts_at)
      select
        id, 1,
        date_trunc('day', now() at time zone 'Europe/London') at time zone 'Europe/London' + ${minute} * interval '1 minute'
      from patient
      returning id
    )
    select appointment.id as appointment, patient.name as patient, patient.id as "patientId" from appointment, patient
  `);
}

/** The row of a patient in the page of today. */
async function seen(client: Client, { patient }: Seat): Promise<readonly string[]> {
  const { text, status } = await client.get(address);
  assert.is(status, 200);
  return rowsOf(text).find((cells) => cells[1] === patient) ?? [];
}

function send(client: Client, verb: 'arrived' | 'called', fields: Record<string, string>) {
  return client.submit(address, { room: null, ...fields }, `${address}/${verb}`);
}

test('a patient booked for today arrives and is called, and the page shows it', async () => {
  const seat = await bookedNow();
  assert.is((await seen(desk, seat))[2], 'Expected');

  const arrived = await send(desk, 'arrived', { appointment: seat.appointment });
  assert.is(arrived.status, 303);
  assert.is(arrived.location, address);
  const page = (await desk.get(address)).text;
  assert.equal(noticesOf(page), [`${seat.patient} has arrived.`]);
  assert.is((await seen(desk, seat))[2], 'Waiting 0 minutes');

  assert.is((await send(desk, 'called', { appointment: seat.appointment, room: '7' })).status, 303);
  assert.is((await seen(desk, seat))[2], 'Called to 7');
});

test('invalid requests are rejected with a message, and change nothing', async () => {
  const seat = await bookedNow();
  const { appointment } = seat;
  const soon = await bookedNow();
  await send(desk, 'arrived', { appointment: soon.appointment });

  const early = await send(desk, 'called', { appointment, room: '7' });
  assert.is(early.status, 422);
  assert.equal(noticesOf(early.text), [`${seat.patient} has not arrived yet.`]);
  await send(desk, 'arrived', { appointment });
  const repeated = await send(desk, 'arrived', { appointment });
  assert.is(repeated.status, 422);
  assert.equal(noticesOf(repeated.text), [`${seat.patient} has already arrived.`]);
  for (const room of ['', ' ', 'x'.repeat(21)]) {
    assert.is((await send(desk, 'called', { appointment, room })).status, 422, JSON.stringify(room));
  }
  for (const wrong of ['', '0', '-1', 'x', "1' or '1", '99999999999999999999', '1']) {
    const answer = await send(desk, 'arrived', { appointment: wrong });
    assert.is(answer.status, 422, wrong);
    assert.equal(noticesOf(answer.text), ['This appointment is not booked for today.']);
  }
  assert.is((await seen(desk, seat))[2], 'Waiting 0 minutes');
});

test('two simultaneous clicks record one arrival', async () => {
  const { appointment, patientId } = await bookedNow();
  const answers = await Promise.all([1, 2, 3].map(() => send(desk, 'arrived', { appointment })));
  assert.equal(answers.map(({ status }) => status).sort(), [303, 422, 422]);
  assert.equal(await eventsOf(patientId), ['patient_arrived']);
});

test('users who can only view have no buttons, and their forged requests are rejected', async () => {
  const { appointment } = await bookedNow();
  const doctor = await clinic.signInAs('supervisor', [...day, 'patient.view']);
  const { text } = await doctor.get(address);
  assert.ok(rowsOf(text).length > 0);
  assert.not.match(text, 'waiting-room/arrived');
  const token = formTokenOf(text);
  assert.is((await doctor.post(`${address}/arrived`, { appointment, '~token': token })).status, 403);
});

test('without the permission, the page is forbidden and nothing links to it', async () => {
  const stranger = await clinic.signInAs('staff', ['appointment.view']);
  assert.is((await stranger.get(address)).status, 403);
  assert.not.match((await stranger.get('/admin')).text, address);
  assert.match((await desk.get('/admin')).text, address);
});

test('a form without its token is rejected', async () => {
  const { appointment } = await bookedNow();
  assert.is((await desk.post(`${address}/arrived`, { appointment })).status, 403);
  assert.is((await clinic.client().post(`${address}/arrived`, { appointment })).status, 303, 'to the sign-in page');
});

test("arrivals and calls are recorded in the audit trail and in the patient's history", async () => {
  const { appointment, patientId } = await bookedNow();
  await send(desk, 'arrived', { appointment });
  await send(desk, 'called', { appointment, room: 'Gym' });
  assert.equal(await eventsOf(patientId), ['patient_called', 'patient_arrived']);
  const auditor = await clinic.signInAs('supervisor', ['audit.view', 'patient.view']);
  const trail = textOf((await auditor.get('/admin/audit?event=patient_called')).text);
  assert.match(trail, 'Patient called');
  assert.match(trail, 'Gym');
});

test('a visit is deleted with its appointment', async () => {
  const { appointment } = await bookedNow();
  await send(desk, 'arrived', { appointment });
  const visits = () =>
    app.database.exists(sql.unsafe`select from waiting_visit where appointment_id = ${appointment}::bigint`);
  assert.is(await visits(), true);
  const page = `/admin/appointments/${appointment}/+delete`;
  assert.is((await desk.submit(page, {})).status, 303);
  assert.is(await visits(), false);
});

test('visits are a read-only list', async () => {
  const { appointment } = await bookedNow();
  await send(desk, 'arrived', { appointment });
  const reader = await clinic.signInAs('staff', ['visit.view', 'visit.add', 'visit.change', 'appointment.view']);
  assert.is((await reader.get(`/admin/visits/${appointment}`)).status, 200);
  assert.is((await reader.get(`/admin/visits/${appointment}/+edit`)).status, 403);
  assert.is((await reader.get('/admin/visits/+new')).status, 403);
});

test('users who can see invoices see who owes money; others do not', async () => {
  const seat = await bookedNow();
  await app.database.query(sql.unsafe`
    insert into invoice (number, patient_id, issued_on, due_on, status, total)
    values ('R-owed-1', ${seat.patientId}::bigint, current_date - 60, current_date - 30, 'sent', 120.50),
      ('R-owed-2', ${seat.patientId}::bigint, current_date - 60, current_date - 30, 'paid', 99),
      ('R-owed-3', ${seat.patientId}::bigint, current_date, current_date + 30, 'sent', 45)
  `);
  assert.is((await seen(desk, seat)).at(-1), 'Owes £120.50');
  const doctor = await clinic.signInAs('supervisor', [...day, 'patient.view']);
  assert.is((await seen(doctor, seat)).at(-1), '');
});

test('the dashboard shows how many are waiting, in red if one has waited too long', async () => {
  const { appointment } = await bookedNow();
  await send(desk, 'arrived', { appointment });
  const { actor } = commandAuditContext();
  const load = (): Promise<Figure> =>
    waiting.load({ state: { t: app.messages.translate('en'), locale: 'en', actor } }, app);
  const before = await load();
  assert.ok(Number(before.value) >= 1);
  assert.is(before.tone, 'warn');
  await app.database.query(sql.unsafe`
    update waiting_visit
    set arrived_at = greatest(
      now() - interval '25 minutes', date_trunc('day', now() at time zone 'Europe/London') at time zone 'Europe/London'
    )
    where appointment_id = ${appointment}::bigint
  `);
  // Shortly after midnight nobody can have waited that long.
  const [{ early } = { early: false }] = await app.database.any(sql.type(z.object({ early: z.boolean() }))`
    select (now() at time zone 'Europe/London')::time < '00:25' as early
  `);
  assert.is((await load()).tone, early ? 'warn' : 'bad');
});

test('doctors find only their own patients of today on the dashboard', async () => {
  const seat = await bookedNow();
  const { id } = await app.database.one(sql.type(z.object({ id: z.coerce.number() }))`
    select id from rustio_user where email = 'doctor@clinic.example'
  `);
  const person = {
    kind: 'user',
    name: 'd',
    displayName: null,
    role: 'supervisor',
    permissions: new Set([...day, 'patient.view']),
  } as const;
  const t = app.messages.translate('en');
  const own = await ownDay.load({ state: { t, actor: { ...person, id } } }, app);
  assert.ok(own.rows.some(([, patient]) => patient?.text === seat.patient));
  const { count } = await app.database.one(sql.type(z.object({ count: z.coerce.number() }))`
    select count(*)
    from appointment
    where practitioner_id = 1 and status = 'booked'
      and (starts_at at time zone 'Europe/London')::date = (now() at time zone 'Europe/London')::date
  `);
  assert.is(own.rows.length, count);
  const nobody = await ownDay.load({ state: { t, actor: { ...person, id: 0 } } }, app);
  assert.equal(nobody.rows, []);
  const blind = await ownDay.load({ state: { t, actor: { ...person, id, permissions: new Set(day) } } }, app);
  assert.ok(blind.rows.some(([, patient]) => patient?.text === `Patient ${seat.patientId}` && !patient.url));
  assert.not.match(JSON.stringify(blind), seat.patient);
});

test('users who cannot see appointments see no patients, on the page and in figures', async () => {
  const seat = await bookedNow();
  await send(desk, 'arrived', { appointment: seat.appointment });
  const guest = await clinic.signInAs('staff', ['waiting-room.view', 'waiting-room.run', 'patient.view']);
  assert.equal(rowsOf((await guest.get(address)).text), []);
  const actor = jobActor('guest', ['waiting-room.view']);
  const figure = await waiting.load({ state: { t: app.messages.translate('en'), locale: 'en', actor } }, app);
  assert.is(figure.value, '0');
});

test('users who cannot see patients see numbers instead of names, on the page, in messages and in rejections', async () => {
  const seat = await bookedNow();
  const { appointment } = seat;
  const number = `Patient ${seat.patientId}`;
  const porter = await clinic.signInAs('staff', [...day, 'waiting-room.run']);
  const page = async () => {
    const { text } = await porter.get(address);
    assert.ok(rowsOf(text).some((cells) => cells[1] === number));
    assert.not.match(text, 'Test Patient');
    assert.not.match(text, '/admin/patients/');
    return text;
  };
  await page();
  const early = await send(porter, 'called', { appointment, room: '7' });
  assert.equal(noticesOf(early.text), [`${number} has not arrived yet.`]);
  assert.is((await send(porter, 'arrived', { appointment })).status, 303);
  assert.equal(noticesOf(await page()), [`${number} has arrived.`]);
  assert.match((await desk.get(address)).text, seat.patient);
});

test('`doctor` reports forgotten visits, and the command closes old ones', async () => {
  const { appointment } = await bookedNow();
  await send(desk, 'arrived', { appointment });
  const [check] = checks;
  assert.is((await runCheck(check, app)).status, 'ok');
  await app.database.query(sql.unsafe`
    update waiting_visit set arrived_at = now() - interval '2 days' where appointment_id = ${appointment}::bigint
  `);
  const result = await runCheck(check, app);
  assert.is(result.status, 'warning');
  assert.match(result.message, '1 patient from an earlier day');

  assert.ok((await run('waiting-room list')).some((line) => line.includes('Test Patient')));
  assert.equal(await run('waiting-room clear'), ['Cleared 1 visit from an earlier day.']);
  assert.equal(await run('waiting-room clear'), ['There are no visits to clear.']);
  assert.is((await runCheck(check, app)).status, 'ok');

  function run(name: string): Promise<readonly string[]> {
    return runCommand(
      commands.find((each) => each.name === name),
      app,
    );
  }
});

test('nothing unexpected was logged', () => {
  assert.equal(clinic.errors, []);
});

/** The patient's events in their history, the newest first. */
async function eventsOf(patientId: string): Promise<readonly string[]> {
  return app.database.anyFirst(sql.type(z.object({ event: z.string() }))`
    select event from rustio_audit where subject_model = 'patient' and subject_key = ${patientId} order by id desc
  `);
}
