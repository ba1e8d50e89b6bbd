import { IntlMessageFormat } from 'intl-messageformat';
import type { BootProblem } from '../problem.ts';
import { isRightToLeft } from './direction.ts';

/** Messages by key: plain text, or ICU MessageFormat where a value or a plural comes in (`{n, plural, one {# row} other {# rows}}`). */
export type Messages = Readonly<Record<string, string>>;
/** Values for the placeholders of a message. */
export type MessageParams = Readonly<Record<string, string | number>>;
/** Words in one language. A missing key is told by itself, so that nobody overlooks it. */
export type Translate = (key: string, params?: MessageParams) => string;

/** The messages of core, of all plugins and of the project; the later one wins, English stands in for what a language lacks. */
export interface Catalogue {
  readonly locales: readonly string[];
  /** Core's own, by language. */
  readonly core: Readonly<Record<string, Messages>>;
  /** Messages that are not valid ICU MessageFormat. */
  readonly problems: readonly BootProblem[];
  /** One shared function per language, never made per request. */
  translate(locale: string): Translate;
}

export function createCatalogue(sources: readonly Readonly<Record<string, Messages>>[]): Catalogue {
  const byLocale = new Map<string, Map<string, string>>();
  for (const source of sources) {
    for (const [locale, words] of Object.entries(source)) {
      const merged = byLocale.get(locale) ?? new Map<string, string>();
      for (const [key, message] of Object.entries(words)) merged.set(key, message);
      byLocale.set(locale, merged);
    }
  }
  const english = byLocale.get('en') ?? new Map<string, string>();
  const functions = new Map<string, Translate>();
  return {
    locales: [...byLocale.keys()],
    core: sources[0] ?? {},
    problems: [...byLocale].flatMap(([locale, messages]) => invalidMessages(locale, messages)),
    translate(locale) {
      let found = functions.get(locale);
      if (!found) {
        found = translator(locale, byLocale.get(locale) ?? english, english);
        functions.set(locale, found);
      }
      return found;
    },
  };
}

function invalidMessages(locale: string, messages: ReadonlyMap<string, string>): readonly BootProblem[] {
  return [...messages].flatMap(([key, message]) => {
    if (!message.includes('{')) return [];
    try {
      IntlMessageFormat.__parse?.(message, { ignoreTag: true });
      return [];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return [{ where: `message "${key}" (${locale})`, problem: `it is not a valid ICU message: ${reason}.` }];
    }
  });
}

function translator(
  locale: string,
  words: ReadonlyMap<string, string>,
  english: ReadonlyMap<string, string>,
): Translate {
  const plain = new Map<string, string>();
  const compiled = new Map<string, IntlMessageFormat>();
  const turned = isRightToLeft(locale);
  return (key, params) => {
    const ready = plain.get(key);
    if (ready !== undefined) return ready;
    const message = words.get(key) ?? english.get(key);
    if (message === undefined) return key;
    if (!message.includes('{')) {
      plain.set(key, message);
      return message;
    }
    let format = compiled.get(key);
    if (!format) {
      format = new IntlMessageFormat(message, words.has(key) ? locale : 'en', undefined, { ignoreTag: true });
      compiled.set(key, format);
    }
    return String(format.format(turned && words.has(key) ? isolated(message, params) : params));
  };
}

/**
 * In a right-to-left sentence a Latin name or a date would be torn apart and turned round ("01-01-2001"), so each value stands
 * between the signs that Unicode has for that (first strong isolate, pop directional isolate). Not those that a `select` compares.
 */
function isolated(message: string, params: MessageParams | undefined): MessageParams | undefined {
  if (params === undefined) return undefined;
  const entries = Object.entries(params).map(([name, value]) =>
    typeof value === 'string' && !message.includes(`{${name}, select`) ? [name, `\u2068${value}\u2069`] : [name, value],
  );
  return Object.fromEntries(entries);
}
