// The main job, as a person does it who works at the strike desk.
import * as assert from 'uvu/assert';
import { openBrowser, type Visitor, visitAs } from '../support/browser.ts';
import { suite } from '../support/suite.ts';
import { pick } from './choose-option.ts';
import { answerTo } from './every-page.ts';
import { strikeDesk } from './strike-desk.ts';

const test = suite('the starter strikes in a browser');
const desk = await strikeDesk();
const browser = await openBrowser();

async function administrator(expected: readonly number[] = []): Promise<Visitor> {
  return visitAs(desk, await desk.account('administrator'), { expected });
}

test('a user signs in, opens a task from the dashboard, and signs out', async () => {
  const { page, problems, signIn } = await browser.visit(desk);
  await signIn(await desk.account('supervisor', ['strike.view', 'airport.view']));
  assert.is(await page.title(), 'Dashboard · Wildlife-strike desk');

  const waiting = page.getByRole('link', { name: 'New strikes without a case officer' });
  const figure = Number.parseInt((await waiting.innerText()).trim(), 10);
  assert.ok(figure > 0);
  await waiting.click();
  await page.getByRole('heading', { level: 1, name: `Strikes ${figure}` }).waitFor();
  assert.match(await page.locator('.pager p').innerText(), new RegExp(` of ${figure}$`));

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/login?notice=signed-out');
  await page.getByText('You have been signed out').waitFor();
  await page.goto('/admin/strikes');
  assert.match(page.url(), /\/admin\/login\?/);
  assert.equal(problems, []);
});

test('a long navigation scrolls above its footer, which stays visible', async () => {
  const { page } = await administrator();
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.evaluate(`(() => {
    const list = [...document.querySelectorAll('.rail-group ul')].at(-1);
    for (let at = 1; at <= 20; at += 1) list.append(list.lastElementChild.cloneNode(true));
  })()`);
  const foot = await page.locator('.rail-foot').boundingBox();
  assert.ok(foot && foot.y + foot.height <= 800, `it ends at ${foot && foot.y + foot.height} px`);
  const last = page.locator('.rail-group a').last();
  await last.focus();
  const entry = await last.boundingBox();
  assert.ok(entry && foot && entry.y + entry.height <= foot.y, 'the last entry is not behind the foot');
  await page.setViewportSize({ width: 1280, height: 300 });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/login?notice=signed-out');
});

test('a list is searched, filtered through the combobox, and paged forward and back', async () => {
  const { page, problems, open } = await administrator();
  await open('/admin/strikes');
  const rows = page.locator('.table tbody tr');
  assert.is(await rows.count(), 50);

  await page.getByRole('main').getByRole('searchbox').fill('gull');
  await page.getByRole('main').getByRole('searchbox').press('Enter');
  await page.waitForURL('**?q=gull');
  assert.equal(await wrongRows(page, 'Gull|gull'), 0);

  await page.locator('.filter summary', { hasText: 'Airport' }).click();
  await pick(page, 'Airport', 'kennedy', /^JFK/);
  assert.ok(await page.locator('.filter .tags').getByRole('checkbox', { name: /^JFK/ }).isChecked());
  await page.getByRole('button', { name: 'Apply' }).locator('visible=true').click();
  await page.waitForURL('**f.airport=JFK**');
  assert.match(page.url(), /q=gull/);
  assert.equal(await wrongRows(page, 'JFK'), 0);
  await page.getByText('Airport: JFK · John F Kennedy Intl', { exact: true }).waitFor();

  await page.locator('.filter summary', { hasText: 'State' }).click();
  await page.getByRole('checkbox', { name: 'Closed' }).check();
  await page.getByRole('button', { name: 'Apply' }).locator('visible=true').click();
  await page.waitForURL('**f.state=closed**');
  assert.equal(await wrongRows(page, 'Closed'), 0);
  assert.ok((await rows.count()) > 0);
  await page.getByRole('link', { name: 'Remove “gull”' }).click();
  await page.waitForURL((url) => !url.searchParams.has('q'));

  await page.getByRole('link', { name: 'Clear all' }).click();
  await page.waitForURL('**/strikes');
  const first = await rows.first().innerText();
  await page.getByRole('link', { name: 'Next' }).click();
  await page.waitForURL('**after=**');
  assert.is.not(await rows.first().innerText(), first);
  await page.getByRole('link', { name: 'Previous' }).click();
  await page.waitForURL('**before=**');
  assert.is(await rows.first().innerText(), first);
  assert.equal(problems, []);
});

test('a wide screen shows all columns of a list, and a short list is only as tall as its rows', async () => {
  const { page, open, signIn } = await browser.visit(desk, { width: 1600, height: 1000 });
  await signIn(await desk.account('administrator'));
  const overflow = `(() => {
    const { scrollWidth, clientWidth, clientHeight } = document.querySelector('.table-box');
    return { aside: scrollWidth - clientWidth, below: clientHeight - document.querySelector('.table').offsetHeight };
  })()`;
  for (const narrowed of ['', '?f.state=open', '?f.occurredOn.to=2002-07-14']) {
    await open(`/admin/strikes${narrowed}`);
    assert.is((await page.evaluate<{ aside: number }>(overflow)).aside, 0, narrowed);
  }
  await open('/admin/strikes?f.occurredOn.from=2002-07-25&f.airport=PIT');
  assert.is((await page.evaluate<{ below: number }>(overflow)).below, 0);
});

test('a strike is edited; its page, its history and the audit trail show the change', async () => {
  const { page, problems, open } = await administrator();
  await open('/admin/strikes/9980');
  await page.getByRole('link', { name: 'Edit' }).click();
  const tags = page.locator('.tags');
  const before = await tags.getByRole('checkbox').count();

  await page.getByLabel('State').selectOption('Closed');
  await pick(page, 'Case officer', 'officer@', 'officer@desk.example');
  await pick(page, 'Labels', 'preca', 'Precautionary');
  await pick(page, 'Labels', 'check', 'Check the report');
  await tags.getByRole('checkbox', { name: 'Check the report' }).uncheck();
  assert.is(await tags.getByRole('checkbox').count(), before + 2);
  assert.is(await answerTo(page, '[data-save]'), 200);

  await page.getByRole('status').getByText('was saved').waitFor();
  assert.match(page.url(), /\/admin\/strikes$/);
  await open('/admin/strikes/9980');
  const facts = await page.locator('.facts').first().innerText();
  assert.match(facts, /Closed/);
  assert.match(facts, /officer@desk\.example/);
  assert.match(facts, /Precautionary/);
  assert.not.match(facts, /Check the report/);

  await page.getByRole('link', { name: 'History' }).click();
  const entry = page.locator('.timeline li').first();
  await entry.getByText('edited 3 fields').waitFor();
  const entryText = await entry.innerText();
  assert.match(entryText, /State\s+\w+\s+Closed/);
  assert.match(entryText, /Case officer\s[\s\S]*officer@desk\.example/);
  assert.match(entryText, /Labels\s[\s\S]*Precautionary/);
  await open('/admin/audit');
  const row = page.locator('.table tbody tr').filter({ hasText: 'Strike' }).first();
  assert.match(await row.innerText(), /administrator-\d+@example\.org/);
  assert.equal(problems, []);
});

test('a route with a key of two airports is added', async () => {
  const { page, problems, open } = await administrator([422]);
  await open('/admin/routes');
  await page.getByRole('link', { name: 'Add route' }).click();
  await pick(page, 'Origin', 'anchorage', /^ANC/);
  await pick(page, 'Destination', 'key west', /^EYW/);
  await page.getByLabel('Flights in 2008').fill('3');
  await page.getByRole('button', { name: 'Save and continue' }).click();
  await page.waitForURL('**/routes/ANC,EYW/+edit');
  await page.getByRole('status').getByText('was added').waitFor();

  await open('/admin/routes/+new');
  await pick(page, 'Origin', 'ANC', /^ANC/);
  await pick(page, 'Destination', 'EYW', /^EYW/);
  await page.getByLabel('Flights in 2008').fill('3');
  assert.is(await answerTo(page, '[data-save]'), 422);
  await page.getByRole('alert').waitFor();
  assert.equal(problems, []);
});

/** Rows on the page that do not hold the words. */
async function wrongRows(page: Visitor['page'], words: string): Promise<number> {
  const texts = await page.locator('.table tbody tr').allInnerTexts();
  assert.ok(texts.length > 0);
  return texts.filter((text) => !new RegExp(words).test(text)).length;
}
