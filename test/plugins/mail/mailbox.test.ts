// The development mailbox.
import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { mailApp, runJobs, send, storedMail, variables } from './mail-app.ts';

const test = suite('mail: mailbox');
let desk: TestApp;

test.before(async () => {
  desk = await mailApp();
});
test.after(() => desk.close());

test('without a mail server, emails can be read in the mailbox', async () => {
  const developer = await desk.signInAs('developer');
  assert.match((await developer.get('/admin/dev/mail')).text, 'No emails have been sent yet');
  const id = await send(desk, { data: { name: '<Ana>', path: '/reset/4711' } });
  assert.match((await developer.get('/admin/dev/mail')).text, 'Waiting');
  await runJobs(desk);
  assert.is((await storedMail(desk, id)).state, 'sent');
  const list = await developer.get('/admin/dev/mail');
  assert.match(list.text, `<a href="/admin/dev/mail/${id}">&lt;Ana&gt;: your request</a>`);
  assert.match(list.text, 'ana@example.org');
  const page = await developer.get(`/admin/dev/mail/${id}`);
  const link = `${desk.app.urls.publicOrigin}/admin/reset/4711`;
  assert.match(page.text, `<a href="${link}">${link}</a>`);
  assert.match(page.text, '&lt;Ana&gt;, open this link &amp; choose');
  assert.match(page.text, `src="/admin/dev/mail/${id}/html"`);
  assert.equal(desk.errors, []);
});

test('text links only to the application', async () => {
  const developer = await desk.signInAs('developer');
  const id = await send(desk, { data: { name: 'Ana https://evil.example/', path: '/' } });
  const page = await developer.get(`/admin/dev/mail/${id}`);
  assert.match(page.text, 'https://evil.example/');
  assert.not.match(page.text, 'href="https://evil.example');
});

test('the HTML of an email runs no scripts, loads nothing, and can be framed only by the application', async () => {
  const developer = await desk.signInAs('developer');
  const id = await send(desk);
  const { status, headers, text } = await developer.get(`/admin/dev/mail/${id}/html`);
  assert.is(status, 200);
  const policy = headers.get('content-security-policy') ?? '';
  assert.match(policy, /^sandbox allow-top-navigation-by-user-activation; default-src 'none'; /);
  assert.match(policy, "frame-ancestors 'self'");
  assert.not.match(policy, /allow-scripts|allow-same-origin|script-src|img-src/);
  assert.is(headers.get('x-frame-options'), 'SAMEORIGIN');
  assert.match(text, '<base target="_top">');
});

test('only users with the permission can read emails', async () => {
  const id = await send(desk);
  const paths = ['/admin/dev/mail', `/admin/dev/mail/${id}`, `/admin/dev/mail/${id}/html`];
  const [anonymous, staff, reader] = [
    desk.client(),
    await desk.signInAs('staff', ['audit.view']),
    await desk.signInAs('staff', ['mail.mailbox']),
  ];
  for (const path of paths) {
    assert.is((await anonymous.get(path)).status, 303, path);
    assert.is((await staff.get(path)).status, 403, path);
    assert.is((await reader.get(path)).status, 200, path);
  }
  assert.not.match((await staff.get('/admin')).text, '/dev/mail');
  for (const id of ['x', '00000000-0000-4000-8000-000000000000'])
    assert.is((await reader.get(`/admin/dev/mail/${id}`)).status, 404);
});

test('in production there is no mailbox', async () => {
  const environment = { production: true, publicUrl: 'http://127.0.0.1', allowHttp: true };
  const production = await mailApp({ ...variables(1), environment });
  try {
    const id = await send(production);
    const developer = await production.signInAs('developer');
    for (const path of ['/admin/dev/mail', `/admin/dev/mail/${id}`, `/admin/dev/mail/${id}/html`])
      assert.is((await developer.get(path)).status, 404, path);
    assert.not.match((await developer.get('/admin')).text, '/dev/mail');
    assert.not.ok(production.app.routes.some(({ path }) => path.includes('/dev/mail')));
  } finally {
    await production.close();
  }
});
