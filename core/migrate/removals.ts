// Parses statements to find what they remove, convert or rename. This is used only to ask for confirmation; PostgreSQL receives the
// original text.
import { quoteName } from '../sql/quote.ts';
import { type Token, tokenize } from './statements.ts';

/** What a statement removes, under the names that are valid when it runs. Tables are written as SQL: `billing.invoice`. */
export type Removal =
  | { readonly kind: 'table' | 'rows'; readonly table: string }
  | { readonly kind: 'schema'; readonly schema: string }
  | { readonly kind: 'column'; readonly table: string; readonly column: string }
  | {
      readonly kind: 'type';
      readonly table: string;
      readonly column: string;
      readonly to: string;
      /** The expression after USING; empty if there is none. */
      readonly using: string;
    }
  /** A code block or a cascade, whose exact effect cannot be derived from the text. */
  | { readonly kind: 'unknown' };

/** Names that a statement changes, which is needed to find the table of a later statement in the current database. */
export type Naming =
  | { readonly kind: 'created'; readonly table: string }
  | { readonly kind: 'renamed'; readonly table: string; readonly to: string }
  | { readonly kind: 'renamedColumn'; readonly table: string; readonly column: string; readonly to: string };

export interface Effects {
  readonly removals: readonly Removal[];
  readonly namings: readonly Naming[];
}

const NOTHING: Effects = { removals: [], namings: [] };

/** The effects of one statement, as far as they can be derived from its text. */
export function parseEffects(statement: string): Effects {
  const reader = new Reader(statement, tokenize(statement));
  if (reader.skip('drop')) return removing(dropped(reader));
  if (reader.skip('truncate')) {
    reader.skip('table');
    return removing(namesIn(reader).map((table) => ({ kind: 'rows', table })));
  }
  if (reader.skip('delete')) return removing(deleted(reader));
  if (reader.skip('create')) return created(reader);
  if (reader.skip('alter')) return altered(reader);
  // fault: loss-in-with
  if (reader.skip('do') || reader.skip('with')) {
    return removing(REMOVES_IN_CODE.test(statement) ? [{ kind: 'unknown' }] : []);
  }
  return NOTHING;
}

/** Words that remove data in a code block, including the strings that it executes, and in the queries of a `with`. */
const REMOVES_IN_CODE =
  /\bdrop\s+(?:table|schema|column|owned)\b|\btruncate\b|\bdelete\s+from\s+[^\s;)]+\s*(?:;|'|\)|returning\b|$)/i;

function removing(removals: readonly Removal[]): Effects {
  return { removals, namings: [] };
}

function dropped(reader: Reader): Removal[] {
  if (reader.skip('table') || reader.skip('foreign', 'table'))
    return namesIn(reader).map((table) => ({ kind: 'table', table }));
  if (reader.skip('schema')) return namesIn(reader).map((schema) => ({ kind: 'schema', schema }));
  if (reader.skip('owned')) return [{ kind: 'unknown' }];
  // Dropping a type with CASCADE also drops its columns.
  const takesColumns = ['type', 'domain', 'extension'].some((word) => reader.skip(word));
  return takesColumns && reader.has('cascade') ? [{ kind: 'unknown' }] : [];
}

function deleted(reader: Reader): Removal[] {
  reader.skip('from');
  reader.skip('only');
  const table = reader.name();
  // With a condition, the developer has chosen the rows; without one, the table is emptied.
  return table === undefined || reader.has('where') ? [] : [{ kind: 'rows', table }];
}

function created(reader: Reader): Effects {
  while (['global', 'local', 'temporary', 'temp', 'unlogged', 'foreign'].some((word) => reader.skip(word)));
  if (!reader.skip('table')) return NOTHING;
  if (reader.skip('if', 'not', 'exists')) return NOTHING;
  const table = reader.name();
  return table === undefined ? NOTHING : { removals: [], namings: [{ kind: 'created', table }] };
}

function altered(reader: Reader): Effects {
  reader.skip('foreign');
  if (!reader.skip('table')) return NOTHING;
  reader.skip('if', 'exists');
  reader.skip('only');
  const table = reader.name();
  if (table === undefined) return NOTHING;
  reader.skip('*');
  const removals: Removal[] = [];
  const namings: Naming[] = [];
  do {
    const removal = removedBy(table, reader);
    const naming = removal === undefined ? namedBy(table, reader) : undefined;
    if (removal !== undefined) removals.push(removal);
    if (naming !== undefined) namings.push(naming);
  } while (reader.nextAction());
  return { removals, namings };
}

/** Words after `drop` that are not the name of a column. */
const NOT_COLUMNS = ['constraint'];

function removedBy(table: string, reader: Reader): Removal | undefined {
  if (reader.skip('drop')) {
    if (!reader.skip('column') && NOT_COLUMNS.some((word) => reader.skip(word))) return undefined;
    reader.skip('if', 'exists');
    const column = reader.column();
    return column === undefined ? undefined : { kind: 'column', table, column };
  }
  if (!reader.skip('alter')) return undefined;
  if (reader.skip('constraint')) return undefined;
  reader.skip('column');
  const column = reader.column();
  reader.skip('set', 'data');
  if (column === undefined || !reader.skip('type')) return undefined;
  const to = reader.textUntil('collate', 'using');
  if (reader.skip('collate')) reader.name();
  const using = reader.skip('using') ? reader.textUntil() : '';
  return { kind: 'type', table, column, to, using };
}

function namedBy(table: string, reader: Reader): Naming | undefined {
  if (reader.skip('set', 'schema')) {
    const schema = reader.name();
    const name = lastPart(table);
    return schema === undefined ? undefined : { kind: 'renamed', table, to: withoutPublic(`${schema}.${name}`) };
  }
  if (!reader.skip('rename')) return undefined;
  if (reader.skip('constraint')) return undefined;
  if (reader.skip('to')) {
    const name = reader.name();
    return name === undefined ? undefined : { kind: 'renamed', table, to: `${schemaPart(table)}${name}` };
  }
  reader.skip('column');
  const column = reader.column();
  reader.skip('to');
  const to = reader.column();
  return column === undefined || to === undefined ? undefined : { kind: 'renamedColumn', table, column, to };
}

function namesIn(reader: Reader): string[] {
  reader.skip('if', 'exists');
  const names: string[] = [];
  do {
    reader.skip('only');
    const name = reader.name();
    if (name !== undefined) names.push(name);
    reader.skip('*');
  } while (reader.skip(','));
  return names;
}

/** `a."b.c"` → `"b.c"` */
function lastPart(table: string): string {
  return /(?:"(?:[^"]|"")*"|[^".]+)$/.exec(table)?.[0] ?? table;
}

function schemaPart(table: string): string {
  return table.slice(0, table.length - lastPart(table).length);
}

/** The table name without the schema `public`, which a plain name implies. */
function withoutPublic(table: string): string {
  return table.replace(/^public\./, '');
}

/** The tokens of a statement, from left to right. */
class Reader {
  readonly #sql: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(sql: string, tokens: readonly Token[]) {
    this.#sql = sql;
    this.#tokens = tokens;
  }

  /** Skips these words or signs if they come next. */
  skip(...words: readonly string[]): boolean {
    const follow = words.every((word, index) => {
      const token = this.#tokens[this.#at + index];
      return token?.text === word && (token.kind === 'word' || token.kind === 'sign');
    });
    if (follow) this.#at += words.length;
    return follow;
  }

  /** Whether a word occurs anywhere in the rest. */
  has(word: string): boolean {
    return this.#tokens.slice(this.#at).some((token) => token.kind === 'word' && token.text === word);
  }

  /** Reads a name with its schema, as SQL. */
  name(): string | undefined {
    const first = this.column();
    if (first === undefined) return undefined;
    const parts = [quoteName(first)];
    while (this.skip('.')) parts.push(quoteName(this.column() ?? ''));
    return withoutPublic(parts.join('.'));
  }

  /** Reads a single name, without quotes. */
  column(): string | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined || (token.kind !== 'word' && token.kind !== 'name')) return undefined;
    this.#at += 1;
    return token.text;
  }

  /** Reads the text up to one of these words, or to the end of the action. */
  textUntil(...words: readonly string[]): string {
    const first = this.#tokens[this.#at];
    let last = first;
    for (let depth = 0; ; this.#at += 1) {
      const token = this.#tokens[this.#at];
      if (token === undefined) break;
      const isWord = token.kind === 'word' && words.includes(token.text);
      if (depth === 0 && (isWord || (token.kind === 'sign' && token.text === ','))) break;
      depth += depthOf(token);
      last = token;
    }
    return first === undefined || last === undefined ? '' : this.#sql.slice(first.start, last.end);
  }

  /** Advances to the action after the next comma that is not in parentheses. */
  nextAction(): boolean {
    this.textUntil();
    return this.skip(',');
  }
}

function depthOf(token: Token): number {
  if (token.kind !== 'sign') return 0;
  return token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
}
