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
  readonly address: string;
  readonly method: string;
  readonly who: string;
  readonly answers: string;
  readonly what: string;
}

/** Rows of the first table, or of the one after the given heading. */
function tableAfter(heading: string): readonly Line[] {
  const [table = ''] = docs.slice(docs.indexOf(heading)).split(/\n(?=## )/);
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((line) => {
    const [address = '', method = '', who = '', answers = '', what = ''] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    return { address: address.replaceAll('`', ''), method, who, answers, what };
  });
}

function whoOf(access: Access): string {
  if ('open' in access) return 'everyone';
  const kinds = Object.entries(access).map(([kind, requested]) => {
    if (kind === 'signedIn') return 'signed in';
    return requested === true ? kind : `${kind} \`${requested}\``;
  });
  return kinds.join(', ');
}

const lineOf = ({ path: address, method, access, responses: answers }: RouteInfo): Omit<Line, 'what'> => ({
  address,
  method,
  who: whoOf(access),
  answers: [...answers].sort((a, b) => a - b).join(', '),
});

test('every route of the built-in plugins is in the table, as declared', () => {
  const documented = tableAfter('# URLs').map(({ what, ...line }) => line);
  const booted = app.app.routes.map(lineOf);
  assert.ok(booted.length > 20);
  const key = ({ address, method }: Omit<Line, 'what'>): string => `${address} ${method}`;
  assert.equal(documented.map(key).sort(), booted.map(key).sort());
  for (const line of booted) {
    assert.equal(
      documented.find((each) => key(each) === key(line)),
      line,
    );
  }
});

test('every line describes its URL', () => {
  const bare = [...tableAfter('# URLs'), ...tableAfter('## Outside')].filter(({ what }) => what.length < 10);
  assert.equal(bare, []);
});

test('URLs without a route respond as the second table says', async () => {
  const lines = tableAfter('## Outside');
  assert.ok(lines.length >= 3);
  const stranger = app.client();
  for (const { address, answers } of lines) {
    const asked = address.replace('HASH/FILE', app.app.urls.asset('admin.css').split('/+assets/')[1] ?? '');
    if (address.endsWith('+dev')) continue; // in development only; below
    const { status } = await stranger.get(asked);
    assert.ok(answers.split(', ').includes(String(status)), `${address} ${status}`);
  }
  assert.is((await stranger.get('/admin/+dev')).status, 404);
});
