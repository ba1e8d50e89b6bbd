// The relation field and the theme switch in a browser: what they select, cover and keep.
import * as assert from 'uvu/assert';
import { type Visitor, visitAs } from '../support/browser.ts';
import { suite } from '../support/suite.ts';
import { strikeDesk } from './strike-desk.ts';

const test = suite('comboboxes and the theme in a browser');
const desk = await strikeDesk();
const email = await desk.account('administrator');

const visit = (expected: readonly number[] = []): Promise<Visitor> => visitAs(desk, email, { expected });

test('Tab selects a row with a word that starts with the typed text, not one that merely contains it', async () => {
  const { page, open, problems } = await visit();
  await open('/admin/strikes/9905/+edit');
  const box = page.getByRole('combobox', { name: 'Airport' });
  await box.fill('dall');
  await page.getByRole('option', { name: /Randall/i }).waitFor();
  await box.press('Tab');
  assert.match(await box.inputValue(), /Dallas/i);
  await box.fill('allas');
  await page
    .getByRole('option', { name: /Dallas/i })
    .first()
    .waitFor();
  await box.press('Tab');
  assert.is(await box.inputValue(), 'allas');
  assert.equal(problems, []);
});

test('if nothing matches, the link to add a row can be clicked', async () => {
  const { page, open, problems } = await visit();
  await open('/admin/strikes/+new');
  const box = page.getByRole('combobox', { name: 'Species' });
  await box.fill('zebra finch of nowhere');
  await page.locator('.options-say:visible').waitFor();
  const [added] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('link', { name: /Add species/i }).click(),
  ]);
  assert.match(added.url(), '/admin/species/+new');
  assert.equal(problems, []);
});

test('changing the theme keeps the page and the filters of a list', async () => {
  const { page, open, problems } = await visit();
  await open('/admin/strikes?f.state=new&sort=-costTotal');
  await page.getByRole('button', { name: 'Dark' }).click();
  await page.locator('html[data-theme=dark]').waitFor();
  assert.match(page.url(), '/admin/strikes?f.state=new&sort=-costTotal');
  assert.equal(problems, []);
});
