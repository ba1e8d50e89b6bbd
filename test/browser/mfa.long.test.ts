// A second factor in a browser, from the QR code to the remembered device: accessible in light and dark, wide and narrow, in English and
// Arabic.
import { readFile } from 'node:fs/promises';
import * as assert from 'uvu/assert';
import { commandAuditContext } from '../../core/policy/actor.ts';
import { editAccount } from '../../plugins/auth/edit-account.ts';
import { codeNow, ENROL, forgetSteps, idOf, PAGE } from '../plugins/mfa/desk.ts';
import { PASSWORD, type TestApp, testApp } from '../support/app.ts';
import { openBrowser, type VisitOptions, type Visitor } from '../support/browser.ts';
import { suite } from '../support/suite.ts';
import { violations } from './violations.ts';

const test = suite('mfa in a browser');
let desk: TestApp;
test.before(async () => {
  desk = await testApp({ plugins: { mfa: { roles: { supervisor: { policy: 'required', graceDays: 0 } } } } });
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

async function accountIn(locale: string, role: 'staff' | 'supervisor'): Promise<{ email: string; id: number }> {
  const email = await desk.account(role);
  const id = await idOf(desk, email);
  await desk.app.database.transaction((tx) => editAccount(tx, commandAuditContext(), desk.app.events, id, { locale }));
  return { email, id };
}

async function signIn({ page, open }: Visitor, email: string): Promise<void> {
  await open('/admin/login');
  await page.locator('[name=email]').fill(email);
  await page.locator('[name=password]').fill(PASSWORD);
  await Promise.all([page.waitForNavigation(), page.locator('main form button').first().click()]);
}

/** Fills in the code and submits the form that has it. */
async function enter({ page }: Visitor, code: string): Promise<void> {
  await page.locator('#code').fill(code);
  await Promise.all([page.waitForNavigation(), page.locator('form:has(#code) button').click()]);
}

const secretOn = async ({ page }: Visitor): Promise<string> =>
  ((await page.locator('main code').first().textContent()) ?? '').replaceAll(' ', '');

const views: readonly (readonly [string, string, VisitOptions])[] = [
  ['english', 'en', {}],
  ['dark', 'en', { dark: true }],
  ['phone', 'en', { phone: true }],
  ['arabic', 'ar', {}],
  ['arabic-phone-dark', 'ar', { phone: true, dark: true }],
];

for (const [name, locale, options] of views)
  test(`a user sets up an app, signs in with a code and with a backup code, and turns it off: ${name}`, async () => {
    const { email, id } = await accountIn(locale, 'staff');
    const browser = await openBrowser();
    const visitor = await browser.visit(desk, { ...options, expected: [401, 422] });
    const { page } = visitor;
    await signIn(visitor, email);
    await visitor.open(PAGE);
    await look(visitor, `${name}-off`);
    await page.locator(`a[href="${ENROL}"]`).click();
    await page.locator('svg.qr').waitFor();
    await look(visitor, `${name}-enrol`);
    const secret = await secretOn(visitor);
    await enter(visitor, '000000');
    await look(visitor, `${name}-enrol-wrong`);
    assert.is(await secretOn(visitor), secret);
    await enter(visitor, await codeNow(secret));
    const codes = await page.locator('main ol code').allTextContents();
    assert.is(codes.length, 10);
    await look(visitor, `${name}-codes`);
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[download]').click()]);
    assert.is(download.suggestedFilename(), 'backup-codes.txt');
    const file = await readFile(await download.path(), 'utf8');
    assert.ok(codes.every((code) => file.includes(code)));
    await page.reload();
    assert.is(await page.locator('main ol code').count(), 0);
    await look(visitor, `${name}-codes-shown`);
    await page.locator('main .actions a').click();
    await page.locator('#mfa-codes').waitFor();
    await look(visitor, `${name}-on`);

    const other = await browser.visit(desk, { ...options, expected: [401] });
    await signIn(other, email);
    await look(other, `${name}-verify`);
    await enter(other, 'AAAA-AAAA-AAAA');
    await look(other, `${name}-verify-wrong`);
    await other.page.locator('[name=remember]').check();
    await forgetSteps(desk, id);
    await enter(other, await codeNow(secret));
    await other.open(PAGE);
    assert.is(await other.page.locator('main tbody tr').count(), 1);
    await look(other, `${name}-devices`);
    await other.page.context().clearCookies({ name: /^(?!.*(mfa|device)).*$/ });
    await signIn(other, email);
    assert.match(other.page.url(), /\/admin$/, 'the device is remembered');

    const third = await browser.visit(desk, options);
    await signIn(third, email);
    await enter(third, codes[0]?.toLowerCase() ?? '');
    assert.match(third.page.url(), /\/admin$/);
    await third.open('/admin/reauth');
    await look(third, `${name}-reauth`);

    await visitor.open(PAGE);
    page.once('dialog', (dialog) => dialog.accept());
    await page.locator(`form[action="${PAGE}/remove"] button`).click();
    await page.locator(`a[href="${ENROL}"]`).waitFor();
    for (const each of [visitor, other, third]) assert.equal(each.problems, []);
  });

for (const [name, locale, options] of views.filter(([each]) => each !== 'dark'))
  test(`a user who needs a second factor sets it up before anything else: ${name}`, async () => {
    const { email } = await accountIn(locale, 'supervisor');
    const visitor = await (await openBrowser()).visit(desk, options);
    await signIn(visitor, email);
    assert.match(visitor.page.url(), /\/account\/mfa\/\+enrol/);
    await look(visitor, `${name}-required`);
    await enter(visitor, await codeNow(await secretOn(visitor)));
    await visitor.page.locator('main .actions .button-primary').click();
    await visitor.page.waitForURL(/\/admin$/);
    await visitor.open(PAGE);
    await look(visitor, `${name}-cannot-turn-off`);
    assert.equal(visitor.problems, []);
  });

test('without scripts, the same works', async () => {
  const { email, id } = await accountIn('en', 'supervisor');
  const browser = await openBrowser();
  const visitor = await browser.visit(desk, { scripts: false });
  await signIn(visitor, email);
  const secret = await secretOn(visitor);
  await enter(visitor, await codeNow(secret));
  assert.is(await visitor.page.locator('main ol code').count(), 10);
  await forgetSteps(desk, id);
  const other = await browser.visit(desk, { scripts: false });
  await signIn(other, email);
  await enter(other, await codeNow(secret));
  assert.match(other.page.url(), /\/admin$/);
  assert.equal([...visitor.problems, ...other.problems], []);
});
