import { createServer } from 'node:http';
import * as assert from 'uvu/assert';
import { ErrorServer } from '../../cli/dev/error-server.ts';
import { silentFailure } from '../../cli/dev/failure.ts';
import { resolvePort } from '../../cli/serve/free-port.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { suite } from '../support/suite.ts';

const test = suite('a project that fails to start, in a browser');
const HOST = '127.0.0.1';
let app: TestApp;
let browser: TestBrowser;
test.before(async () => {
  app = await testApp({});
  browser = await openBrowser();
});
test.after(() => app.close());

test('the error page reloads automatically until the application is up', async () => {
  const { page } = await browser.visit(app);
  const at = { host: HOST, port: await resolvePort(0, HOST) };
  const first = await ErrorServer.open({ ...silentFailure, problem: 'One <i>error</i>' }, at);
  const answer = await page.goto(`http://${HOST}:${at.port}/admin/users?q=a`);
  assert.is(answer?.status(), 500);
  assert.is(await page.locator('h1').textContent(), 'One <i>error</i>');
  const styled = await page.evaluate<string>('getComputedStyle(document.body).maxWidth');
  assert.is.not(styled, 'none', 'its style is not blocked');
  await first?.close();

  const second = await ErrorServer.open({ ...silentFailure, problem: 'Another error' }, at);
  await page.getByRole('heading', { name: 'Another error' }).waitFor();
  await second?.close();

  const mended = createServer((request, response) => {
    response.writeHead(request.url === '/admin/users?q=a' ? 200 : 404, { 'content-type': 'text/html' });
    response.end('<h1>Served</h1>');
  });
  await new Promise<void>((resolve) => mended.listen(at.port, HOST, resolve));
  try {
    await page.getByRole('heading', { name: 'Served' }).waitFor();
    assert.match(page.url(), '/admin/users?q=a');
  } finally {
    mended.closeAllConnections();
    await new Promise((resolve) => mended.close(resolve));
  }
});

test('long lines of the details wrap on a phone', async () => {
  const { page } = await browser.visit(app);
  const at = { host: HOST, port: await resolvePort(0, HOST) };
  const details = [`model visit: There is no field "${'record'.repeat(9)}" in visit.list. Did you mean "recorded_at"?`];
  const errorServer = await ErrorServer.open({ ...silentFailure, problem: 'broken'.repeat(12), details }, at);
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto(`http://${HOST}:${at.port}/admin`);
  const tooWide = await page.evaluate<string[]>(
    `[...document.querySelectorAll('html, h1, pre')].filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.localName)`,
  );
  assert.equal(tooWide, []);
  await errorServer?.close();
});
