// timeout: 120
// A row that is missing while a form is filled in: added in another tab, chosen by itself.
import * as assert from 'uvu/assert';
import { everything, openDesk, run } from '../plugins/admin/desk.ts';
import { openBrowser } from '../support/browser.ts';
import { afterAllSuites, suite } from '../support/suite.ts';

const test = suite('create in place, in a browser');
const desk = await openDesk();
afterAllSuites(() => desk.close());
const browser = await openBrowser();

test('the form takes the new row by itself, what was typed stays, and other forms keep still', async () => {
  const { page, complaints, open, signIn } = await browser.visit(desk);
  await signIn(await desk.account('staff', everything));
  await open('/admin/people/+new');
  await page.getByLabel('Name').fill('Ada');
  const other = await page.context().newPage();
  await other.goto('/admin/people/+new');

  const [tab] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: 'Add place…' }).click()]);
  await tab.getByLabel('Code').fill('ZRH');
  await tab.getByLabel('Name').fill('Zürich');
  await tab.getByRole('button', { name: 'Save' }).click();
  await tab.getByText('The form that you came from has “Zürich” under “Near” now.').waitFor();

  assert.is(await page.getByRole('combobox', { name: 'Near' }).inputValue(), 'Zürich');
  assert.is(await page.getByLabel('Name').inputValue(), 'Ada');
  assert.is(await other.getByRole('combobox', { name: 'Near' }).inputValue(), '');
  await other.close();

  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForURL('**/admin/people');
  const [row] = await run(desk)`select name, near_code as near from person`;
  assert.equal({ ...row }, { name: 'Ada', near: 'ZRH' });
  assert.equal(complaints, []);
});

test('a many-to-many gets the new row as one more ticked box', async () => {
  const { page, complaints, open, signIn } = await browser.visit(desk);
  await signIn(await desk.account('staff', everything));
  await open('/admin/things/+new');
  const [tab] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: 'Add tag…' }).click()]);
  await tab.getByLabel('Name').fill('blue');
  await tab.getByRole('button', { name: 'Save' }).click();
  await tab.getByText('has “blue” under “Tags” now').waitFor();
  assert.ok(await page.getByRole('checkbox', { name: 'blue' }).isChecked());
  assert.equal(complaints, []);
});

test('without scripts the new row is found by its name', async () => {
  const { page, complaints, open, signIn } = await browser.visit(desk, { scripts: false });
  await signIn(await desk.account('staff', everything));
  await open('/admin/people/+new');
  await page.getByLabel('Name').fill('Eve');
  const [tab] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: 'Add place…' }).click()]);
  await tab.getByLabel('Code').fill('GVA');
  await tab.getByLabel('Name').fill('Geneva');
  await tab.getByRole('button', { name: 'Save' }).click();
  await tab.getByText('choose “Geneva” under “Near”').waitFor();
  await page.getByLabel('Near').fill('Geneva');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForURL('**/admin/people');
  const [row] = await run(desk)`select near_code as near from person where name = 'Eve'`;
  assert.is(row?.near, 'GVA');
  assert.equal(complaints, []);
});
