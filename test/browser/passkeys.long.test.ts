// Passkeys in Chromium, with its virtual authenticator.
import type { CDPSession } from 'playwright-core';
import * as assert from 'uvu/assert';
import { passkeyDesk } from '../plugins/mfa/passkey-desk.ts';
import { expireRecency } from '../plugins/sessions/expire-recency.ts';
import { PASSWORD, type TestApp } from '../support/app.ts';
import { balancer } from '../support/balancer.ts';
import { openBrowser, type VisitOptions, type Visitor } from '../support/browser.ts';
import { suite } from '../support/suite.ts';
import { violations } from './violations.ts';

const test = suite('passkeys in a browser');
/** Pages for users who are not signed in have the language of the project. */
let desks: Readonly<Record<'en' | 'ar', TestApp>>;
test.before(async () => {
  desks = { en: await openDesk('en'), ar: await openDesk('ar') };
});
test.after(async () => {
  for (const desk of Object.values(desks)) {
    assert.equal(desk.errors, []);
    await desk.close();
  }
});

async function openDesk(locale: string): Promise<TestApp> {
  // The public URL, which must be that of `localhost`, is known before the port of the application.
  const ports: number[] = [];
  const front = await balancer(ports);
  const url = front.url.replace('127.0.0.1', 'localhost');
  const app = await passkeyDesk({ publicUrl: url, locale });
  ports.push(Number(new URL(app.url).port));
  return { ...app, url };
}

/** A visitor whose device can hold passkeys. */
async function visit(
  desk: TestApp,
  options: VisitOptions = {},
): Promise<Visitor & { readonly device: CDPSession; readonly authenticator: string }> {
  const visitor = await (await openBrowser()).visit(desk, { ...options, expected: [401] });
  const device = await visitor.page.context().newCDPSession(visitor.page);
  await device.send('WebAuthn.enable');
  const { authenticatorId: authenticator } = await device.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { ...visitor, device, authenticator };
}

async function look({ page }: Visitor, name: string): Promise<void> {
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true });
  assert.equal(await violations(page), [], name);
  const isWider = await page.evaluate<boolean>('document.documentElement.scrollWidth > window.innerWidth');
  assert.is(isWider, false, `${name} scrolls sideways`);
}

async function enterPassword({ page, open }: Visitor, email: string): Promise<void> {
  await open('/admin/login');
  await page.locator('[name=email]').fill(email);
  await page.locator('[name=password]').fill(PASSWORD);
  await Promise.all([page.waitForNavigation(), page.locator('form[action="/admin/login"] button').click()]);
}

/** Clicks the button that asks for a passkey. */
const usePasskey = ({ page }: Visitor): Promise<unknown> =>
  Promise.all([page.waitForNavigation(), page.locator('button[data-passkey]').click()]);

const signOut = async ({ page }: Visitor): Promise<void> => {
  await page.context().clearCookies();
};

const views: readonly (readonly [name: string, locale: 'en' | 'ar', options: VisitOptions])[] = [
  ['english', 'en', {}],
  ['arabic-phone', 'ar', { phone: true, width: 390 }],
  ['phone-dark', 'en', { phone: true, width: 390, dark: true }],
  ['arabic', 'ar', {}],
];

for (const [name, locale, options] of views)
  test(`a user adds a passkey, signs in with it, uses it after the password, and removes it: ${name}`, async () => {
    const desk = desks[locale];
    const email = await desk.account('administrator');
    const visitor = await visit(desk, options);
    const { page, open } = visitor;
    await enterPassword(visitor, email);

    await open('/admin/account/mfa');
    await look(visitor, `${name}-none`);
    await page.locator('a[href$="/passkeys/+new"]').click();
    await page.locator('[name=name]').fill('Laptop');
    await look(visitor, `${name}-new`);
    await usePasskey(visitor);
    await page.waitForURL(/\+codes/);
    await look(visitor, `${name}-codes`);
    await open('/admin/account/mfa');
    await page.getByText('Laptop').waitFor();
    await look(visitor, `${name}-list`);

    // The device already has one.
    await open('/admin/account/mfa/passkeys/+new');
    await page.locator('button[data-passkey]').click();
    await page.locator('[data-passkey-part] [role=alert]').waitFor();
    await look(visitor, `${name}-exists`);

    // Without a password.
    await signOut(visitor);
    await open('/admin/login?next=%2Fadmin%2Faccount');
    await look(visitor, `${name}-sign-in`);
    await usePasskey(visitor);
    assert.is(new URL(page.url()).pathname, '/admin/account');

    // After the password.
    await signOut(visitor);
    await enterPassword(visitor, email);
    assert.is(new URL(page.url()).pathname, '/admin/mfa');
    await look(visitor, `${name}-second-factor`);
    await usePasskey(visitor);
    assert.is(new URL(page.url()).pathname, '/admin');

    // Where users confirm their password.
    await expireRecency(desk);
    await open('/admin/account/mfa');
    await page.locator('a[href*="/passkeys/"]:not([href$="+new"])').click();
    await page.locator('[name=name]').fill('Old laptop');
    await Promise.all([page.waitForNavigation(), page.locator('main form button').click()]);
    assert.is(new URL(page.url()).pathname, '/admin/reauth');
    await page.locator('[name=password]').fill(PASSWORD);
    await look(visitor, `${name}-confirm`);
    await usePasskey(visitor);
    assert.not.match(page.url(), /reauth/);

    await open('/admin/account/mfa');
    page.once('dialog', (dialog) => dialog.accept());
    await Promise.all([page.waitForNavigation(), page.locator('form[action$="/remove"] button').last().click()]);
    await look(visitor, `${name}-removed`);
    await signOut(visitor);
    await open('/admin/login');
    await usePasskey(visitor);
    await page.getByRole('alert').first().waitFor();
    await look(visitor, `${name}-rejected`);
    assert.equal(visitor.problems, []);
  });

test('if the user cancels, the page says so, and the button can be used again', async () => {
  const visitor = await visit(desks.en);
  const { page, open, device, authenticator } = visitor;
  await device.send('WebAuthn.setUserVerified', { authenticatorId: authenticator, isUserVerified: false });
  await open('/admin/login');
  await page.locator('button[data-passkey]').click();
  await page.getByText('No passkey was used').waitFor();
  assert.is(await page.locator('button[data-passkey]').isEnabled(), true);
  assert.equal(visitor.problems, []);
});

test('browsers without passkeys, or without the methods that convert JSON, work as well', async () => {
  const without = await visit(desks.en);
  await without.page.addInitScript('delete window.PublicKeyCredential');
  await without.open('/admin/login');
  assert.is(await without.page.locator('button[data-passkey]').isVisible(), false);

  const email = await desks.en.account('administrator');
  const older = await visit(desks.en);
  await older.page.addInitScript(`
    delete PublicKeyCredential.parseCreationOptionsFromJSON;
    delete PublicKeyCredential.parseRequestOptionsFromJSON;
    delete PublicKeyCredential.prototype.toJSON;
  `);
  await enterPassword(older, email);
  await older.open('/admin/account/mfa/passkeys/+new');
  await usePasskey(older);
  await older.page.waitForURL(/\+codes/);
  await signOut(older);
  await older.open('/admin/login');
  await usePasskey(older);
  assert.is(new URL(older.page.url()).pathname, '/admin');
  assert.equal([...without.problems, ...older.problems], []);
});

test('without scripts, the sign-in page works as before, and the button is hidden', async () => {
  const email = await desks.en.account('administrator');
  const visitor = await (await openBrowser()).visit(desks.en, { scripts: false });
  await visitor.open('/admin/login');
  assert.is(await visitor.page.locator('button[data-passkey]').isVisible(), false);
  await enterPassword(visitor, email);
  assert.is(new URL(visitor.page.url()).pathname, '/admin');
  await visitor.open('/admin/account/mfa/passkeys/+new');
  await visitor.page.getByText('This browser does not support passkeys').waitFor();
  assert.equal(visitor.problems, []);
});
