// Law 8: every failure has a code with its own heading in docs/errors.md, and four parts in the source.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { callsIn } from '../support/calls-in.ts';
import { ROOT, sourcesIn } from '../support/sources.ts';
import { suite } from '../support/suite.ts';

const test = suite('law: four parts');
const inCode = new Set(
  sourcesIn('core', 'plugins', 'cli').flatMap(({ text }) =>
    [...text.matchAll(/'(RIO-[A-Z0-9-]+)'/g)].map(([, code = '']) => code),
  ),
);
const docs = readFileSync(path.join(ROOT, 'docs/errors.md'), 'utf8');
const inDocs = [...docs.matchAll(/^## (RIO-[A-Z0-9-]+)$/gm)].map(([, code = '']) => code);

test('every code of the source has its heading in docs/errors.md', () => {
  assert.ok(inCode.size > 20);
  assert.equal([...inCode].filter((code) => !inDocs.includes(code)).sort(), []);
});

test('docs/errors.md explains no code that the source does not know, and none twice', () => {
  assert.equal(
    inDocs.filter((code) => !inCode.has(code)),
    [],
  );
  assert.equal(
    inDocs.filter((code, at) => inDocs.indexOf(code) !== at),
    [],
  );
});

test('every heading is followed by what happened and what to do', () => {
  const sections = docs.split(/^## /m).slice(1);
  const bare = sections.filter((section) => section.split('\n').slice(1).join(' ').trim().length < 40);
  assert.equal(
    bare.map((section) => section.split('\n')[0]),
    [],
  );
});

test('whoever makes such an error says all four parts, and none of them is empty', () => {
  const made = sourcesIn('core', 'plugins', 'cli').flatMap(({ path, text }) =>
    callsIn(text, 'new RustioError').map((call) => ({ path, call })),
  );
  assert.ok(made.length > 50, 'the scanner sees them');
  const wrong = made.flatMap(({ path, call }) =>
    ['problem', 'why', 'fix', 'retry']
      .filter((part) => isMissing(call, part))
      .map((part) => `${path}: ${call.slice(0, 60)} has no ${part}`),
  );
  assert.equal(wrong, []);
});

/** Given as `part: …` with something in it, as the variable `part`, or by a spread function that its own type holds to it. */
function isMissing(call: string, part: string): boolean {
  if (new RegExp(`\\b${part}:\\s*(?:''|\`\`|"")`).test(call)) return true;
  return !new RegExp(`\\b${part}\\s*[:,}]|\\.\\.\\.\\w+\\(`).test(call);
}
