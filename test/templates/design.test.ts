import { readdirSync, readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';

const ASSETS = new URL('../../templates/assets/', import.meta.url);
const TEMPLATES = new URL('../../templates/', import.meta.url);
const css = readFileSync(new URL('admin.css', ASSETS), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
const scripts = readdirSync(ASSETS).filter((name) => name.endsWith('.js'));

/** `--ink: light-dark(#182124, #e8edee)` → both colours by name. */
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[\da-f]{3,6}), (#[\da-f]{3,6})\)/g)].map(
    ([, name = '', day = '', night = '']) => [name, { day, night }],
  ),
);

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(hex: string): number {
  const full = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit).join('') : hex.slice(1);
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => {
    const channel = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** Pairs with too little contrast, by name, so that a failure says what to fix. */
function tooClose(front: readonly string[], grounds: readonly string[], least: number): readonly string[] {
  return front.flatMap((name) =>
    grounds.flatMap((ground) =>
      (['day', 'night'] as const).flatMap((time) => {
        const [one, other] = [tokens.get(name)?.[time], tokens.get(ground)?.[time]];
        if (one === undefined || other === undefined) return [`--${name} or --${ground} is not a light-dark() token`];
        const ratio = contrast(one, other);
        return ratio < least ? [`--${name} on --${ground} by ${time}: ${ratio.toFixed(2)}, at least ${least}`] : [];
      }),
    ),
  );
}

const test = suite('design: contrast');
const GROUNDS = ['paper', 'rail', 'sunken', 'raised', 'hover'];
const MEANINGS = ['ok', 'warn', 'danger', 'info'];

test('text of every weight is readable on every background, in light and dark mode', () => {
  assert.equal(tooClose(['ink', 'ink-soft', 'ink-faint', 'accent', 'accent-strong'], GROUNDS, 4.5), []);
});

test('labels are readable on the brand colour, on danger, and on the soft brand colour', () => {
  assert.equal(tooClose(['accent-ink'], ['accent', 'accent-strong'], 4.5), []);
  assert.equal(tooClose(['danger-ink'], ['danger', 'danger-strong'], 4.5), []);
  assert.equal(tooClose(['accent', 'accent-strong', 'ink', 'ink-soft', 'ink-faint'], ['accent-soft'], 4.5), []);
});

test('each semantic colour is readable on its own soft background and on the page', () => {
  for (const name of MEANINGS) assert.equal(tooClose([name, 'ink'], [`${name}-soft`], 4.5), []);
  assert.equal(tooClose(MEANINGS, ['paper', 'sunken', 'raised'], 4.5), []);
});

test('borders of controls and the focus ring stand out from every background', () => {
  assert.equal(tooClose(['line-field', 'focus'], GROUNDS, 3), []);
});

const rules = suite('design: asset rules');

rules('the style sheet supports right-to-left: no physical sides', () => {
  const physical =
    /(?:^|[\s{;])(?:(?:margin|padding|border|inset)-(?:left|right|top|bottom)|left|right|top|bottom|text-align: (?:left|right))\s*[:;]/g;
  assert.equal(
    [...css.matchAll(physical)].map(([className]) => className.trim()),
    [],
  );
});

rules('the style sheet loads nothing, since the content security policy allows nothing else', () => {
  assert.not.match(css, /url\(|@import|data:/);
});

rules('every var() names a token that exists', () => {
  const defined = new Set([...css.matchAll(/(--[\w-]+)\s*:/g)].map(([, name]) => name));
  const used = new Set([...css.matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name));
  assert.ok(used.size > 30);
  assert.equal(
    [...used].filter((name) => !defined.has(name)),
    [],
  );
});

rules('no text is smaller than 14 px', () => {
  assert.match(css, /--t-s: 0\.875rem/);
  const sizes = [...css.matchAll(/font-size: ([^;]+);/g)].map(([, size = '']) => size);
  assert.ok(sizes.length > 20);
  assert.equal(
    sizes.filter((size) => !/^var\(--t-|^inherit$|^0\.93em$/.test(size)),
    [],
  );
});

rules('scripts stay small and write neither markup nor styles', () => {
  assert.ok(scripts.length >= 5);
  for (const name of scripts) {
    const source = readFileSync(new URL(name, ASSETS), 'utf8');
    assert.ok(source.split('\n').length < 200, `${name} is too long`);
    assert.not.match(
      source,
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\.style\b|eval\(|new Function/,
      name,
    );
    assert.not.match(source, /^import /m, `${name} imports: addresses carry hashes, so it would not find the other`);
  }
});

rules('every class that a template uses is in the style sheet', () => {
  const knownClasses = new Set([...css.matchAll(/\.([a-z][\w-]*)/g)].map(([, name]) => name));
  const templates = readdirSync(TEMPLATES, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ejs'),
  );
  assert.ok(templates.length > 20);
  for (const name of templates) {
    const source = readFileSync(new URL(name, TEMPLATES), 'utf8');
    // What the template computes is left out: `tone-<%= tone %>` is not a whole name.
    const classes = [...source.matchAll(/class="([^"]*)"/g)].flatMap(([, list = '']) =>
      list.replaceAll(/<%[\s\S]*?%>/g, '%').split(/\s+/),
    );
    const unknown = classes.filter(
      (className) => className !== '' && !className.includes('%') && !knownClasses.has(className),
    );
    assert.equal(unknown, [], name);
  }
});

rules('every icon that the documentation names is in the sprite', () => {
  const sprite = readFileSync(new URL('icons.svg', ASSETS), 'utf8');
  const ids = [...sprite.matchAll(/<symbol id="([\w-]+)"/g)].map(([, id]) => id);
  const docs = readFileSync(new URL('../../docs/design.md', import.meta.url), 'utf8');
  const named = (docs.match(/Names: ([\s\S]*?)\./)?.[1] ?? '').split(/\s+/);
  assert.equal([...named].sort(), [...ids].sort());
});
