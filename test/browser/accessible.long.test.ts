// WCAG 2.2 AA as far as a program can check it, on every page in light and dark mode.
import * as assert from 'uvu/assert';
import { openBrowser } from '../support/browser.ts';
import { suite } from '../support/suite.ts';
import { everyPage, prepareDesk, visitorsOf } from './every-page.ts';
import { strikeDesk } from './strike-desk.ts';
import { violations } from './violations.ts';

const test = suite('accessible');
const browser = await openBrowser();
const desk = await strikeDesk();
await prepareDesk(desk);
const visitors = await visitorsOf(browser, desk);

test('the checker finds violations', async () => {
  const { page, open } = await browser.visit(desk);
  await open('/admin/login');
  await page.evaluate(`document.querySelector('[for=email]').remove();
    document.querySelector('h1').className = 'button-primary badge'; document.querySelector('h1').id = 'email'`);
  const violationsOnPage = await violations(page);
  assert.ok(
    violationsOnPage.some((line) => line.startsWith('label:')),
    violationsOnPage.join('\n'),
  );
});

for (const { name, who, status, show } of everyPage) {
  test(`${name}, light and dark`, async () => {
    const visitor = visitors[who];
    const { page, problems } = visitor;
    assert.is(await show(visitor), status);
    assert.is(await page.evaluate<string>('document.documentElement.dir'), 'ltr');
    assert.equal(await violations(page), []);
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.equal(await violations(page, ['color-contrast']), []);
    await page.emulateMedia({ colorScheme: 'light' });
    assert.equal(problems, []);
  });
}
