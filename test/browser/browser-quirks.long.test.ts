// What browsers do to forms: leaving, going back, double clicks, a slow or failing server.
import type { Page, Route } from 'playwright-core';
import * as assert from 'uvu/assert';
import { type Visitor, visitAs } from '../support/browser.ts';
import { suite } from '../support/suite.ts';
import { answerTo } from './every-page.ts';
import { strikeDesk } from './strike-desk.ts';

const test = suite('forms in a browser');
const desk = await strikeDesk();
const email = await desk.account('administrator');

const visit = (expected: readonly number[] = []): Promise<Visitor> => visitAs(desk, email, { expected });

test('leaving a form with changes asks for confirmation; leaving one without changes does not', async () => {
  const { page, open } = await visit();
  const questions: string[] = [];
  page.on('dialog', (dialog) => {
    questions.push(dialog.type());
    void (questions.length === 1 ? dialog.dismiss() : dialog.accept());
  });
  await open('/admin/strikes/9900/+edit');
  await page.getByRole('link', { name: 'Cancel' }).click();
  await page.waitForURL('**/strikes/9900');
  assert.equal(questions, []);

  await open('/admin/strikes/9900/+edit');
  await page.getByLabel('Notes').fill('Not to be lost.');
  const requested = page.waitForEvent('dialog');
  await page.getByRole('link', { name: 'Cancel' }).click();
  await requested;
  assert.is(await page.getByLabel('Notes').inputValue(), 'Not to be lost.');
  await page.getByRole('link', { name: 'Cancel' }).click();
  await page.waitForURL('**/strikes/9900');
  assert.equal(questions, ['beforeunload', 'beforeunload']);
});

test('reverted input does not count as a change, and saving does not ask for confirmation', async () => {
  const { page, open, problems } = await visit();
  let requests = 0;
  page.on('dialog', (dialog) => {
    requests += 1;
    void dialog.accept();
  });
  await open('/admin/strikes/9901/+edit');
  const notes = page.getByLabel('Notes');
  await notes.pressSequentially('x');
  await notes.press('Backspace');
  await page.getByRole('link', { name: 'Cancel' }).click();
  await page.waitForURL('**/strikes/9901');
  await open('/admin/strikes/9901/+edit');
  await notes.fill('Kept.');
  assert.is(await answerTo(page, '[data-save]'), 200);
  assert.is(requests, 0);
  assert.equal(problems, []);
});

test('going back after a save loads the current form, so saving again is not a conflict', async () => {
  const { page, open, problems } = await visit();
  await open('/admin/labels/+new');
  await page.getByLabel('Name').fill('Runway closed');
  assert.is(await answerTo(page, '[name="~then"][value=stay]'), 200);
  const address = page.url();
  await page.getByLabel('Meaning').fill('First.');
  assert.is(await answerTo(page, '[data-save]'), 200);

  await page.goBack();
  assert.is(page.url(), address);
  assert.is(await page.getByLabel('Meaning').inputValue(), 'First.');
  await page.getByLabel('Meaning').fill('Second.');
  assert.is(await answerTo(page, '[data-save]'), 200);
  await page.getByText('Second.').waitFor();
  await open('/admin/labels?q=Runway');
  assert.is(await page.locator('.table tbody tr').count(), 1);
  assert.equal(problems, []);
});

test('two quick clicks on Save submit the form once', async () => {
  const { page, open, problems } = await visit();
  await open('/admin/labels/+new');
  await page.getByLabel('Name').fill('Fence open');
  let posts = 0;
  page.on('request', (request) => {
    if (request.method() === 'POST') posts += 1;
  });
  await page.locator('[data-save]').dblclick();
  await page.waitForURL('**/labels');
  assert.is(posts, 1);
  assert.equal(problems, []);
});

test('a combobox reports a failed request, keeps the input, and works on the next attempt', async () => {
  const { page, open, problems } = await visit([500]);
  await open('/admin/strikes/9902/+edit');
  const box = page.getByRole('combobox', { name: 'Airport' });
  const chosen = await box.inputValue();
  await page.route('**/+options/airport**', (route) => route.fulfill({ status: 500, body: 'no' }));
  await box.fill('chicago');
  await page.getByText('The list could not be loaded', { exact: false }).first().waitFor();
  await box.press('Tab');
  assert.is(await box.inputValue(), 'chicago');

  await page.unroute('**/+options/airport**');
  await box.fill('chicag');
  await page.locator('[role=option]').locator('visible=true').first().waitFor();
  await box.press('Escape');
  assert.is(await box.inputValue(), chosen);
  assert.equal(problems, []);
});

test('a slow response to an earlier query never replaces the response to a later one', async () => {
  const { page, open, problems } = await visit();
  await open('/admin/strikes/9903/+edit');
  const box = page.getByRole('combobox', { name: 'Airport' });
  const held: Route[] = [];
  const first = new Promise<void>((resolve) => {
    void page.route('**/+options/airport?q=bos', (route) => {
      held.push(route);
      resolve();
    });
  });
  await box.fill('bos');
  await first;
  await box.fill('denver');
  await page.getByRole('option', { name: /DEN/ }).first().waitFor();
  await held[0]?.fulfill({ json: { options: [{ value: 'BOS', label: 'too late' }], more: false } }).catch(() => {});
  await settled(page);
  assert.is(await page.getByRole('option', { name: 'too late' }).count(), 0);
  await box.press('Enter');
  assert.match(await box.inputValue(), /Denver/);
  assert.equal(problems, []);
});

test('an emptied combobox means no row; Tab selects the highlighted row', async () => {
  const { page, open, problems } = await visit();
  await open('/admin/strikes/9904/+edit');
  const key = page.locator('input[type=hidden][name=officer]');
  const box = page.getByRole('combobox', { name: 'Case officer' });
  await box.fill('analyst');
  await page.getByRole('option', { name: 'analyst@desk.example' }).waitFor();
  await box.press('Tab');
  assert.is(await box.inputValue(), 'analyst@desk.example');
  assert.match(await key.inputValue(), /^\d+$/);
  await box.fill('');
  await box.press('Tab');
  assert.is(await key.inputValue(), '');
  assert.equal(problems, []);
});

test('text without a selection is never dropped: a key is accepted, other text is reported at the field', async () => {
  const { page, open, problems } = await visit([422]);
  await open('/admin/strikes/9905/+edit');
  const box = page.getByRole('combobox', { name: 'Airport' });
  await box.fill('zzzz');
  await page.locator('[data-save]').click();
  await page.getByText('No airport matches', { exact: false }).first().waitFor();
  const again = page.getByRole('combobox', { name: 'Airport' });
  await again.fill('DEN');
  await page.locator('button[value=stay]').click();
  await page.getByText('was saved', { exact: false }).waitFor();
  assert.match(await page.getByRole('combobox', { name: 'Airport' }).inputValue(), /^DEN/);
  assert.equal(problems, []);
});

/** After two frames the effects of a response are drawn. */
function settled(page: Page): Promise<void> {
  return page.evaluate<void>('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))');
}
