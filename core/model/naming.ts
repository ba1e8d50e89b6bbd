// Names made from names: `orderLine` is the table `order_line`, the address `order-lines`, the title "order line".

/** Words that people write in capitals. */
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
export function wordsOf(name: string): readonly string[] {
  return name.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lo}+|\d+/gu) ?? [];
}

/** `startsAt` → `starts_at` */
export function snakeCase(name: string): string {
  return wordsOf(name).join('_').toLowerCase();
}

/** `orderLines` → `order-lines` */
export function kebabCase(name: string): string {
  return wordsOf(name).join('-').toLowerCase();
}

/** Several of what an English noun names; of several words the last one changes: `order line` → `order lines`. */
export function pluralOf(noun: string): string {
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

/** The words of a name as people write them inside a sentence: `orderLine` → "order line", `userId` → "user ID". */
export function wordsInSentence(name: string): string {
  return wordsOf(name)
    .map((word) => {
      const lower = word.toLowerCase();
      if (ACRONYMS.has(lower)) return lower.toUpperCase();
      return word.length > 1 && word === word.toUpperCase() ? word : lower;
    })
    .join(' ');
}

/** A name as a label: `startsAt` → "Starts at", `clientIp` → "Client IP". What holds a space is a label already. */
export function humanise(name: string): string {
  if (/\s/.test(name)) return name;
  const words = wordsInSentence(name);
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1);
}
