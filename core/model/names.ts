// Names of models, fields, columns and tables: which are allowed, and how they are derived.

const MODEL = /^[a-z][A-Za-z0-9]*$/;
const FIELD = /^[A-Za-z][A-Za-z0-9_]*$/;
const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** PostgreSQL truncates longer names silently, so two could become one. */
const MAX_BYTES = 63;

/**
 * Names that have a meaning on every object: a row with a field `then` would be taken for a promise, and posting `constructor` or
 * `__proto__` is a well-known attack.
 */
const RESERVED = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'then']);
/** System columns of every PostgreSQL table. */
const SYSTEM_COLUMNS = new Set(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid']);

/** What is wrong with a name, as a sentence; undefined if it is valid. */
export function modelNameProblem(name: string): string | undefined {
  if (RESERVED.has(name)) return `The name "${name}" is reserved in JavaScript.`;
  return MODEL.test(name)
    ? undefined
    : `"${name}" is not a valid model name; use letters and digits in camelCase, such as "orderLine".`;
}

export function fieldNameProblem(name: string): string | undefined {
  if (RESERVED.has(name)) return `The name "${name}" is reserved in JavaScript.`;
  return FIELD.test(name)
    ? undefined
    : `"${name}" is not a valid field name; use letters, digits and underscores, starting with a letter, such as "startsAt".`;
}

export function columnNameProblem(column: string): string | undefined {
  if (SYSTEM_COLUMNS.has(column)) return `"${column}" is a system column of PostgreSQL.`;
  return databaseNameProblem(column);
}

export function tableNameProblem(table: readonly string[]): string | undefined {
  if (table.length > 2) return `"${table.join('.')}" has more parts than schema and table.`;
  return table.map(databaseNameProblem).find((problem) => problem !== undefined);
}

export function slugProblem(slug: string): string | undefined {
  return SLUG.test(slug)
    ? undefined
    : `"${slug}" is not a valid slug; use lowercase letters, digits and hyphens, such as "order-lines".`;
}

function databaseNameProblem(name: string): string | undefined {
  if (name === '') return 'A database name is empty.';
  if (name.includes('\0')) return 'A database name contains a NUL character.';
  if (Buffer.byteLength(name) > MAX_BYTES)
    return `"${name}" is longer than the PostgreSQL limit of ${MAX_BYTES} bytes.`;
  return undefined;
}

// ── derived names: `orderLine` has the table `order_line`, the URL segment `order-lines`, the title "order line"

/** Words that are written in capitals. */
const ACRONYMS = new Set(
  (
    'api cpu css csv db dns faa ftp gps html http https iata iban icao id imei ip isbn json mfa otp pdf pin sku sms sql ' +
    'ssn tls ui uri url utc uuid vat vin xml'
  ).split(' '),
);

const IRREGULAR: Readonly<Record<string, string>> = {
  child: 'children',
  criterion: 'criteria',
  datum: 'data',
  foot: 'feet',
  goose: 'geese',
  leaf: 'leaves',
  half: 'halves',
  index: 'indexes',
  knife: 'knives',
  life: 'lives',
  loaf: 'loaves',
  man: 'men',
  mouse: 'mice',
  person: 'people',
  phenomenon: 'phenomena',
  quiz: 'quizzes',
  shelf: 'shelves',
  thief: 'thieves',
  tooth: 'teeth',
  wife: 'wives',
  wolf: 'wolves',
  woman: 'women',
  hero: 'heroes',
  potato: 'potatoes',
  tomato: 'tomatoes',
  echo: 'echoes',
  veto: 'vetoes',
};
const UNCHANGED = new Set(
  'aircraft baggage data deer equipment feedback fish information luggage media metadata money news police series sheep software spacecraft species staff'.split(
    ' ',
  ),
);
const ENDS_IN_WOMAN_OR_MAN = /(?:wo)?man$/;
const NO_MEN = new Set(['human', 'german', 'roman', 'talisman', 'ottoman', 'shaman']);

/** The words of a name in camelCase, snake_case or kebab-case: `startsAt` → starts, At; `HTMLPage2` → HTML, Page, 2. */
export function splitWords(name: string): readonly string[] {
  return name.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lo}+|\d+/gu) ?? [];
}

/** `startsAt` → `starts_at` */
export function snakeCase(name: string): string {
  return splitWords(name).join('_').toLowerCase();
}

/** `orderLines` → `order-lines` */
export function kebabCase(name: string): string {
  return splitWords(name).join('-').toLowerCase();
}

/** The plural of an English noun; in a phrase the last word changes: `order line` → `order lines`. */
export function pluralize(noun: string): string {
  const last = /\p{Lu}?\p{Ll}+$/u.exec(noun)?.[0];
  if (last === undefined) return `${noun}s`;
  const word = last.toLowerCase();
  const plural = pluralOfWord(word);
  const cased = last === word ? plural : plural.charAt(0).toUpperCase() + plural.slice(1);
  return noun.slice(0, noun.length - last.length) + cased;
}

function pluralOfWord(word: string): string {
  if (UNCHANGED.has(word)) return word;
  const irregular = Object.hasOwn(IRREGULAR, word) ? IRREGULAR[word] : undefined;
  if (irregular !== undefined) return irregular;
  if (ENDS_IN_WOMAN_OR_MAN.test(word) && !NO_MEN.has(word)) return `${word.slice(0, -2)}en`;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  if (/sis$/.test(word)) return `${word.slice(0, -2)}es`;
  if (/(?:s|x|z|ch|sh)$/.test(word)) return `${word}es`;
  return `${word}s`;
}

/** The words of a name as written inside a sentence: `orderLine` → "order line", `userId` → "user ID". */
export function wordsInSentence(name: string): string {
  return splitWords(name)
    .map((word) => {
      const lower = word.toLowerCase();
      if (ACRONYMS.has(lower)) return lower.toUpperCase();
      return word.length > 1 && word === word.toUpperCase() ? word : lower;
    })
    .join(' ');
}

/** A name as a label: `startsAt` → "Starts at", `clientIp` → "Client IP". A name with a space is a label already. */
export function humanise(name: string): string {
  if (/\s/.test(name)) return name;
  const words = wordsInSentence(name);
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1);
}
