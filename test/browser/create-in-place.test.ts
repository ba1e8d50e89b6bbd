// A row that is missing while a form is filled in: added in another tab, then selected automatically.
import * as assert from 'uvu/assert';
import { allPermissions, openDesk, run } from '../plugins/admin/desk.ts';
import { openBrowser } from '../support/browser.ts';
import { afterAllSuites, suite } from '../support/suite.ts';

const test = suite('creating in place, in a browser');
const desk = await openDesk();
afterAllSuites(() => desk.close());
const browser = await openBrowser();

test('the form selects the new row automatically and keeps its input; other forms are not affected', async () => {
  const { page, problems, open, signIn } = await browser.visit(desk);
  await signIn(await desk.account('staff', allPermissions));
  await open('/admin/people/+new');
  await page.getByLabel('Name').fill('Ada');
  const other = await page.context().newPage();
  await other.goto('/admin/people/+new');

  const [tab] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: 'Add place…' }).click()]);
  await tab.getByLabel('Code').fill('ZRH');
  await tab.getByLabel('Name').fill('Zürich');
  await tab.getByRole('button', { name: 'Save' }).click();
  await tab.getByText('“Zürich” is now selected under “Near” in the original form.').waitFor();

  assert.is(await page.getByRole('combobox', { name: 'Near' }).inputValue(), 'Zürich');
  assert.is(await page.getByLabel('Name').inputValue(), 'Ada');
  assert.is(await other.getByRole('combobox', { name: 'Near' }).inputValue(), '');
  await other.close();

  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForURL('**/admin/people');
  const [row] = await run(desk)`select name, near_code as near from person`;
  assert.equal({ ...row }, { name: 'Ada', near: 'ZRH' });
  assert.equal(problems, []);
});

test('a many-to-many field gets a ticked box for the new row', async () => {
  const { page, problems, open, signIn } = await browser.visit(desk);
  await signIn(await desk.account('staff', allPermissions));
  await open('/admin/things/+new');
  const [tab] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: 'Add tag…' }).click()]);
  await tab.getByLabel('Name').fill('blue');
  await tab.getByRole('button', { name: 'Save' }).click();
  await tab.getByText('“blue” is now selected under “Tags”').waitFor();
  assert.ok(await page.getByRole('checkbox', { name: 'blue' }).isChecked());
  assert.equal(problems, []);
});

test('without scripts, the new row is selected by typing its name', async () => {
  const { page, problems, open, signIn } = await browser.visit(desk, { scripts: false });
  await signIn(await desk.account('staff', allPermissions));
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
  assert.equal(problems, []);
});
