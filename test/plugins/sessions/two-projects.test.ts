// Cookies of one host are sent to every port and path on it: two projects must not take each other's for their own.
import * as assert from 'uvu/assert';
import { type TestApp, testApp } from '../../support/app.ts';
import { cookieOf } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';

const test = suite('two projects on one host');
const apps: TestApp[] = [];
test.before(async () => {
  apps.push(
    await testApp({ models: [], name: 'Desk' }),
    await testApp({ models: [], name: 'Stock' }),
    await testApp({ models: [], name: 'Desk', mountPath: '/office' }),
  );
});
test.after(async () => {
  for (const app of apps) await app.close();
});

test('users remain signed in to one project when they sign out of the other (T26)', async () => {
  const people = [];
  for (const app of apps) people.push(await app.signInAs('administrator'));
  const names = apps.map(({ app }) => cookieOf('rustio', app.config.name, app.urls.to('/')));
  assert.is(new Set(names).size, apps.length);
  // One browser: every request has the cookies of all.
  for (const person of people)
    for (const [at, name] of names.entries()) person.setCookie(name, people[at]?.cookie(name) ?? 'missing');
  for (const [at, { app }] of apps.entries()) {
    const page = await people[at]?.get(app.urls.to('/'));
    assert.is(page?.status, 200, names[at]);
    for (const [other, name] of names.entries())
      if (other !== at) assert.not.match((page?.headers.getSetCookie() ?? []).join(), name);
  }
  const [first] = people;
  assert.is((await first?.post('/admin/logout', {}))?.status, 303);
  assert.is(first?.cookie(names[0] ?? ''), undefined);
  for (const name of names.slice(1)) assert.ok(first?.cookie(name), 'it is kept');
});

test('choosing a theme in one project does not affect the others', async () => {
  const [first, ...others] = apps;
  const person = await first?.signInAs('administrator');
  const chosen = await person?.submit('/admin', { theme: 'dark' }, '/admin/+theme');
  assert.is(chosen?.status, 303);
  assert.match((await person?.get('/admin'))?.text ?? '', 'data-theme="dark"');
  const cookies = (chosen?.headers.getSetCookie() ?? []).map((line) => line.split(';', 1)[0]?.split('=') ?? []);
  assert.ok(cookies.length > 0);
  for (const other of others) {
    const client = other.client();
    for (const [name = '', value = ''] of cookies) client.setCookie(name, value);
    const page = await client.get(other.app.urls.to('/login'));
    assert.is(page.status, 200);
    assert.not.match(page.text, 'data-theme="dark"');
  }
});

test('names in other scripts, and mount paths, give different cookies', () => {
  const names = [
    cookieOf('rustio', 'مكتب'),
    cookieOf('rustio', 'مخزن'),
    cookieOf('rustio', 'Desk'),
    cookieOf('rustio', 'desk!'),
    cookieOf('rustio', 'Desk', '/office'),
    cookieOf('rustio', 'Desk', ''),
    cookieOf('rustio', 'x'.repeat(60)),
    cookieOf('rustio', `${'x'.repeat(60)}y`),
  ];
  assert.is(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^rustio[a-z0-9-]+-[0-9a-f]{6}$/);
});
