// Choosing files in a real browser: the control, the 422 that loses nothing, the image.
import * as assert from 'uvu/assert';
import { gif, PDF } from '../core/files/contents.ts';
import { allPermissions, chosen, openFilesApp, send } from '../core/files/file-forms.ts';
import { openBrowser } from '../support/browser.ts';
import { suite } from '../support/suite.ts';
import { violations } from './violations.ts';

const test = suite('files in a browser');
const desk = await openFilesApp();
const browser = await openBrowser();
test.after(() => desk.close());

for (const scripts of [true, false]) {
  test(`an image is chosen, kept while an error is fixed, and shown (${scripts ? 'with' : 'without'} scripts)`, async () => {
    const { page, problems, open, signIn } = await browser.visit(desk, { scripts, expected: [422] });
    await signIn(await desk.account('staff', allPermissions));
    await open('/admin/papers');
    // An image that any browser can show: a screenshot of the page.
    const picture = await page.screenshot({ clip: { x: 0, y: 0, width: 120, height: 80 } });
    await open('/admin/papers/+new');
    await page.getByLabel('Photo').setInputFiles({ name: 'desk.png', mimeType: 'image/png', buffer: picture });
    await page.getByLabel('Scan').setInputFiles({ name: 'bill.pdf', mimeType: 'application/pdf', buffer: PDF });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Not saved:').waitFor();
    await page.getByText('Selected, not saved yet: desk.png').waitFor();
    if (scripts) assert.equal(await violations(page), []);

    await page.getByLabel('Title').fill('With a picture');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('link', { name: 'With a picture' }).first().click();
    const shownImage = page.locator('main img.picture');
    await shownImage.waitFor();
    const { width, height } = (await shownImage.boundingBox()) ?? { width: 0, height: 0 };
    assert.equal([width, height], [120, 80]);
    if (scripts) {
      assert.is(await shownImage.evaluate((image) => Reflect.get(image, 'naturalWidth')), 120);
      assert.equal(await violations(page), []);
    }

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'bill.pdf' }).click(),
    ]);
    assert.is(download.suggestedFilename(), 'bill.pdf');
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    if (scripts) assert.equal(await violations(page), []);
    assert.equal(problems, []);
  });
}

test('an image opened in its own tab is shown and runs no script', async () => {
  const sent = await send(await desk.signInAs('staff', allPermissions), '/admin/papers/+new', {
    title: 'One',
    photo: chosen('dot.gif', gif(1, 1)),
  });
  assert.is(sent.status, 303);
  const { page, open, signIn } = await browser.visit(desk);
  await signIn(await desk.account('staff', allPermissions));
  await open('/admin/papers');
  const [row] = await page.getByRole('link', { name: 'dot.gif' }).all();
  assert.is(await open((await row?.getAttribute('href')) ?? ''), 200);
  assert.is(await page.locator('img').count(), 1);
  assert.is(await page.locator('script').count(), 0);
});
