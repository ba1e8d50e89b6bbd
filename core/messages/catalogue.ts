import { IntlMessageFormat } from 'intl-messageformat';
import type { BootProblem } from '../errors/boot.ts';
import { isRightToLeft } from './direction.ts';

/** Messages by key: plain text, or ICU MessageFormat with values or plurals (`{n, plural, one {# row} other {# rows}}`). */
export type Messages = Readonly<Record<string, string>>;
/** Values for the placeholders of a message. */
export type MessageParams = Readonly<Record<string, string | number>>;
/** Translates into one language. A missing key is returned as it is, so that it is noticed. */
export type Translate = (key: string, params?: MessageParams) => string;

/** The messages of core, of all plugins and of the project; later ones win, and English is the fallback. */
export interface Catalogue {
  readonly locales: readonly string[];
  /** Core's own, by language. */
  readonly core: Readonly<Record<string, Messages>>;
  /** Messages that are not valid ICU MessageFormat. */
  readonly problems: readonly BootProblem[];
  /** One shared function per language, never created per request. */
  translate(locale: string): Translate;
}

type Source = Readonly<Record<string, Messages>>;

/**
 * Merges messages into a catalogue; later sources override earlier ones. Messages of `unchecked` sources are assumed to be valid:
 * parsing hundreds of the framework's own would take a tenth of the startup time.
 *
 * @example
 * const t = createCatalogue([{ en: { rows: '{n, plural, one {# row} other {# rows}}' } }]).translate('en');
 * t('rows', { n: 2 }); // '2 rows'
 */
export function createCatalogue(sources: readonly Source[], unchecked: ReadonlySet<Source> = new Set()): Catalogue {
  const byLocale = new Map<string, Map<string, string>>();
  for (const source of sources) {
    for (const [locale, messages] of Object.entries(source)) {
      const merged = byLocale.get(locale) ?? new Map<string, string>();
      for (const [key, message] of Object.entries(messages)) merged.set(key, message);
      byLocale.set(locale, merged);
    }
  }
  const english = byLocale.get('en') ?? new Map<string, string>();
  const translators = new Map<string, Translate>();
  return {
    locales: [...byLocale.keys()],
    core: sources[0] ?? {},
    problems: sources
      .filter((source) => !unchecked.has(source))
      .flatMap((source) => Object.entries(source).flatMap(([locale, messages]) => invalidMessages(locale, messages)))
      // A message that a later source overrides is never used, so it is not checked.
      .filter(({ locale, key, message }) => byLocale.get(locale)?.get(key) === message)
      .map(({ problem }) => problem),
    translate(locale) {
      let translate = translators.get(locale);
      if (translate === undefined) {
        translate = translator(locale, byLocale.get(locale) ?? english, english);
        translators.set(locale, translate);
      }
      return translate;
    },
  };
}

interface InvalidMessage {
  readonly locale: string;
  readonly key: string;
  readonly message: string;
  readonly problem: BootProblem;
}

function invalidMessages(locale: string, messages: Messages): readonly InvalidMessage[] {
  return Object.entries(messages).flatMap(([key, message]) => {
    if (!message.includes('{')) return [];
    try {
      IntlMessageFormat.__parse?.(message, { ignoreTag: true });
      return [];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const problem = { where: `message "${key}" (${locale})`, problem: `It is not a valid ICU message: ${reason}.` };
      return [{ locale, key, message, problem }];
    }
  });
}

function translator(
  locale: string,
  messages: ReadonlyMap<string, string>,
  english: ReadonlyMap<string, string>,
): Translate {
  const plain = new Map<string, string>();
  const compiled = new Map<string, IntlMessageFormat>();
  const rightToLeft = isRightToLeft(locale);
  return (key, params) => {
    const cached = plain.get(key);
    if (cached !== undefined) return cached;
    const message = messages.get(key) ?? english.get(key);
    if (message === undefined) return key;
    if (!message.includes('{')) {
      plain.set(key, message);
      return message;
    }
    let format = compiled.get(key);
    if (!format) {
      format = new IntlMessageFormat(message, messages.has(key) ? locale : 'en', undefined, { ignoreTag: true });
      compiled.set(key, format);
    }
    try {
      return String(format.format(rightToLeft && messages.has(key) ? isolate(message, params) : params));
    } catch {
      // If a value is missing, a message with its placeholder is better than an error page.
      // fault: message-without-value
      return message;
    }
  };
}

/**
 * Encloses each value in Unicode isolates (first strong isolate, pop directional isolate), because a Latin name or a date would be
 * split and reordered in a right-to-left sentence ("01-01-2001"). Values that a `select` compares are left unchanged.
 */
function isolate(message: string, params: MessageParams | undefined): MessageParams | undefined {
  if (params === undefined) return undefined;
  const entries = Object.entries(params).map(([name, value]) =>
    typeof value === 'string' && !message.includes(`{${name}, select`) ? [name, `\u2068${value}\u2069`] : [name, value],
  );
  return Object.fromEntries(entries);
}
