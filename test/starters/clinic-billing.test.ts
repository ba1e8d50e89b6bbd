import * as assert from 'uvu/assert';
import { commandAuditContext, sql, z } from '../../index.ts';
import { lineTotal } from '../../starters/clinic/billing/amount.ts';
import { checks } from '../../starters/clinic/billing/checks.ts';
import { overdue, unsent } from '../../starters/clinic/billing/figures.ts';
import { errorAt, firstsOf, mainOf } from '../plugins/admin/page.ts';
import { runCheck } from '../support/run-tool.ts';
import { afterAllSuites, suite } from '../support/suite.ts';
import { openClinic, reception } from './seeded-clinic.ts';

const test = suite('the invoices of the starter clinic');
const clinic = await openClinic();
afterAllSuites(() => clinic.close());
const { app } = clinic;
const desk = await clinic.signInAs('staff', reception);

let invoices = 0;
/** The key of an invoice for one test alone. */
async function invoice(): Promise<string> {
  invoices += 1;
  return app.database.oneFirst(sql.type(z.object({ id: z.string() }))`
    insert into invoice (number, patient_id, due_on) values (${`T-test-${invoices}`}, 1, '2030-01-01') returning id
  `);
}

async function totalOf(id: string): Promise<string> {
  return app.database.oneFirst(
    sql.type(z.object({ total: z.string() }))`select total from invoice where id = ${id}::bigint`,
  );
}

async function lineOf(id: string): Promise<string> {
  return app.database.oneFirst(sql.type(z.object({ id: z.string() }))`
    select max(id) as id from invoice_line where invoice_id = ${id}::bigint
  `);
}

function addLine(id: string, fields: Record<string, string>) {
  return desk.submit('/admin/invoice-lines/+new', { invoice: id, treatment: 'CON20', quantity: '1', ...fields });
}

test('a total follows every change of lines: added, changed, moved, deleted', async () => {
  const [one, other] = [await invoice(), await invoice()];
  assert.is((await addLine(one, { price: '0.10' })).status, 303);
  assert.is((await addLine(one, { price: '0.20', quantity: '3' })).status, 303);
  assert.is(await totalOf(one), '0.70');

  const line = `/admin/invoice-lines/${await lineOf(one)}`;
  assert.is((await desk.submit(`${line}/+edit`, { quantity: '2' })).status, 303);
  assert.is(await totalOf(one), '0.50');
  assert.is((await desk.submit(`${line}/+edit`, { invoice: other })).status, 303);
  assert.equal([await totalOf(one), await totalOf(other)], ['0.10', '0.40']);
  assert.is((await desk.submit(`${line}/+delete`, {})).status, 303);
  assert.equal([await totalOf(one), await totalOf(other)], ['0.10', '0.00']);
});

test('lines added concurrently all count', async () => {
  const id = await invoice();
  const answers = await Promise.all(['1.00', '2.00', '3.00', '4.00'].map((price) => addLine(id, { price })));
  assert.equal(
    answers.map(({ status }) => status),
    [303, 303, 303, 303],
  );
  assert.is(await totalOf(id), '10.00');
});

test('totals cannot be entered', async () => {
  const id = await invoice();
  const page = `/admin/invoices/${id}/+edit`;
  assert.not.match((await desk.get(page)).text, 'name="total"');
  await desk.submit(page, { total: '999' });
  assert.is(await totalOf(id), '0.00');
});

test('an invalid amount is reported at its field', async () => {
  const id = await invoice();
  for (const price of ['-1', '1.234', 'ten', '100000.01', '1e3']) {
    const { status, text } = await addLine(id, { price });
    assert.is(status, 422, price);
    assert.ok(errorAt(text, 'price') !== '', price);
  }
  assert.is(await totalOf(id), '0.00');
});

test('the reception selects from the price list without viewing it', async () => {
  assert.is((await desk.get('/admin/treatments')).status, 403);
  assert.is((await desk.get('/admin/treatments/CON20')).status, 403);
  const { status, text } = await desk.get('/admin/invoice-lines/+options/treatment?q=physio');
  assert.is(status, 200);
  assert.equal(
    JSON.parse(text).options.map(({ value }: { value: string }) => value),
    ['PHY30', 'PHY45'],
  );
  assert.not.match(text, '55.00', 'prices are not part of it');
});

test('users who cannot see invoices see neither their pages nor their figures', async () => {
  const doctor = await clinic.signInAs('supervisor', ['patient.view', 'appointment.view']);
  for (const page of [
    '/admin/invoices',
    '/admin/invoices/1',
    '/admin/invoice-lines',
    '/admin/invoice-lines/+options/treatment',
  ]) {
    assert.is((await doctor.get(page)).status, 403, page);
  }
  assert.not.match(mainOf((await doctor.get('/admin')).text), 'Overdue (');
  assert.match(mainOf((await desk.get('/admin')).text), 'Overdue (');
});

test('the figures link to lists of the same number of invoices', async () => {
  const reader = { state: { locale: 'en', actor: commandAuditContext().actor } };
  const manager = await clinic.signInAs('administrator');
  const listed = async (url: string | undefined) => firstsOf((await manager.get(`${url}&size=200`)).text).length;
  const due = await overdue.load(reader, app);
  assert.is(due.label, `Overdue (${await listed(due.url)} invoices)`);
  const open = await unsent.load(reader, app);
  assert.is(Number(open.value), await listed(open.url));
});

test('`doctor` finds a total that was changed outside the application', async () => {
  const [check] = checks;
  assert.equal(await runCheck(check, app), { status: 'ok', message: 'All invoice totals match their lines.' });
  const id = await invoice();
  await app.database.query(sql.unsafe`update invoice set total = 1 where id = ${id}::bigint`);
  assert.is((await runCheck(check, app)).status, 'failed');
});

test('amounts are exact', () => {
  assert.is(lineTotal({ price: '0.10', quantity: 3 }), '0.30');
  assert.is(lineTotal({ price: '100000', quantity: 1000 }), '100000000.00');
  assert.is(lineTotal({ price: '0.05', quantity: 1 }), '0.05');
});

test('nothing unexpected was logged', () => {
  assert.equal(clinic.errors, []);
});
