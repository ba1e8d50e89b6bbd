// `rustio-admin/testing`: helpers for testing plugins and projects, with any test runner.
//
//   import assert from 'node:assert/strict';
//   import { after, test } from 'node:test';
//   import { testApp } from 'rustio-admin/testing';
//   import { comments } from './index.ts';
//
//   const app = await testApp({ extend: [comments] });
//   after(() => app.close());
//
//   test('staff with the permission see the page', async () => {
//     const reader = await app.signInAs('staff', ['comments.view']);
//     assert.equal((await reader.get('/admin/comments')).status, 200);
//   });

export { openBrowser, type TestBrowser, type VisitOptions, type Visitor } from './browser.ts';
export { cleanUp } from './clean-up.ts';
export {
  Client,
  decodeEntities,
  type FormFields,
  parseForms,
  type TestResponse,
} from './client.ts';
export type { CommandValues } from './run-command.ts';
export { PASSWORD, type TestApp, type TestAppOptions, testApp } from './test-app.ts';
export { preparedTemplate, type TestDatabase, testDatabase } from './test-database.ts';
