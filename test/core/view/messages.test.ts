import { IntlMessageFormat } from 'intl-messageformat';
import * as assert from 'uvu/assert';
import { createCatalogue, type Messages } from '../../../core/messages/catalogue.ts';
import { coreMessagesByLocale } from '../../../core/messages/core-messages.ts';
import { isRightToLeft } from '../../../core/messages/direction.ts';
import { builtIn } from '../../../plugins/built-in.ts';
import { type AnyError, definedErrors } from '../../docs/error-reference.ts';
import { suite } from '../../support/suite.ts';

const test = suite('messages');
const catalogue = createCatalogue([
  {
    en: { plain: 'Rows', from: '{label} from {from}', only: 'English {label}' },
    ar: { plain: 'صفوف', from: '{label} من {from}', count: '{rows, number}{more, select, true {+} other {}}' },
  },
]);

test('values are isolated in right-to-left text, so that a date is not reversed', () => {
  const t = catalogue.translate('ar');
  assert.is(t('from', { label: 'Date', from: '2001-01-01' }), '\u2068Date\u2069 من \u20682001-01-01\u2069');
  assert.is(t('plain', { label: 'Date' }), 'صفوف');
});

test('a value that a message selects on or counts is passed unchanged', () => {
  assert.is(catalogue.translate('ar')('count', { rows: 5, more: 'true' }).at(-1), '+');
});

test('left-to-right messages, and English ones used as a fallback, have no isolation marks', () => {
  assert.is(catalogue.translate('en')('from', { label: 'Date', from: '2001-01-01' }), 'Date from 2001-01-01');
  assert.is(catalogue.translate('ar')('only', { label: 'Date' }), 'English Date');
});

test('a missing value leaves its placeholder and does not fail the page', () => {
  assert.is(catalogue.translate('en')('from', { label: 'Date' }), '{label} from {from}');
  assert.is(catalogue.translate('ar')('from'), '{label} من {from}');
});

test('a missing message is shown as its key', () => {
  assert.is(catalogue.translate('ar')('nowhere'), 'nowhere');
});

test('right-to-left languages are recognised with and without a country', () => {
  const rightToLeft = ['ar', 'ar-EG', 'he', 'fa', 'ur-PK', 'en', 'de-AT', 'arn'].filter(isRightToLeft);
  assert.equal(rightToLeft, ['ar', 'ar-EG', 'he', 'fa', 'ur-PK']);
});

/** Core and the plugins that have messages. */
const owners = [
  { name: 'core', messages: coreMessagesByLocale },
  ...builtIn.flatMap(({ name, messages }) => (messages === undefined ? [] : [{ name, messages }])),
];

for (const { name, messages } of owners) {
  const { en = {}, ar = {} } = messages;

  test(`${name}: every English message has an Arabic one with the same arguments`, () => {
    assert.ok(Object.keys(en).length > 0);
    assert.equal(
      Object.keys(en).filter((key) => !(key in ar)),
      [],
    );
    for (const [key, message] of Object.entries(en))
      assert.equal(argumentsOf('ar', ar[key] ?? ''), argumentsOf('en', message), key);
  });

  test(`${name}: only texts that the code has in English are in Arabic alone`, () => {
    const more = Object.keys(ar).filter((key) => !(key in en));
    assert.equal(
      more.filter(
        (key) => !/^(error\.RIO-[A-Z-]+\.(problem|why|fix|retry)|(field|choice|permission)\.[\w.]+)$/.test(key),
      ),
      [],
    );
  });
}

test('a count is always shown: `#` is a number only directly in a plural, not in a `select` inside it', () => {
  const literal = owners.flatMap(({ messages }) =>
    Object.entries(messages).flatMap(([locale, texts]) =>
      Object.entries(texts).filter(([, message]) => {
        if (!message.includes(', plural,')) return false;
        const counts = Object.fromEntries(argumentsOf(locale, message).map((name) => [name, 5]));
        return String(new IntlMessageFormat(message, locale).format(counts)).includes('#');
      }),
    ),
  );
  assert.equal(literal, []);
});

/** Counts: digits and a sign, which are left-to-right in every language. */
const COUNTS = ['admin.count', 'admin.count.more'];

test('a message that consists only of values and punctuation still has the direction of its language', () => {
  const undirected = owners
    .flatMap(({ messages }) => Object.entries(messages.ar ?? {}))
    .filter(([key, message]) => message.includes('{') && !COUNTS.includes(key))
    .filter(([, message]) => !/[\p{Script=Arabic}\u200f]/u.test(message));
  assert.equal(undirected, []);
});

test('every error that users can see has its parts in Arabic, with existing parameters', async () => {
  const arabic: Messages = Object.assign({}, ...owners.map(({ messages }) => messages.ar));
  const errors = await definedErrors();
  // Errors without a status are for those who run the application, in English.
  const visible = errors.filter(({ definition }) => definition.status !== undefined);
  assert.ok(visible.length >= 18, `${visible.length}`);
  for (const { code, definition } of visible) {
    const params = paramsOf(definition);
    for (const part of ['problem', 'why', 'fix', ...(definition.retry === undefined ? [] : ['retry'])]) {
      const message = arabic[`error.${code}.${part}`];
      assert.match(message ?? '', /\p{Script=Arabic}/u, `${code}.${part}`);
      for (const name of argumentsOf('ar', message ?? '')) assert.ok(params.has(name), `${code}.${part}: ${name}`);
    }
  }
  const codes = new Set<string>(errors.map(({ code }) => code));
  const retries = new Set<string>(
    errors.filter(({ definition }) => definition.retry !== undefined).map(({ code }) => code),
  );
  const unused = Object.keys(arabic).filter((key) => {
    const [, code = '', part] = /^error\.(RIO-[A-Z-]+)\.(\w+)$/.exec(key) ?? [];
    return code !== '' && !(part === 'retry' ? retries : codes).has(code);
  });
  assert.equal(unused, []);
});

/** The names of the parameters that its texts read. */
function paramsOf({ problem, why, fix, retry }: AnyError['definition']): ReadonlySet<string> {
  const names = new Set<string>();
  const params = new Proxy<Record<string, string>>({}, { get: (_, name) => names.add(String(name)) && '' });
  for (const text of [problem, why, fix, retry]) if (typeof text === 'function') text(params);
  return names;
}

/** The names of the arguments of a message. */
function argumentsOf(locale: string, message: string): readonly string[] {
  const names = new Set<string>();
  collect(new IntlMessageFormat(message, locale, undefined, { ignoreTag: true }).getAst(), names);
  return [...names].sort();
}

function collect(elements: ReturnType<IntlMessageFormat['getAst']>, names: Set<string>): void {
  for (const element of elements) {
    // Literals and the `#` of a plural have no name; the first have text.
    if (element.type === 0 || element.type === 7) continue;
    names.add(element.value);
    if (!('options' in element)) continue;
    for (const { value } of Object.values(element.options)) collect(value, names);
  }
}
