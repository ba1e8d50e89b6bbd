// WCAG 2.2 AA on every page, right to left, in dark mode; the light colours are those of the English pages.
import * as assert from 'uvu/assert';
import { openBrowser } from '../support/browser.ts';
import { suite } from '../support/suite.ts';
import { everyPage, prepareDesk, visitorsOf } from './every-page.ts';
import { strikeDesk } from './strike-desk.ts';
import { violations } from './violations.ts';

const test = suite('accessible in Arabic');
const browser = await openBrowser();
const desk = await strikeDesk({ locale: 'ar' });
await prepareDesk(desk);
const visitors = await visitorsOf(browser, desk, { dark: true });

for (const { name, who, status, show } of everyPage) {
  test(`${name}, right to left`, async () => {
    const visitor = visitors[who];
    const { page, problems } = visitor;
    assert.is(await show(visitor), status);
    assert.is(await page.evaluate<string>('document.documentElement.dir'), 'rtl');
    assert.is(await page.evaluate<string>('document.documentElement.lang'), 'ar');
    assert.equal(await violations(page), []);
    assert.equal(problems, []);
  });
}
