// The life of an account in a browser: invited, given rights, deprived of them, locked, recovered.
import * as assert from 'uvu/assert';
import { field } from '../../core/model/field.ts';
import { defineModel } from '../../core/model/model.ts';
import { defineAdmin } from '../../plugins/admin/define-admin.ts';
import { runJobs } from '../plugins/accounts/mailbox.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { openBrowser, type Visitor, visitAs } from '../support/browser.ts';
import { suite } from '../support/suite.ts';

const test = suite('the story of an account in a browser');
const Report = defineModel('report', { fields: { id: field.identity(), title: field.text() }, label: 'title' });
const EMAIL = 'noor@example.org';
const FIRST_PASSWORD = 'seven herons at dusk';
const SECOND_PASSWORD = 'a lantern on the pier';

/** Opens the newest email with this subject in the mailbox and returns the link that its reader would follow. */
async function linkInMailbox(desk: TestApp, { page, open }: Visitor, subject: string): Promise<string> {
  await runJobs(desk);
  await open('/admin/dev/mail');
  await page.getByRole('link', { name: subject }).first().click();
  const link = page.frameLocator('iframe').getByRole('link').first();
  return (await link.getAttribute('href')) ?? '';
}

async function signIn({ page }: Visitor, password: string): Promise<void> {
  await page.locator('[name=email]').fill(EMAIL);
  await page.locator('[name=password]').fill(password);
  await page.locator('main form button').click();
}

/** Submits the form with this id on the page of the user. */
async function submit({ page }: Visitor, form: string): Promise<void> {
  await Promise.all([page.waitForNavigation(), page.locator(`form#${form} button`).click()]);
}

test('a colleague is invited, gets a group and loses it, is locked, and recovers', async () => {
  const desk = await testApp({
    name: 'Pier desk',
    models: [Report],
    plugins: { admin: { admins: [defineAdmin(Report, {})] } },
  });
  try {
    const boss = await visitAs(desk, await desk.account('administrator'));
    const { page } = boss;

    await boss.open('/admin/account-groups/+new');
    await page.locator('[name=name]').fill('Editors');
    await Promise.all([page.waitForNavigation(), page.locator('main form button').click()]);
    await page.getByRole('checkbox', { name: 'Reports: View' }).check();
    await submit(boss, 'permissions');

    await boss.open('/admin/users');
    await page.getByRole('link', { name: 'New user' }).click();
    await page.locator('form#invite [name=email]').fill(EMAIL);
    await page.locator('form#invite [name=displayName]').fill('Noor');
    await submit(boss, 'invite');
    const userUrl = page.url();
    await page.getByText(/Invited. The link is valid until/).waitFor();
    const invitation = await linkInMailbox(desk, boss, 'Your invitation to Pier desk');
    assert.match(invitation, /\/admin\/invitation\/[\w-]{43}$/);

    const guest = await (await openBrowser()).visit(desk, { expected: [401, 403, 422] });
    await guest.open(invitation);
    await guest.page.locator('[name=password]').fill('noor@example.org');
    await guest.page.locator('main form button').click();
    await guest.page.getByRole('alert').waitFor();
    await guest.page.locator('[name=password]').fill(FIRST_PASSWORD);
    await guest.page.locator('main form button').click();
    await guest.page.waitForURL('**/admin/login?notice=password-set');
    await signIn(guest, FIRST_PASSWORD);
    await guest.page.waitForURL('**/admin');
    assert.is(await guest.page.getByRole('link', { name: 'Reports' }).count(), 0);

    await page.goto(userUrl);
    await page.locator('form#groups').getByRole('checkbox', { name: 'Editors' }).check();
    await submit(boss, 'groups');
    await guest.page.reload();
    await guest.page.getByRole('link', { name: 'Reports' }).first().click();
    await guest.page.getByRole('heading', { level: 1, name: /Reports/ }).waitFor();
    await page.getByText('via Editors').first().waitFor();

    await page.locator('form#groups').getByRole('checkbox', { name: 'Editors' }).uncheck();
    await submit(boss, 'groups');
    await guest.page.reload();
    await guest.page.getByText('You do not have access to this page').first().waitFor();

    await page.getByRole('link', { name: 'Recovery' }).click();
    await page.locator('form#lock [name=reason]').fill('The laptop was stolen');
    await submit(boss, 'lock');
    await page.getByText(/This account is locked until/).waitFor();
    await guest.page.goto('/admin');
    await guest.page.waitForURL(/\/admin\/login/);
    await guest.page.getByText('An administrator has ended your session').waitFor();

    await page.locator('form#unlock [name=reason]').fill('The laptop was found');
    await submit(boss, 'unlock');
    await guest.page.getByRole('link', { name: 'Forgot your password?' }).click();
    await guest.page.locator('[name=email]').fill(EMAIL);
    await guest.page.locator('main form button').click();
    await guest.page.getByRole('heading', { name: 'Check your email' }).waitFor();
    const recovery = await linkInMailbox(desk, boss, 'Reset your password');
    await guest.open(recovery);
    await guest.page.locator('[name=password]').fill(SECOND_PASSWORD);
    await guest.page.locator('main form button').click();
    await guest.page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(guest, FIRST_PASSWORD);
    await guest.page.getByRole('alert').waitFor();
    await signIn(guest, SECOND_PASSWORD);
    await guest.page.waitForURL('**/admin');

    assert.equal(boss.problems, []);
    assert.equal(guest.problems, []);
    assert.equal(desk.errors, []);
  } finally {
    await desk.close();
  }
});
