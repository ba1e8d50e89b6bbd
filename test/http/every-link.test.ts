// Black box: the example application with all its rows; every link of every page works.
import * as assert from 'uvu/assert';
import config from '../../starters/strikes/rustio.config.ts';
import { linksOf, unescaped } from '../plugins/admin/page.ts';
import { deskTemplate, folder } from '../starters/seeded-desk.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { type Client, formFieldsOf } from '../support/client.ts';
import { type DatabaseProxy, throughProxy } from '../support/database-proxy.ts';
import { suite } from '../support/suite.ts';

const test = suite('http: every link');
let app: TestApp;
let chief: Client;
let proxy: DatabaseProxy;

test.before(async () => {
  const template = await deskTemplate();
  ({ app, proxy } = await throughProxy((options) => testApp(config, { template, folder, ...options })));
  chief = await app.signInAs('administrator');
});
test.after(async () => {
  assert.equal(app.errors, []);
  await app.close();
});

/** URLs of one pattern count as one page: of each only the first few are opened. */
const MAX_OF_A_SHAPE = 2;
/** Filters, sort orders and positions of a list have endless combinations. */
const MAX_PARAMETERS = 1;

/** `/admin/strikes/17?f.state=open` → `/admin/strikes/:key?f.state`. */
function shapeOf(address: string): string {
  const { pathname, searchParams } = new URL(address, 'http://app');
  const [, mount, list = '', key = '', ...rest] = pathname.split('/');
  const sort = (searchParams.get('sort') ?? '').replace('-', '');
  const names = [...new Set(searchParams.keys())].toSorted().join(' ');
  return [mount, list, key.startsWith('+') ? key : key && ':key', ...rest, names, sort].join('/');
}

const pages = new Map<string, string>();

test('every link, starting at the dashboard, responds with 200', async () => {
  const waiting = ['/admin'];
  const met = new Set(waiting);
  const shapes = new Map<string, number>();
  const broken: string[] = [];
  for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
    const { status, text, headers } = await chief.get(at);
    if (status !== 200) broken.push(`${status} ${at}`);
    if (!(headers.get('content-type') ?? '').startsWith('text/html')) continue;
    pages.set(at, text);
    const navigation = [...text.matchAll(/<a href="(\/admin[^"#]*)"/g)].map(([, url = '']) => unescaped(url));
    for (const link of [...linksOf(text), ...navigation]) {
      if (!link.startsWith('/admin') || link.includes('/+assets/') || met.has(link)) continue;
      met.add(link);
      if (new Set(new URL(link, app.url).searchParams.keys()).size > MAX_PARAMETERS) continue;
      const shape = shapeOf(link);
      const seen = (shapes.get(shape) ?? 0) + 1;
      shapes.set(shape, seen);
      if (seen <= MAX_OF_A_SHAPE) waiting.push(link);
    }
  }
  assert.equal(broken, []);
  assert.ok(pages.size > 100, `${pages.size} pages`);
});

test('each list runs at most three statements', async () => {
  const lists = [...pages.keys()].filter(
    (path) => /^\/admin\/[a-z-]+(\?|$)/.test(path) && !/audit|account|login/.test(path),
  );
  const dear: string[] = [];
  for (const path of lists) {
    const cost = Math.min(await costOf(path), await costOf(path));
    // A filter chip with a row of another model takes one more.
    if (cost > (/[?&]f\.(?!state|damage|size|active|role)/.test(path) ? 4 : 3)) dear.push(`${cost} ${path}`);
  }
  assert.ok(lists.length > 30, `${lists.length} lists`);
  assert.equal(dear, []);
});

/** Updating the session, and refreshing statistics, at most once per minute, take one more. */
async function costOf(path: string): Promise<number> {
  proxy.statements();
  await chief.get(path);
  return proxy.statements();
}

test('no page shows a message key, "undefined" or "[object Object]"', () => {
  for (const [path, text] of pages) {
    const shownText = text.replace(/<[^>]*>/g, ' ');
    assert.not.match(
      shownText,
      /\b(admin|audit|layout|problem|error|event|sessions|auth)\.[a-z]+(\.[a-zA-Z]+)*\b(?!@)/,
      path,
    );
    assert.not.match(shownText, /undefined|\[object Object\]|\bNaN\b/, path);
  }
});

test('the IDs of a page are unique, and every reference to an ID exists', () => {
  for (const [path, text] of pages) {
    const ids = [...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    assert.is(new Set(ids).size, ids.length, path);
    for (const [, name = '', list = ''] of text.matchAll(
      /\s(for|aria-describedby|aria-labelledby|popovertarget)="([^"]*)"/g,
    )) {
      for (const id of list.split(' ')) assert.ok(ids.includes(id), `${path}: ${name}="${id}"`);
    }
  }
});

test('submitting any edit form unchanged changes nothing', async () => {
  const forms = [...pages].filter(([path]) => path.endsWith('/+edit'));
  assert.ok(forms.length > 10);
  for (const [path] of forms) {
    const fields = formFieldsOf((await chief.get(path)).text, path);
    const { status, location, text } = await chief.post(path, fields);
    assert.is(
      status,
      303,
      `${path}: ${text.slice(text.indexOf('class="field-error"'), text.indexOf('class="field-error"') + 400)}`,
    );
    assert.match((await chief.get(location)).text, 'No changes were made', path);
  }
});
