import * as assert from 'uvu/assert';
import { commandAuditContext } from '../../core/policy/actor.ts';
import { sql } from '../../index.ts';
import { PASSWORD, type TestApp } from '../support/app.ts';
import type { TestBrowser, VisitOptions, Visitor } from '../support/browser.ts';

type Who = 'stranger' | 'analyst' | 'administrator';

/** A page of the starter strikes in one of its states, and how to reach it. */
export interface DeskPage {
  readonly name: string;
  readonly who: Who;
  readonly status: number;
  /** Opens it and returns the status of the last response. */
  show(visitor: Visitor): Promise<number>;
}

const at = (name: string, address: string, status = 200, who: Who = 'administrator'): DeskPage => ({
  name,
  who,
  status,
  show: (visitor) => visitor.open(address),
});

/** A strike with an officer, labels, notes and a history; see `prepareDesk`. */
const STRIKE = '/admin/strikes/9990';

/** One of each kind of page. */
export const everyPage: readonly DeskPage[] = [
  at('sign-in', '/admin/login', 200, 'stranger'),
  { name: 'sign-in-wrong', who: 'stranger', status: 401, show: signInWrongly },
  at('dashboard', '/admin'),
  at('list', '/admin/strikes'),
  at(
    'list-filtered',
    '/admin/strikes?f.state=open&f.state=new&f.airport=DFW&f.occurredOn.from=2001-01-01&q=american&sort=-costTotal',
  ),
  { name: 'list-filter-open', who: 'administrator', status: 200, show: (visitor) => openFilter(visitor, 'occurredOn') },
  { name: 'list-combobox', who: 'administrator', status: 200, show: openCombobox },
  at('list-one-row', '/admin/strikes?f.occurredOn.from=2002-07-25&f.airport=PIT'),
  at('list-none-fit', '/admin/strikes?q=nothing+is+called+that'),
  at('list-empty', '/admin/flights'),
  at('detail', STRIKE),
  at('form', `${STRIKE}/+edit`),
  at('form-new', '/admin/strikes/+new'),
  { name: 'form-errors', who: 'administrator', status: 422, show: saveWithErrors },
  { name: 'form-conflict', who: 'administrator', status: 409, show: saveAfterSomebodyElse },
  at('delete', `${STRIKE}/+delete`),
  at('delete-blocked', '/admin/airports/DFW/+delete'),
  at('history', `${STRIKE}/+history`),
  at('audit', '/admin/audit'),
  at('sessions', '/admin/account/sessions'),
  at('profile', '/admin/account/profile'),
  at('jobs', '/admin/jobs?state=done'),
  at('user-new', '/admin/accounts/+new'),
  at('reauth', '/admin/reauth'),
  at('mfa', '/admin/account/mfa'),
  at('mfa-enrolment', '/admin/account/mfa/+enrol'),
  { name: 'tokens', who: 'administrator', status: 200, show: openTokens },
  { name: 'token-created', who: 'administrator', status: 200, show: createToken },
  { name: 'token-form', who: 'administrator', status: 422, show: (visitor) => createToken(visitor, '') },
  at('service-account', '/admin/service-accounts/+new'),
  at('mailbox', '/admin/dev/mail'),
  { name: 'mailbox-message', who: 'administrator', status: 200, show: openMail },
  at('error-400', '/admin/strikes?f.nonsense=1', 400),
  at('error-403', `${STRIKE}/+edit`, 403, 'analyst'),
  at('error-404', '/admin/strikes/123456789', 404),
];

/** More pages of the same kinds, for screenshots only. */
export const morePages: readonly DeskPage[] = [
  at('dashboard-analyst', '/admin', 200, 'analyst'),
  at('list-routes', '/admin/routes'),
  at('list-airports', '/admin/airports'),
  at('list-users', '/admin/users'),
  at('detail-airport', '/admin/airports/DFW'),
  at('detail-route', '/admin/routes/ATL,LAX'),
];

/** Gives the pages something to show: an empty list, a record that has a history, a mail. */
export async function prepareDesk(desk: TestApp): Promise<void> {
  await desk.app.database.query(sql.unsafe`delete from flight`);
  const officer = await desk.signInAs('administrator');
  const { status } = await officer.submit(`${STRIKE}/+edit`, {
    state: 'open',
    speed: '140',
    labels: ['1', '3'],
    notes: 'The radome was changed.\nThe costs have been requested.',
  });
  assert.is(status, 303);
  const email = 'nightly-import@service.invalid';
  await desk.command('user create', { email, service: true, name: 'Nightly import' });
  await desk.command('user grant', { email, permission: 'strike.view,strike.add' });
  await desk.command('token create', { email, name: 'Server 1', permissions: 'strike.view,strike.add' });
  const [line = ''] = await desk.command('token create', { email, name: 'Server 2', permissions: '' });
  await desk.command('token revoke', { id: line.replace('Token: ', '') });
  const { database, service } = desk.app;
  await database.transaction((tx) =>
    service('mail').send(tx, commandAuditContext(), { to: 'maren@desk.example', view: 'mail/test', data: {} }),
  );
  await service('jobs').runDue();
}

/** The tokens of a service account: a usable one and a revoked one. */
async function openTokens({ page, open }: Visitor): Promise<number> {
  await open('/admin/users?f.kind=service');
  await page.click('.table tbody a');
  await page.waitForURL(/\/users\/\d+$/);
  return open(`/admin/user-tokens/${page.url().split('/').at(-1)}`);
}

async function createToken({ page, open }: Visitor, name = 'Laptop'): Promise<number> {
  await open('/admin/account/tokens/+new');
  await page.evaluate("document.querySelector('form.form').noValidate = true");
  await page.locator('#name').fill(name);
  await page.locator('[name=permission]').first().check();
  return answerTo(page, 'form.form .button-primary');
}

async function openMail(visitor: Visitor): Promise<number> {
  await visitor.open('/admin/dev/mail');
  await visitor.page.click('.table tbody a');
  await visitor.page.waitForURL(/\/dev\/mail\/[\w-]+$/);
  return 200;
}

/** Visitors for the pages, one of each kind, signed in. */
export async function visitorsOf(
  browser: TestBrowser,
  desk: TestApp,
  options: VisitOptions = {},
): Promise<Readonly<Record<Who, Visitor>>> {
  const visit = (): Promise<Visitor> => browser.visit(desk, { ...options, expected: [400, 401, 403, 404, 409, 422] });
  const [stranger, analyst, administrator] = [await visit(), await visit(), await visit()];
  await analyst.signIn(await desk.account('staff', ['strike.view', 'airport.view', 'route.view']));
  await administrator.signIn(await desk.account('administrator'));
  return { stranger, analyst, administrator };
}

async function signInWrongly({ page, open }: Visitor): Promise<number> {
  await open('/admin/login');
  await page.locator('[name=email]').fill('somebody@example.org');
  await page.locator('[name=password]').fill(`not ${PASSWORD}`);
  return answerTo(page, 'main form button');
}

async function openFilter({ page, open }: Visitor, field: string): Promise<number> {
  const status = await open('/admin/strikes');
  await page.locator(`details:has([id^="f-${field}"]) > summary`).click();
  return status;
}

async function openCombobox(visitor: Visitor): Promise<number> {
  const { page } = visitor;
  const status = await openFilter(visitor, 'airport');
  await page.locator('#f-airport').fill('san');
  await page.locator('.filter [role=option]').first().waitFor();
  return status;
}

async function saveWithErrors({ page, open }: Visitor): Promise<number> {
  await open(`${STRIKE}/+edit`);
  await page.locator('[name=speed]').fill('fast');
  await page.locator('[name=occurredOn]').fill('');
  await page.locator('[name=costRepair]').fill('-1');
  return answerTo(page, '[data-save]');
}

async function saveAfterSomebodyElse({ page, open }: Visitor): Promise<number> {
  await open(`${STRIKE}/+edit`);
  const other = await page.context().newPage();
  await other.goto(`${STRIKE}/+edit`);
  await other.locator('[name=speed]').fill(String(100 + (Date.now() % 400)));
  await other.locator('[data-save]').click();
  await other.waitForURL('**/strikes');
  await other.close();
  await page.locator('[name=notes]').fill('Written at the same time.');
  return answerTo(page, '[data-save]');
}

/** Clicks something that submits a form and waits for the next page. */
export async function answerTo(page: Visitor['page'], selector: string): Promise<number> {
  const [response] = await Promise.all([page.waitForNavigation(), page.locator(selector).click()]);
  return response?.status() ?? 0;
}
