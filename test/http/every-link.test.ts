// timeout: 120
// Black box: the strike desk with all its rows; every link of every page leads somewhere.
import * as assert from 'uvu/assert';
import config from '../../starters/strikes/rustio.config.ts';
import { linksOf, unescaped } from '../plugins/admin/page.ts';
import { deskTemplate, folder } from '../starters/seeded-desk.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { type Client, formsOf } from '../support/client.ts';
import { type DatabaseProxy, databaseProxy } from '../support/database-proxy.ts';
import { suite } from '../support/suite.ts';

const test = suite('http: every link');
let desk: TestApp;
let chief: Client;
let proxy: DatabaseProxy;

test.before(async () => {
  const by = async (url: string) => {
    proxy = await databaseProxy(url);
    return proxy.url;
  };
  desk = await testApp(config, { template: await deskTemplate(), folder, by });
  chief = await desk.person('administrator');
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

/** Addresses of one shape are one page: of each only the first few are opened. */
const MOST_OF_A_SHAPE = 2;
/** Filters, sorts and places in a list can be put together without end. */
const MOST_PARAMETERS = 1;

/** `/admin/strikes/17?f.state=open` → `/admin/strikes/:key?f.state`. */
function shapeOf(address: string): string {
  const { pathname, searchParams } = new URL(address, 'http://desk');
  const [, mount, list = '', key = '', ...rest] = pathname.split('/');
  const sort = (searchParams.get('sort') ?? '').replace('-', '');
  const names = [...new Set(searchParams.keys())].toSorted().join(' ');
  return [mount, list, key.startsWith('+') ? key : key && ':key', ...rest, names, sort].join('/');
}

const pages = new Map<string, string>();

test('all of them answer 200, from the start page on', async () => {
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
      if (new Set(new URL(link, desk.url).searchParams.keys()).size > MOST_PARAMETERS) continue;
      const shape = shapeOf(link);
      const seen = (shapes.get(shape) ?? 0) + 1;
      shapes.set(shape, seen);
      if (seen <= MOST_OF_A_SHAPE) waiting.push(link);
    }
  }
  assert.equal(broken, []);
  assert.ok(pages.size > 100, `${pages.size} pages`);
});

test('each list costs three statements at most', async () => {
  const lists = [...pages.keys()].filter(
    (path) => /^\/admin\/[a-z-]+(\?|$)/.test(path) && !/audit|account|login/.test(path),
  );
  const dear: string[] = [];
  for (const path of lists) {
    const cost = Math.min(await costOf(path), await costOf(path));
    // A chip that names a row of another model costs one more.
    if (cost > (/[?&]f\.(?!state|damage|size|active|role)/.test(path) ? 4 : 3)) dear.push(`${cost} ${path}`);
  }
  assert.ok(lists.length > 30, `${lists.length} lists`);
  assert.equal(dear, []);
});

/** A session that is touched and statistics that are renewed, once a minute or less, cost one more. */
async function costOf(path: string): Promise<number> {
  proxy.statements();
  await chief.get(path);
  return proxy.statements();
}

test('no page says a key of the words instead of the words, "undefined" or "[object Object]"', () => {
  for (const [path, text] of pages) {
    const said = text.replace(/<[^>]*>/g, ' ');
    assert.not.match(
      said,
      /\b(admin|audit|layout|problem|error|event|sessions|auth)\.[a-z]+(\.[a-zA-Z]+)*\b(?!@)/,
      path,
    );
    assert.not.match(said, /undefined|\[object Object\]|\bNaN\b/, path);
  }
});

test('ids of a page are different from each other, and what points to an id finds it', () => {
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

test('every edit form, sent back as it is, changes nothing', async () => {
  const forms = [...pages].filter(([path]) => path.endsWith('/+edit'));
  assert.ok(forms.length > 10);
  for (const [path] of forms) {
    const held = formsOf((await chief.get(path)).text).find(({ action }) => action === path)?.fields ?? {};
    const { status, location, text } = await chief.post(path, held);
    assert.is(
      status,
      303,
      `${path}: ${text.slice(text.indexOf('class="mistake"'), text.indexOf('class="mistake"') + 400)}`,
    );
    assert.match((await chief.get(location)).text, 'Nothing was changed', path);
  }
});
