// `user.panels` on the page of an account, as pages of records take them.
import * as assert from 'uvu/assert';
import { definePlugin } from '../../../core/plugin.ts';
import { userRecordPanels } from '../../../plugins/auth/user-panels.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';

const keys = definePlugin({
  name: 'keys',
  api: 1,
  requires: ['auth'],
  contributes: {
    'user.panels': [
      { name: 'second', rank: 2, view: 'layout/token', load: async () => undefined },
      {
        name: 'keys',
        rank: 1,
        place: 'aside',
        title: 'Keys',
        view: 'layout/token',
        access: { permission: 'user.view' },
        async load(_ctx, _app, userId) {
          return { userId };
        },
      },
    ],
  },
});

const test = suite('auth: panels on the page of an account');
let desk: TestApp;
test.before(async () => {
  desk = await testApp({ models: [], extend: [keys] });
});
test.after(() => desk.close());

test('each item becomes a panel of the model user, by rank, with its access', () => {
  const panels = userRecordPanels(desk.app).filter(({ name }) => name === 'user-keys' || name === 'user-second');
  assert.equal(
    panels.map(({ name, rank, place, title, access }) => ({ name, rank, place, title, access })),
    [
      { name: 'user-keys', rank: 1, place: 'aside', title: 'Keys', access: { permission: 'user.view' } },
      { name: 'user-second', rank: 2, place: undefined, title: undefined, access: undefined },
    ],
  );
  for (const { models } of panels)
    assert.equal(
      models.map(({ modelName }) => modelName),
      ['user'],
    );
});
