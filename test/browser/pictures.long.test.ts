// Screenshots of every page, for review: test/output/pictures/LOCALE/SCHEME-WIDTH/PAGE.png
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { openBrowser } from '../support/browser.ts';
import { suite } from '../support/suite.ts';
import { everyPage, morePages, prepareDesk, visitorsOf } from './every-page.ts';
import { strikeDesk } from './strike-desk.ts';

const test = suite('pictures');
const output = path.join(import.meta.dirname, '../output/pictures');
const browser = await openBrowser();

for (const locale of ['en', 'ar']) {
  const desk = await strikeDesk({ locale });
  await prepareDesk(desk);
  for (const phone of [false, true]) {
    const width = phone ? 360 : 1600;
    const visitors = await visitorsOf(browser, desk, phone ? { phone } : { width, height: 1000 });
    for (const { name, who, status, show } of [...everyPage, ...morePages]) {
      const visitor = visitors[who];
      test(`${name}, ${locale}, ${width} px`, async () => {
        assert.is(await show(visitor), status);
        const { page } = visitor;
        const height = Math.min(await page.evaluate<number>('document.documentElement.scrollHeight'), 2_400);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          const folder = path.join(output, locale, `${colorScheme}-${width}`);
          await mkdir(folder, { recursive: true });
          const picture = await page.screenshot({
            path: path.join(folder, `${name}.png`),
            fullPage: true,
            clip: { x: 0, y: 0, width, height },
          });
          // A page of one colour compresses to next to nothing.
          assert.ok(picture.length > 5_000, `${colorScheme} is blank`);
        }
        assert.equal(visitor.problems, []);
      });
    }
  }
}
