import { IntlMessageFormat } from 'intl-messageformat';
import * as assert from 'uvu/assert';
import { isRightToLeft } from '../../../core/view/direction.ts';
import { kernelCatalogue } from '../../../core/view/words/catalogue.ts';
import { createCatalogue, type Messages } from '../../../core/view/words.ts';
import { builtIn } from '../../../plugins/order.ts';
import { callsIn } from '../../support/calls-in.ts';
import { sourcesIn } from '../../support/sources.ts';
import { suite } from '../../support/suite.ts';

const test = suite('words');
const words = createCatalogue([
  {
    en: { plain: 'Rows', from: '{label} from {from}', only: 'English {label}' },
    ar: { plain: 'صفوف', from: '{label} من {from}', count: '{rows, number}{more, select, true {+} other {}}' },
  },
]);

test('values stand isolated in a sentence from right to left, so that a date is not turned round', () => {
  const t = words.translate('ar');
  assert.is(t('from', { label: 'Date', from: '2001-01-01' }), '\u2068Date\u2069 من \u20682001-01-01\u2069');
  assert.is(t('plain', { label: 'Date' }), 'صفوف');
});

test('what a message compares or counts is handed over as it is', () => {
  assert.is(words.translate('ar')('count', { rows: 5, more: 'true' }).at(-1), '+');
});

test('sentences from left to right, and English ones that stand in, have no signs in them', () => {
  assert.is(words.translate('en')('from', { label: 'Date', from: '2001-01-01' }), 'Date from 2001-01-01');
  assert.is(words.translate('ar')('only', { label: 'Date' }), 'English Date');
});

test('a missing word is told by its key', () => {
  assert.is(words.translate('ar')('nowhere'), 'nowhere');
});

test('languages written from right to left are known with and without their country', () => {
  const turned = ['ar', 'ar-EG', 'he', 'fa', 'ur-PK', 'en', 'de-AT', 'arn'].filter(isRightToLeft);
  assert.equal(turned, ['ar', 'ar-EG', 'he', 'fa', 'ur-PK']);
});

/** Who says something of his own: the kernel and the plugins. */
const speakers = [
  { name: 'kernel', words: kernelCatalogue },
  ...builtIn.flatMap(({ name, messages: words }) => (words === undefined ? [] : [{ name, words }])),
];

for (const { name, words } of speakers) {
  const { en = {}, ar = {} } = words;

  test(`${name}: whatever is said in English is said in Arabic, of the same values`, () => {
    assert.ok(Object.keys(en).length > 0);
    assert.equal(
      Object.keys(en).filter((key) => !(key in ar)),
      [],
    );
    for (const [key, message] of Object.entries(en))
      assert.equal(argumentsOf('ar', ar[key] ?? ''), argumentsOf('en', message), key);
  });

  test(`${name}: nothing is said in Arabic alone but errors, whose English stands where they are made`, () => {
    const more = Object.keys(ar).filter((key) => !(key in en));
    assert.equal(
      more.filter((key) => !/^error\.RIO-[A-Z-]+\.(problem|why|fix|retry)$/.test(key)),
      [],
    );
  });
}

/** Counts: digits and a sign, which run from left to right everywhere. */
const COUNTS = ['admin.count', 'admin.count.more'];

test('a message of nothing but values and signs has the direction of its language all the same', () => {
  const undirected = speakers
    .flatMap(({ words }) => Object.entries(words.ar ?? {}))
    .filter(([key, message]) => message.includes('{') && !COUNTS.includes(key))
    .filter(([, message]) => !/[\p{Script=Arabic}\u200f]/u.test(message));
  assert.equal(undirected, []);
});

test('every error that a reader can meet says its four parts in Arabic, of values that it brings', () => {
  const arabic: Messages = Object.assign({}, ...speakers.map(({ words }) => words.ar));
  const made = sourcesIn('core', 'plugins').flatMap(({ text }) => callsIn(text, 'new RustioError'));
  // What has no status is told to those who run the application, in English; the unexpected is told to everybody.
  const met = made.filter((call) => /\bstatus: \d/.test(call) || call.includes('RIO-HTTP-UNEXPECTED'));
  assert.ok(met.length >= 18, `${met.length}`);
  for (const call of met) {
    const code = /RIO-[A-Z-]+/.exec(call)?.[0] ?? '';
    const brought = /\bparams: (\{.*?\})/s.exec(call)?.[1] ?? '';
    for (const part of ['problem', 'why', 'fix', 'retry']) {
      const message = arabic[`error.${code}.${part}`];
      assert.match(message ?? '', /\p{Script=Arabic}/u, `${code}.${part}`);
      for (const wanted of argumentsOf('ar', message ?? ''))
        assert.match(brought, new RegExp(`\\b${wanted}\\b`), `${code}.${part}`);
    }
  }
  const codes = new Set(made.map((call) => /RIO-[A-Z-]+/.exec(call)?.[0]));
  const unknown = Object.keys(arabic).filter((key) => key.startsWith('error.RIO') && !codes.has(key.split('.')[1]));
  assert.equal(unknown, []);
});

/** The names of the values that a message takes. */
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
