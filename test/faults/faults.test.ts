// A quick check that every fault still matches the source; faults.long.test.ts runs the tests of each fault.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ROOT } from '../support/sources.ts';
import { suite } from '../support/suite.ts';
import type { Change } from './fault.ts';
import { faultedSources } from './faulted-sources.ts';
import { faults } from './faults.ts';
import { findMarkers, markersIn } from './markers.ts';
import { parse } from './parse.ts';

const test = suite('seeded faults');

test('every marker in the source is unique and belongs to exactly one fault', () => {
  const inSource = findMarkers().map(({ id }) => id);
  const inFaults = faults.flatMap((fault) => ('marker' in fault ? [fault.marker] : []));
  assert.equal(inSource.toSorted(), inFaults.toSorted());
  assert.is(new Set(inSource).size, inSource.length);
});

test('every fault changes its file and leaves valid TypeScript', () => {
  const faulted = faultedSources(faults);
  for (const { fault, file, source } of faulted) {
    assert.is.not(source, readFileSync(path.join(ROOT, file), 'utf8'), fault.name);
  }
  const { errors } = parse(faulted.filter(({ file }) => file.endsWith('.ts')).map(({ source }) => source));
  assert.equal(errors, []);
});

test('every fault has a unique name, and its tests exist', () => {
  assert.ok(faults.length >= 80);
  assert.is(new Set(faults.map(({ name }) => name)).size, faults.length);
  for (const { name, tests } of faults) {
    assert.ok(tests.length > 0, name);
    for (const file of tests) assert.ok(existsSync(path.join(ROOT, 'test', file)), `${name}: test/${file}`);
  }
});

// After a rename, it would throw a ReferenceError, which every test would detect.
test('no fault inserts a name declared in the source', () => {
  const words = ['true', 'false', 'null', 'undefined', 'await', 'arguments'];
  for (const { name, change } of faults) {
    if (typeof change === 'string') continue;
    const [inserted = ''] = Object.values(change).map((value) => String(Array.isArray(value) ? value[1] : value));
    const code = inserted.replaceAll(/'[^']*'|\.\w+|\w+:|\$\w/g, '');
    const names = code.match(/\b[a-z]\w*/gi) ?? [];
    assert.equal(
      names.filter((each) => !words.includes(each)),
      [],
      name,
    );
  }
});

/** The source after the change, without the marker. */
function changed(below: string, change: Change): string | undefined {
  const markers = markersIn('some.ts', below);
  const [result] = faultedSources([{ name: 'a fault', marker: 'here', change, tests: [] }], markers);
  return result?.source.replaceAll(/\s*\/\/ fault: here\n\s*/g, ' ').trim();
}

const HERE = '\n// fault: here\n';

const CHANGES: readonly (readonly [what: string, below: string, change: Change, expected: string])[] = [
  ['a statement', `f();${HERE}if (a) throw b;\ng();`, 'remove', 'f(); ;\ng();'],
  ['an `else if`', `if (a) b();${HERE}else if (c) d();`, 'remove', 'if (a) b(); else ;'],
  ['an element', `const all = [${HERE}...some, other];`, 'remove', 'const all = [ other];'],
  ['an operand of &&', `const is = a &&${HERE}b(c, d) && e;`, 'remove', 'const is = a && true && e;'],
  ['an operand of ||', `const is = a ||${HERE}b;`, 'remove', 'const is = a || false;'],
  ['a call', `${HERE}return escape(cut(text), 1);`, 'unwrap', 'return cut(text);'],
  ['the condition of an if', `${HERE}if (a && b) c();`, { condition: 'true' }, 'if (true) c();'],
  [
    'the condition of a ? :',
    `${HERE}const a = [...(b ? c : d)];`,
    { condition: 'false' },
    'const a = [...(false ? c : d)];',
  ],
  ['an operand', `${HERE}if (a && b && (c || d)) e();`, { operand: [2, 'true'] }, 'if (a && b && true) e();'],
  ['an argument', `${HERE}x ??= f(a, g(b));`, { argument: [1, '9'] }, 'x ??= f(a, 9);'],
  ['what is returned', `${HERE}return a || b;`, { returns: 'true' }, 'return true;'],
  ['a variable', `${HERE}const a = b(c);`, { value: 'true' }, 'const a = true;'],
  ['a property', `f({${HERE}a: b ?? 1, c });`, { value: '1' }, 'f({ a: 1, c });'],
  ['a text', `${HERE}f(\`x and y\`);\nx;`, { replace: ['x and ', ''] }, 'f(`y`);\nx;'],
  ['a pattern', `${HERE}f(a !== 1);`, { replace: [/(\w) !==/, '$1 ==='] }, 'f(a === 1);'],
];

for (const [what, below, change, expected] of CHANGES) {
  test(`changes ${what}`, () => assert.is(changed(below, change), expected));
}

const UNFIT: readonly (readonly [what: string, below: string, change: Change, problem: RegExp])[] = [
  ['a marker that is missing', 'f();', 'remove', /the marker is not in/],
  ['a marker at the end of a block', `if (a) {${HERE}}\nf();`, 'remove', /nothing is directly below the marker/],
  ['a condition that is missing', `${HERE}f();`, { condition: 'true' }, /it has no condition/],
  ['an operand that is missing', `${HERE}if (a && b) f();`, { operand: [2, 'true'] }, /it has no operand 2/],
  ['a text that occurs twice', `${HERE}f(a, a);`, { replace: ['a', 'b'] }, /contains a 2 times instead of once/],
  ['a text outside the node', `${HERE}f();\ng();`, { replace: ['g', 'h'] }, /contains g 0 times/],
];

for (const [what, below, change, problem] of UNFIT) {
  test(`reports ${what}`, () => assert.throws(() => changed(below, change), problem));
}
