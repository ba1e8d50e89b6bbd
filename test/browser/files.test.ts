// timeout: 120
// Files as a person chooses them, in a real browser: the control, the 422 that loses nothing, the picture.
import * as assert from 'uvu/assert';
import { gif, PDF } from '../core/files/contents.ts';
import { chosen, everything, openFilesDesk, send } from '../core/files/desk.ts';
import { openBrowser } from '../support/browser.ts';
import { suite } from '../support/suite.ts';
import { violations } from './violations.ts';

const test = suite('files in a browser');
const desk = await openFilesDesk();
const browser = await openBrowser();
test.after(() => desk.close());

for (const scripts of [true, false]) {
  test(`a picture is chosen, waits while a mistake is mended, and is shown (${scripts ? 'with' : 'without'} scripts)`, async () => {
    const { page, complaints, open, signIn } = await browser.visit(desk, { scripts, expected: [422] });
    await signIn(await desk.account('staff', everything));
    await open('/admin/papers');
    // A picture that any browser can show: the page itself.
    const picture = await page.screenshot({ clip: { x: 0, y: 0, width: 120, height: 80 } });
    await open('/admin/papers/+new');
    await page.getByLabel('Photo').setInputFiles({ name: 'desk.png', mimeType: 'image/png', buffer: picture });
    await page.getByLabel('Scan').setInputFiles({ name: 'bill.pdf', mimeType: 'application/pdf', buffer: PDF });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Not saved').waitFor();
    await page.getByText('Chosen, not stored until you save: desk.png').waitFor();
    if (scripts) assert.equal(await violations(page), []);

    await page.getByLabel('Title').fill('With a picture');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('link', { name: 'With a picture' }).first().click();
    const shown = page.locator('main img.picture');
    await shown.waitFor();
    const { width, height } = (await shown.boundingBox()) ?? { width: 0, height: 0 };
    assert.equal([width, height], [120, 80]);
    if (scripts) {
      assert.is(await shown.evaluate((image) => Reflect.get(image, 'naturalWidth')), 120);
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
    assert.equal(complaints, []);
  });
}

test('a picture opened by itself is shown, and runs nothing', async () => {
  const sent = await send(await desk.person('staff', everything), '/admin/papers/+new', {
    title: 'One',
    photo: chosen('dot.gif', gif(1, 1)),
  });
  assert.is(sent.status, 303);
  const { page, open, signIn } = await browser.visit(desk);
  await signIn(await desk.account('staff', everything));
  await open('/admin/papers');
  const [row] = await page.getByRole('link', { name: 'dot.gif' }).all();
  assert.is(await open((await row?.getAttribute('href')) ?? ''), 200);
  assert.is(await page.locator('img').count(), 1);
  assert.is(await page.locator('script').count(), 0);
});
