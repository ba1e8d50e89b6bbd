// In Chromium: a form that nobody touched changes nothing, whatever other programs have stored.

import * as assert from 'uvu/assert';
import { allPermissions, bytesOf, openLoose, rowsOfEveryValue } from '../plugins/admin/loose.ts';
import { visitAs } from '../support/browser.ts';
import { runSql } from '../support/run-sql.ts';
import { afterAllSuites, suite } from '../support/suite.ts';
import { answerTo } from './every-page.ts';

const test = suite('unchanged forms in a browser');
const desk = await openLoose();
afterAllSuites(() => desk.close());

for (const scripts of [true, false]) {
  test(`saving a form without changes changes no byte, ${scripts ? 'with' : 'without'} scripts (T05, T06, T10, F1)`, async () => {
    const { sql, ids } = rowsOfEveryValue(scripts ? 1 : 1001);
    await runSql(
      desk.app.database.url,
      `${sql} insert into friend (loose_id, owner_id) select id, n from loose, unnest(array[1, 77777]) n where id >= ${ids[0]}`,
    );
    const before = await bytesOf(desk);
    const visitor = await visitAs(desk, await desk.account('staff', allPermissions), { scripts });
    for (const id of ids) {
      await visitor.open(`/admin/looses/${id}/+edit`);
      assert.is(await answerTo(visitor.page, '[data-save]'), 200, String(id));
      assert.match(await visitor.page.locator('main').innerText(), 'No changes', String(id));
    }
    const after = await bytesOf(desk);
    for (const id of ids) assert.is(after.get(id), before.get(id), String(id));
  });
}

test('a date that the control cannot represent can be replaced, and nothing else changes', async () => {
  await runSql(
    desk.app.database.url,
    `insert into loose (id, title, state, active, day, clock) values (2001, 'x', 'gone', true, 'infinity', '24:00')`,
  );
  const visitor = await visitAs(desk, await desk.account('staff', allPermissions));
  await visitor.open('/admin/looses/2001/+edit');
  const day = visitor.page.locator('[name=day]');
  assert.is(await day.inputValue(), 'infinity');
  await day.fill('2026-11-29');
  assert.is(await answerTo(visitor.page, '[data-save]'), 200);
  await visitor.open('/admin/looses/2001/+edit');
  assert.is(await visitor.page.locator('[name=day]').inputValue(), '2026-11-29');
  assert.is(await visitor.page.locator('[name=clock]').inputValue(), '24:00');
});

test('nothing unexpected was logged', () => {
  assert.equal(desk.errors, []);
});
