// timeout: 120
import { defineModel, field } from 'rustio-admin/plugin';
import { cleanUp, openBrowser, testApp } from 'rustio-admin/testing';
import * as assert from 'uvu/assert';
import { afterAllSuites, suite } from '../support/suite.ts';

const test = suite('rustio-admin/testing: the browser');
afterAllSuites(cleanUp);

test('a visitor signs in and opens pages, and what goes wrong is kept', async () => {
  const browser = await openBrowser();
  const Tree = defineModel('tree', { fields: { name: field.text({ max: 20 }) } });
  const app = await testApp({ models: [Tree], mountPath: '/office' });
  const visitor = await browser.visit(app);
  await visitor.signIn(await app.account('administrator'));
  assert.is(await visitor.open('/office'), 200);
  assert.equal(visitor.complaints, []);
  assert.is(await visitor.open('/office/+nowhere'), 404);
  assert.match(visitor.complaints.join('\n'), /^answer 404: .*\/office\/\+nowhere/);
  await app.close();
});
