// The same work without a mouse.
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { openBrowser, type Visitor, visitAs } from '../support/browser.ts';
import { suite } from '../support/suite.ts';
import { strikeDesk } from './strike-desk.ts';

const test = suite('keyboard only');
const desk = await strikeDesk();
const browser = await openBrowser();
const email = await desk.account('administrator');

const visit = (): Promise<Visitor> => visitAs(desk, email);

test('a user signs in with Tab and Enter', async () => {
  const { page, problems, open } = await browser.visit(desk);
  await open('/admin/login');
  assert.is(await focused(page), 'email'); // autofocus
  await page.keyboard.type(email);
  await tabTo(page, 'password');
  await page.keyboard.type('correct horse battery');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/admin');
  assert.equal(problems, []);
});

test('the first Tab reaches the skip link, which works', async () => {
  const { page, open } = await visit();
  await open('/admin/strikes');
  await page.keyboard.press('Tab');
  assert.is(await page.locator(':focus').innerText(), 'Skip to content');
  assert.ok(await page.locator('.skip').evaluate((link) => link.getBoundingClientRect().top >= 0));
  await page.keyboard.press('Enter');
  assert.is(await page.evaluate<string>('document.activeElement.id'), 'main');
  await page.keyboard.press('Tab');
  assert.ok(await page.evaluate<boolean>('document.querySelector("main").contains(document.activeElement)'));
});

test('a strike is found, edited and saved, with the focus always visible', async () => {
  const { page, problems, open } = await visit();
  await open('/admin/strikes');
  await page.keyboard.press('/');
  assert.is(await focused(page), 'q');
  await page.keyboard.type('hawk');
  await page.keyboard.press('Enter');
  await page.waitForURL('**?q=hawk');

  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await seen(page);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/strikes\/\d+$/);
  await page.keyboard.press('e');
  await page.waitForURL('**/+edit');

  await tabTo(page, 'state');
  await page.keyboard.press('C'); // typing the first letter selects: Closed
  await tabTo(page, 'f-officer');
  await page.keyboard.type('officer@');
  await page.getByRole('option', { name: 'officer@desk.example' }).waitFor();
  await page.keyboard.press('Enter');
  assert.match(await page.locator('[type=hidden][name=officer]').inputValue(), /^\d+$/);
  assert.is(await page.locator('#f-officer').inputValue(), 'officer@desk.example');
  await tabTo(page, 'f-labels');
  await page.keyboard.press('ArrowDown');
  await page.locator('[role=option]').locator('visible=true').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+Tab'); // back to the box of the label: Space unticks and ticks it again
  await page.keyboard.press('Space');
  await page.keyboard.press('Space');
  assert.ok(await page.locator(':focus').isChecked());

  await tabTo(page, '~then');
  await seen(page);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => !url.pathname.endsWith('+edit'));
  await page.getByRole('status').getByText('was saved').waitFor();
  assert.equal(problems, []);
});

test('Escape closes a filter and returns the focus; Ctrl+S saves', async () => {
  const { page, problems, open } = await visit();
  await open('/admin/strikes');
  await tabTo(page, 'Damage');
  await page.keyboard.press('Enter');
  await page.locator('.panel').locator('visible=true').waitFor();
  await page.keyboard.press('Tab');
  await seen(page);
  await page.keyboard.press('Escape');
  assert.is(await page.locator('.panel').locator('visible=true').count(), 0);
  assert.is(await focused(page), 'Damage');

  await open('/admin/strikes/9970/+edit');
  await page.locator('[name=notes]').fill('Saved with the keys.');
  await page.keyboard.press('Control+s');
  await page.getByRole('status').getByText('was saved').waitFor();
  assert.equal(problems, []);
});

test('? opens the list of shortcuts, and disabling them persists', async () => {
  const { page, problems, open } = await visit();
  await open('/admin/strikes');
  await page.keyboard.press('?');
  const dialog = page.locator('dialog#keys');
  await dialog.waitFor();
  await dialog.getByRole('checkbox').press('Space');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await open('/admin/strikes');
  await page.keyboard.press('n');
  await page.keyboard.press('/');
  assert.match(page.url(), /\/strikes$/);
  assert.is.not(await focused(page), 'q');
  assert.equal(problems, []);
});

/** The focused element: its name, else its id, else its text. */
function focused(page: Page): Promise<string> {
  return page.evaluate<string>(`(() => {
    const { name, id, innerText } = document.activeElement;
    return name || id || innerText.trim();
  })()`);
}

/** Presses Tab until the focus is there, and checks that it is always visible. */
async function tabTo(page: Page, requested: string): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab');
    await seen(page);
    if ((await focused(page)) === requested) return;
  }
  throw new Error(`80 presses of Tab did not lead to "${requested}"`);
}

/** The focused element has a visible outline or shadow, and is in the window and not covered (WCAG 2.4.7, 2.4.11). */
async function seen(page: Page): Promise<void> {
  const state = await page.evaluate<string>(`(() => {
    const element = document.activeElement;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const ring = (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1) || boxShadow !== 'none';
    if (!ring) return 'no ring on ' + element.outerHTML.slice(0, 200);
    const { left, top, width, height } = element.getBoundingClientRect();
    const there = document.elementFromPoint(left + width / 2, top + height / 2);
    const covered = !there || !(element.contains(there) || there.contains(element) || there.closest('label')?.contains(element));
    return covered ? 'not in sight: ' + element.outerHTML.slice(0, 200) : '';
  })()`);
  assert.is(state, '');
}
