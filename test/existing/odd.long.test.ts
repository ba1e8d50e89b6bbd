// Black box: every list, record and form of a database full of what other people's databases contain.
import * as assert from 'uvu/assert';
import type { ModelInfo } from '../../core/model/field-type.ts';
import { linkTo, noticesOf } from '../plugins/admin/page.ts';
import { suite } from '../support/suite.ts';
import { addRow, change, type OddApp, open, openOdd, recordLinks, rowsOfTable, said } from './odd-app.ts';
import { odd } from './odd-models.ts';

const test = suite('an existing database: every page of unusual tables');
let desk: OddApp;

test.before(async () => {
  desk = await openOdd();
});
test.after(async () => {
  assert.equal(desk.app.errors, []);
  await desk.app.close();
});

/** The records of all pages of the list, and the first page of every order that it offers. */
async function recordsOf(model: ModelInfo): Promise<readonly string[]> {
  const list = desk.app.app.urls.list(model);
  const records = new Set<string>();
  for (let url = list; url !== ''; ) {
    const text = await open(desk, url);
    for (const link of recordLinks(list, text)) records.add(link);
    url = linkTo(text, 'Next');
  }
  for (const { name } of model.stored)
    assert.ok([200, 400].includes((await desk.clerk.get(`${list}?sort=-${name}`)).status), name);
  const canSearch = model.stored.some(({ typeName }) => ['text', 'choice', 'uuid'].includes(typeName));
  if (canSearch) await open(desk, `${list}?q=${encodeURIComponent("x % ' one")}`);
  return [...records];
}

async function saveUntouched(record: string): Promise<void> {
  const saved = await desk.clerk.submit(`${record}/+edit`, {});
  assert.is(saved.status, 303, `${record}: ${said(saved)}`);
  assert.match(noticesOf(await open(desk, saved.location)).join(), 'No changes were made', record);
}

for (const { model: declared, add, change: changed } of odd) {
  test(`the rows of ${declared.definition.table ?? declared.modelName} are listed, opened, saved, changed and added`, async () => {
    const model = desk.app.app.models.of(declared);
    const before = await rowsOfTable(desk, model);
    const records = await recordsOf(model);
    assert.is(records.length, before.length, records.join());
    for (const record of records) {
      await open(desk, record);
      if (!model.readOnly) await saveUntouched(record);
    }
    assert.equal(await rowsOfTable(desk, model), before);
    if (changed !== undefined) await change(desk, records[0] ?? '', changed);
    if (add !== undefined) await addRow(desk, model, add);
  });
}

test('the first row of every table is deleted', async () => {
  for (const { model: declared } of odd.toReversed()) {
    const model = desk.app.app.models.of(declared);
    if (model.readOnly) continue;
    const before = await rowsOfTable(desk, model);
    const [record = ''] = recordLinks(desk.app.app.urls.list(model), await open(desk, desk.app.app.urls.list(model)));
    const deleted = await desk.clerk.submit(`${record}/+delete`, {});
    assert.is(deleted.status, 303, `${record}: ${said(deleted)}`);
    assert.ok((await rowsOfTable(desk, model)).length < before.length, record);
  }
});
