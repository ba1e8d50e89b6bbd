// Reading one statement of a migration, token by token. Used only to analyse migrations, never to run them.
import { quoteName } from '../sql/quote.ts';
import type { Token } from './statements.ts';

/** The tokens of a statement, from left to right. */
export class StatementReader {
  readonly #sql: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(sql: string, tokens: readonly Token[]) {
    this.#sql = sql;
    this.#tokens = tokens;
  }

  /** Skips these words or signs if they come next; returns whether they did. */
  skip(...words: readonly string[]): boolean {
    const follow = words.every((word, index) => {
      const token = this.#tokens[this.#at + index];
      return token?.text === word && (token.kind === 'word' || token.kind === 'sign');
    });
    if (follow) this.#at += words.length;
    return follow;
  }

  /** Whether these words occur one after the other in the rest of the statement. */
  has(...words: readonly string[]): boolean {
    return this.#tokens.some(
      (_, at) =>
        at >= this.#at &&
        words.every((word, index) => {
          const token = this.#tokens[at + index];
          return token?.kind === 'word' && token.text === word;
        }),
    );
  }

  /** The tokens of its own WHERE, not of one in parentheses. */
  condition(): readonly Token[] {
    const condition: Token[] = [];
    let isInside = false;
    let depth = 0;
    for (const token of this.#tokens.slice(this.#at)) {
      const isWord = depth === 0 && token.kind === 'word';
      if (isWord && token.text === 'returning') break;
      if (isInside) condition.push(token);
      if (isWord && token.text === 'where') isInside = true;
      depth += depthOf(token);
    }
    return condition;
  }

  /** A name with its schema, as SQL. */
  name(): string | undefined {
    const first = this.column();
    if (first === undefined) return undefined;
    const parts = [quoteName(first)];
    while (this.skip('.')) parts.push(quoteName(this.column() ?? ''));
    return withoutPublic(parts.join('.'));
  }

  /** A single name, without quotes. */
  column(): string | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined || (token.kind !== 'word' && token.kind !== 'name')) return undefined;
    this.#at += 1;
    return token.text;
  }

  /** The text up to one of these words, or to the end of the action. */
  textUntil(...words: readonly string[]): string {
    const first = this.#tokens[this.#at];
    let last: Token | undefined;
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

  /** Moves to the action after the next comma that is not in parentheses. */
  nextAction(): boolean {
    this.textUntil();
    return this.skip(',');
  }
}

/** How a token changes the number of open parentheses and brackets. */
export function depthOf(token: Token): number {
  if (token.kind !== 'sign') return 0;
  if (token.text === '(' || token.text === '[') return 1;
  return token.text === ')' || token.text === ']' ? -1 : 0;
}

/** `a."b.c"` → `"b.c"` */
export function lastPart(table: string): string {
  return /(?:"(?:[^"]|"")*"|[^".]+)$/.exec(table)?.[0] ?? table;
}

export function schemaPart(table: string): string {
  return table.slice(0, table.length - lastPart(table).length);
}

export function withoutPublic(table: string): string {
  return table.replace(/^public\./, '');
}
