// A theme that replaces the frame: see theme-frame/.
import * as assert from 'uvu/assert';
import type { TestApp } from '../support/app.ts';
import { suite } from '../support/suite.ts';
import { appWith } from './support.ts';
import { themeFrame } from './theme-frame/index.ts';

const test = suite('external: theme-frame');
let desk: TestApp;
test.before(async () => {
  desk = await appWith([themeFrame]);
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

test('its frame is around every page of a signed-in user, including error pages', async () => {
  const user = await desk.signInAs('administrator');
  for (const path of ['/admin', '/admin/users', '/admin/audit', '/admin/nowhere']) {
    const { text } = await user.get(path);
    assert.match(text, '<body class="acme">', path);
    assert.match(text, /theme-frame\.css/, path);
    assert.match(text, '<footer id="imprint">Acme · UTC</footer>', path);
    assert.match(text, '>Acme Test desk</a>', path);
    assert.not.match(text, 'class="rail"', path);
  }
});

test('blocks are shown to users with their access, and the frame places the user menu of other plugins', async () => {
  const administrator = await (await desk.signInAs('administrator')).get('/admin');
  assert.match(administrator.text, 'id="maintenance"');
  assert.match(administrator.text, /action="\/admin\/logout"/);
  const staff = await (await desk.signInAs('staff')).get('/admin');
  assert.not.match(staff.text, 'id="maintenance"');
});

test('the sign-in page keeps the bare frame, with the blocks of the head and footer', async () => {
  const { text } = await desk.client().get('/admin/login');
  assert.match(text, '<body class="gate">');
  assert.match(text, /theme-frame\.css/);
  assert.match(text, 'id="imprint"');
});

test('disabled, it changes nothing', async () => {
  const plain = await appWith([themeFrame], { plugins: { 'theme-frame': false } });
  try {
    const { text } = await (await plain.signInAs('administrator')).get('/admin');
    assert.not.match(text, 'acme');
    assert.match(text, 'class="rail"');
  } finally {
    await plain.close();
  }
});
