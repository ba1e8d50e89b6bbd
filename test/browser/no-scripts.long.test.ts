// With JavaScript disabled: everything works, with less comfort.
import * as assert from 'uvu/assert';
import { PASSWORD } from '../support/app.ts';
import { openBrowser, type Visitor, visitAs } from '../support/browser.ts';
import { suite } from '../support/suite.ts';
import { answerTo } from './every-page.ts';
import { strikeDesk } from './strike-desk.ts';

const test = suite('without scripts');
const desk = await strikeDesk();
const browser = await openBrowser();
const email = await desk.account('administrator');

const visit = (expected: readonly number[] = []): Promise<Visitor> =>
  visitAs(desk, email, { scripts: false, expected });

test('a user signs in and out', async () => {
  const { page, problems, open } = await browser.visit(desk, { scripts: false, expected: [401] });
  await open('/admin/login');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(`not ${PASSWORD}`);
  assert.is(await answerTo(page, 'main form button'), 401);
  await page.getByLabel('Password').fill(PASSWORD);
  assert.is(await answerTo(page, 'main form button'), 200);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You have been signed out').waitFor();
  assert.equal(problems, []);
});

test('a list is filtered by ticking, by a range and by a typed key', async () => {
  const { page, problems, open } = await visit();
  await open('/admin/strikes');
  await page.locator('.filter summary', { hasText: 'State' }).click();
  await page.getByRole('checkbox', { name: 'Closed' }).check();
  await page.locator('.filter summary', { hasText: 'Date' }).click();
  await page.locator('[name="f.occurredOn.to"]').fill('2000-12-31');
  await page.locator('.filter summary', { hasText: 'Airport' }).click();
  await page.locator('#f-airport').fill('JFK');
  assert.is(await answerTo(page, '.filter details[open] .panel button'), 200);
  const texts = await page.locator('.table tbody tr').allInnerTexts();
  assert.ok(texts.length > 0);
  for (const text of texts)
    assert.match(text, /^(1990|1991|1992|1993|1994|1995|1996|1997|1998|1999|2000)-[\s\S]*JFK[\s\S]*Closed/);
  assert.equal(problems, []);
});

test('a relation accepts a key or a full name, and reports unknown text', async () => {
  const { page, problems, open } = await visit([422]);
  await open('/admin/strikes/9960/+edit');
  await page.getByLabel('Airport').fill('ORD');
  await page.getByLabel('Operator').fill('united airlines');
  await page.getByLabel('Case officer').fill('nobody@example.org');
  assert.is(await answerTo(page, '[data-save]'), 422);
  await page.getByRole('alert').getByText('nobody@example.org').waitFor();
  await page.getByLabel('Case officer').fill('officer@desk.example');
  assert.is(await answerTo(page, '[data-save]'), 200);
  await open('/admin/strikes/9960');
  const facts = await page.locator('.columns').innerText();
  assert.match(facts, /ORD · Chicago/);
  assert.match(facts, /United Airlines/);
  assert.match(facts, /officer@desk\.example/);
  assert.equal(problems, []);
});

test('if the text matches several rows, radio buttons offer the choice', async () => {
  const { page, problems, open } = await visit([422]);
  await open('/admin/strikes/9961/+edit');
  await page.getByLabel('Airport').fill('kennedy');
  assert.is(await answerTo(page, '[data-save]'), 422);
  assert.is(await page.locator('[type=radio][name=airport]').count(), 2);
  await page.getByRole('radio', { name: /^JFK/ }).check();
  assert.is(await answerTo(page, '[data-save]'), 200);
  await open('/admin/strikes/9961');
  assert.match(await page.locator('.columns').innerText(), /JFK · John F Kennedy/);
  assert.equal(problems, []);
});

test('labels are removed with their check boxes and added by name', async () => {
  const { page, problems, open } = await visit();
  await open('/admin/strikes/9950/+edit');
  await page.locator('#f-labels').fill('Night');
  assert.is(await answerTo(page, '[name="~then"][value=stay]'), 200);
  await page.locator('#f-labels').fill('Costly');
  await page.getByRole('checkbox', { name: 'Night' }).uncheck();
  assert.is(await answerTo(page, '[name="~then"][value=stay]'), 200);
  assert.ok(await page.getByRole('checkbox', { name: 'Costly' }).isChecked());
  assert.is(await page.getByRole('checkbox', { name: 'Night' }).count(), 0);
  assert.equal(problems, []);
});

test('a record is deleted after confirmation', async () => {
  const { page, problems, open } = await visit([404]);
  await open('/admin/routes/ATL,LAX');
  await page.getByRole('link', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('status').getByText('was deleted').waitFor();
  assert.is(await open('/admin/routes/ATL,LAX'), 404);
  assert.equal(problems, []);
});
