// A phone: no horizontal scrolling, large enough controls, a first column that does not wrap.
import * as assert from 'uvu/assert';
import { openBrowser } from '../support/browser.ts';
import { suite } from '../support/suite.ts';
import { everyPage, prepareDesk, visitorsOf } from './every-page.ts';
import { strikeDesk } from './strike-desk.ts';

const test = suite('small screen');
const browser = await openBrowser();

for (const locale of ['en', 'ar']) {
  const desk = await strikeDesk({ locale });
  await prepareDesk(desk);
  const visitors = await visitorsOf(browser, desk, { phone: true });
  for (const { name, who, status, show } of everyPage) {
    test(`${name}, ${locale}: no horizontal scrolling, controls of at least 24 px`, async () => {
      const visitor = visitors[who];
      assert.is(await show(visitor), status);
      assert.equal(await visitor.page.evaluate<string[]>(TOO_WIDE), []);
      assert.equal(await visitor.page.evaluate<string[]>(TOO_SMALL), []);
      assert.equal(visitor.problems, []);
    });
  }

  test(`the menu, ${locale}: opens over the page and closes with its button or Escape`, async () => {
    const { page, open } = visitors.administrator;
    await open('/admin/strikes');
    const rail = page.locator('nav.rail');
    assert.not.ok(await rail.isVisible());
    await page.locator('.bar [popovertarget=rail]').tap();
    await rail.waitFor();
    const { x = -1, width = 999 } = (await rail.boundingBox()) ?? {};
    assert.ok(x >= 0 && x + width <= 360, `from ${x} to ${x + width} px`);
    assert.equal(await page.evaluate<string[]>(TOO_SMALL), []);
    await page.locator('.rail-close').tap();
    await rail.waitFor({ state: 'hidden' });
    await page.locator('.bar [popovertarget=rail]').tap();
    await rail.waitFor();
    await page.keyboard.press('Escape');
    await rail.waitFor({ state: 'hidden' });
  });

  test(`the audit trail, ${locale}: a row shown as a block has no border of a sticky column`, async () => {
    const { page, open } = visitors.administrator;
    await open('/admin/audit');
    const line = await page.evaluate<string>(
      `getComputedStyle(document.querySelector('.table-stack tbody th')).borderInlineEndWidth`,
    );
    assert.is(line, '0px');
  });

  test(`jobs, ${locale}: in a row shown as a block, a label comes before its time; the current tab is visible`, async () => {
    const { page, open } = visitors.administrator;
    await open('/admin/jobs?state=done');
    const cell = page.locator('.table-stack td:has(.stack-label)').first();
    const [label, time] = [await cell.locator('.stack-label').boundingBox(), await cell.locator('time').boundingBox()];
    assert.ok(label && time && (locale === 'ar' ? label.x > time.x : label.x < time.x));
    const tab = await page.locator('.tabs [aria-current]').boundingBox();
    assert.ok(tab && tab.x >= 0 && tab.x + tab.width <= 360);
  });

  test(`the list, ${locale}: dates in the first column do not wrap, and stay visible when the table is scrolled`, async () => {
    const { page, open } = visitors.administrator;
    await open('/admin/strikes');
    const first = page.locator('.table tbody th').first();
    const { height = 0, x = 0 } = (await first.locator('time').boundingBox()) ?? {};
    assert.ok(height > 10 && height < 30, `${height} px`);
    const moved = await page.evaluate<number>(`(() => {
      const box = document.querySelector('.table-box');
      box.scrollBy(${locale === 'ar' ? -300 : 300}, 0);
      return Math.abs(box.scrollLeft);
    })()`);
    assert.is(moved, 300);
    assert.is((await first.locator('time').boundingBox())?.x, x);
  });
}

/** The page must not scroll horizontally (WCAG 1.4.10); tables and filters scroll in their own boxes. */
const TOO_WIDE = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth || scrollWidth > 360 ? ['the page is ' + scrollWidth + ' px wide'] : [];
})()`;

/** WCAG 2.5.8: 24 by 24 px, but for links in a line of text. A label is part of its box. */
const TOO_SMALL = `[...document.querySelectorAll('a, button, input, select, textarea, summary')].flatMap((control) => {
  if (!control.checkVisibility({ visibilityProperty: true }) || control.type === 'hidden') return [];
  const target = control.closest('label') ?? control;
  const { width, height } = target.getBoundingClientRect();
  const inText = control.matches('p a, li a, dd a, td a, .skip') && getComputedStyle(control).display.startsWith('inline');
  return inText || (width >= 24 && height >= 24) ? [] : [Math.round(width) + ' × ' + Math.round(height) + ': ' + control.outerHTML.slice(0, 160)];
})`;
