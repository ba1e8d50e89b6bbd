// The waiting room in a real browser: on a wide screen, on a phone, in dark mode, and with manual arrivals and calls.
import * as assert from 'uvu/assert';
import { sql } from '../../index.ts';
import { violations } from '../browser/violations.ts';
import { openBrowser } from '../support/browser.ts';
import { afterAllSuites, suite } from '../support/suite.ts';
import { openClinic, reception } from './seeded-clinic.ts';

const test = suite('the waiting room in a browser');
const clinic = await openClinic();
afterAllSuites(() => clinic.close());
await clinic.app.database.query(sql.unsafe`
  insert into invoice (number, patient_id, issued_on, due_on, status, total)
  select 'R-owed', patient_id, current_date - 60, current_date - 30, 'sent', 120.5
  from appointment
  where status = 'booked' and starts_at >= date_trunc('day', now() at time zone 'Europe/London') at time zone 'Europe/London'
  order by starts_at
  limit 1
`);
const browser = await openBrowser();

test('a patient arrives and is called, with two clicks', async () => {
  const { page, problems, open, signIn } = await browser.visit(clinic);
  await signIn(await clinic.account('staff', reception));
  await page.getByRole('link', { name: 'Waiting room' }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Waiting room' }).waitFor();
  const row = page.locator('tbody tr').first();
  const patient = (await row.getByRole('rowheader').innerText()).trim();
  await row.getByText('Owes £120.50').waitFor();
  await row.getByRole('button', { name: /^Mark as arrived/ }).click();
  await page.getByText(`${patient} has arrived.`).waitFor();
  assert.equal(await violations(page), []);
  await row.getByLabel(`Room for ${patient}`).fill('Gym');
  await row.getByRole('button', { name: /^Call/ }).click();
  await page.getByText(`${patient} was called to Gym.`).waitFor();
  await open('/admin');
  await page.getByText('Patients waiting').waitFor();
  assert.equal(problems, []);
});

for (const [name, options] of [
  ['on a phone', { phone: true }],
  ['in the dark', { dark: true }],
] as const) {
  test(`is accessible and fits the screen ${name}`, async () => {
    const { page, problems, open, signIn } = await browser.visit(clinic, options);
    await signIn(await clinic.account('staff', reception));
    await open('/admin/+waiting-room');
    assert.equal(await violations(page), []);
    const tooWide = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    assert.is(tooWide, 0);
    const arrived = await page
      .getByRole('button', { name: /^Mark as arrived/ })
      .first()
      .boundingBox();
    const { width = 0 } = page.viewportSize() ?? {};
    assert.ok(arrived && arrived.x + arrived.width <= width, 'the button needs no scrolling');
    assert.equal(problems, []);
  });
}
