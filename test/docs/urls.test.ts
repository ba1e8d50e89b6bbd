// docs/urls.md lists the URLs of a booted application.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Access, RouteInfo } from '../../core/request/route-info.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { ROOT } from '../support/sources.ts';
import { suite } from '../support/suite.ts';

const test = suite('docs: URLs');
const docs = readFileSync(path.join(ROOT, 'docs/urls.md'), 'utf8');
let app: TestApp;
test.before(async () => {
  app = await testApp({});
});
test.after(() => app.close());

interface Line {
  readonly url: string;
  readonly method: string;
  readonly access: string;
  readonly statuses: string;
  readonly description: string;
}

/** Rows of the first table, or of the one after the given heading. */
function tableAfter(heading: string): readonly Line[] {
  const [table = ''] = docs.slice(docs.indexOf(heading)).split(/\n(?=## )/);
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((line) => {
    const [url = '', method = '', access = '', statuses = '', description = ''] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    return { url: url.replaceAll('`', ''), method, access, statuses, description };
  });
}

function accessText(access: Access): string {
  if ('open' in access) return 'everyone';
  const kinds = Object.entries(access).map(([kind, requested]) => {
    if (kind === 'signedIn') return 'signed in';
    return requested === true ? kind : `${kind} \`${requested}\``;
  });
  return kinds.join(', ');
}

const lineOf = ({ path: url, method, access, responses }: RouteInfo): Omit<Line, 'description'> => ({
  url,
  method,
  access: accessText(access),
  statuses: [...responses].sort((a, b) => a - b).join(', '),
});

test('every route of the built-in plugins is in the table, as declared', () => {
  const documented = tableAfter('# URLs').map(({ description, ...line }) => line);
  const booted = app.app.routes.map(lineOf);
  assert.ok(booted.length > 20);
  const key = ({ url, method }: Omit<Line, 'description'>): string => `${url} ${method}`;
  assert.equal(documented.map(key).sort(), booted.map(key).sort());
  for (const line of booted) {
    assert.equal(
      documented.find((each) => key(each) === key(line)),
      line,
    );
  }
});

test('every line describes its URL', () => {
  const bare = [...tableAfter('# URLs'), ...tableAfter('## Outside')].filter(
    ({ description }) => description.length < 10,
  );
  assert.equal(bare, []);
});

test('URLs without a route respond as described in the second table', async () => {
  const lines = tableAfter('## Outside');
  assert.ok(lines.length >= 3);
  const anonymous = app.client();
  for (const { url, statuses } of lines) {
    const requested = url.replace('HASH/FILE', app.app.urls.asset('admin.css').split('/+assets/')[1] ?? '');
    if (url.endsWith('+dev')) continue; // in development only; below
    const { status } = await anonymous.get(requested);
    assert.ok(statuses.split(', ').includes(String(status)), `${url} ${status}`);
  }
  assert.is((await anonymous.get('/admin/+dev')).status, 404);
});
