// The pages of recovery in a browser: accessible in light and dark, wide and narrow, in English and Arabic.
import * as assert from 'uvu/assert';
import { setPassword } from '../../plugins/auth/change-account.ts';
import { editAccount } from '../../plugins/auth/edit-account.ts';
import { preparePassword } from '../../plugins/auth/password-hash.ts';
import { accountOf, asCommand, REASON, recoveryDesk } from '../plugins/recovery/desk.ts';
import type { TestApp } from '../support/app.ts';
import { openBrowser, type VisitOptions, type Visitor, visitAs } from '../support/browser.ts';
import { suite } from '../support/suite.ts';
import { violations } from './violations.ts';

const test = suite('recovery in a browser');
const TEMPORARY = 'k7mwp-3xq9d-hv2ja-8rtne';
const PREPARED = await preparePassword(TEMPORARY);
let desk: TestApp;
test.before(async () => {
  desk = await recoveryDesk();
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

async function look({ page }: Visitor, name: string): Promise<void> {
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true });
  assert.equal(await violations(page), [], name);
  const isWider = await page.evaluate<boolean>('document.documentElement.scrollWidth > window.innerWidth');
  assert.is(isWider, false, `${name} scrolls sideways`);
}

async function accountIn(locale: string, role: 'administrator' | 'staff'): Promise<string> {
  const email = await desk.account(role);
  const { id } = await accountOf(desk, email);
  await asCommand(desk, (tx, context) => editAccount(tx, context, desk.app.events, id, { locale }));
  return email;
}

/** Submits the form with this id, with a reason. */
async function submit({ page }: Visitor, form: string, reason = REASON): Promise<void> {
  await page.locator(`form#${form} [name=reason]`).fill(reason);
  await Promise.all([page.waitForNavigation(), page.locator(`form#${form} button`).click()]);
}

const views: readonly (readonly [string, string, VisitOptions])[] = [
  ['english', 'en', {}],
  ['dark', 'en', { dark: true }],
  ['phone', 'en', { phone: true }],
  ['arabic', 'ar', {}],
  ['arabic-phone-dark', 'ar', { phone: true, dark: true }],
];

for (const [name, locale, options] of views)
  test(`an administrator recovers an account, and its user chooses a password: ${name}`, async () => {
    const email = await accountIn(locale, 'staff');
    const { id } = await accountOf(desk, email);
    const boss = await visitAs(desk, await accountIn(locale, 'administrator'), { ...options, expected: [422] });
    await boss.open(`/admin/users/${id}`);
    await boss.page.locator(`a[href="/admin/account-recovery/${id}"]`).click();
    await boss.page.locator('form#lock').waitFor();
    await look(boss, `${name}-page`);
    await boss.page.locator('form#lock [name=duration]').selectOption('minutes');
    await boss.page.locator('form#lock [name=minutes]').fill('soon');
    await submit(boss, 'lock');
    await look(boss, `${name}-rejected`);
    await boss.page.locator('form#lock [name=minutes]').fill('30');
    await submit(boss, 'lock');
    await look(boss, `${name}-locked`);
    await submit(boss, 'unlock');
    await submit(boss, 'temporary-password');
    const password = (await boss.page.locator('main code').textContent()) ?? '';
    assert.match(password, /^[a-z2-9-]{23}$/);
    await look(boss, `${name}-shown`);
    await boss.page.reload();
    assert.is(await boss.page.locator('main code').count(), 0);

    const guest = await (await openBrowser()).visit(desk, { ...options, expected: [422] });
    await guest.open('/admin/login');
    await guest.page.locator('[name=email]').fill(email);
    await guest.page.locator('[name=password]').fill(password);
    await guest.page.locator('main form button').first().click();
    await guest.page.waitForURL(/\/account\/new-password/);
    await look(guest, `${name}-new-password`);
    await guest.page.locator('[name=password]').fill(password);
    await guest.page.locator('form[action$="/new-password"] button').click();
    await guest.page.getByRole('alert').waitFor();
    await look(guest, `${name}-same-password`);
    await guest.page.locator('[name=password]').fill('a lantern on the pier');
    await guest.page.locator('form[action$="/new-password"] button').click();
    await guest.page.waitForURL(/\/admin$/);
    await look(guest, `${name}-done`);
    assert.equal(boss.problems, []);
    assert.equal(guest.problems, []);
  });

test('without scripts, the same works', async () => {
  const email = await desk.account('staff');
  const { id } = await accountOf(desk, email);
  await asCommand(desk, (tx, context) => setPassword(tx, context, desk.app.events, id, PREPARED, { temporary: true }));
  const guest = await (await openBrowser()).visit(desk, { scripts: false });
  await guest.open('/admin/login');
  await guest.page.locator('[name=email]').fill(email);
  await guest.page.locator('[name=password]').fill(TEMPORARY);
  await guest.page.locator('main form button').first().click();
  await guest.page.waitForURL(/\/account\/new-password/);
  await guest.page.locator('[name=password]').fill('a lantern on the pier');
  await guest.page.locator('form[action$="/new-password"] button').click();
  await guest.page.waitForURL(/\/admin$/);
  assert.equal(guest.problems, []);
});
