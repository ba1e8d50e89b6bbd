/**
 * Splits a migration into statements, only for messages and to reject statements that would break the transaction: a file is always
 * sent to PostgreSQL as a whole.
 */

export interface Statement {
  /** The statement without preceding comments and without the semicolon. */
  readonly text: string;
  /** The offset in the file, in UTF-16 units, and the line number, from 1. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** Its first bare words in lower case: `create`, `index`, `concurrently`. */
  readonly words: readonly string[];
}

const MAX_WORDS = 4;

// One alternative per token of PostgreSQL's grammar. The flag `y` makes the scan continue exactly where the last match ended.
const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+|--[^\n]*)`,
    String.raw`(?<blockComment>/\*)`,
    `(?<quote>[eE]?'|")`,
    String.raw`(?<dollar>\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)`,
    String.raw`(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`,
    '(?<other>.)',
  ].join('|'),
  'sy',
);

/** The statements of a file, in order. Never throws: an unclosed token extends to the end of the file. */
export function splitStatements(sql: string): readonly Statement[] {
  const statements: Statement[] = [];
  let start = -1;
  let words: string[] = [];
  let parentheses = 0;
  let blocks = 0;
  const lineOf = lineCounter(sql);
  const finish = (end: number): void => {
    if (start !== -1)
      statements.push({ text: sql.slice(start, end).trimEnd(), start, end, line: lineOf(start), words });
    start = -1;
    words = [];
    parentheses = 0;
    blocks = 0;
  };

  for (let at = 0; at < sql.length; ) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(sql);
    const token = match?.[0] ?? sql.charAt(at);
    const { space, blockComment, quote, dollar, word } = match?.groups ?? {};
    if (space !== undefined) {
      at += token.length;
      continue;
    }
    if (blockComment !== undefined) {
      at = endOfComment(sql, at);
      continue;
    }
    if (token === ';' && parentheses === 0 && blocks === 0) {
      finish(at);
      at += 1;
      continue;
    }
    if (start === -1) start = at;
    if (token === '(') parentheses += 1;
    if (token === ')') parentheses = Math.max(0, parentheses - 1);
    if (word !== undefined) {
      const lower = word.toLowerCase();
      if (words.length < MAX_WORDS) words.push(lower);
      // `create function … begin atomic …; end` contains semicolons, and may contain further `case … end` blocks.
      const mayHoldBlock = words[0] === 'create' && /\b(?:function|procedure)\b/.test(words.join(' '));
      if (mayHoldBlock && (lower === 'begin' || (lower === 'case' && blocks > 0))) blocks += 1;
      if (lower === 'end' && blocks > 0) blocks -= 1;
    }
    if (quote !== undefined) at = endOfQuote(sql, at, quote);
    else if (dollar !== undefined) at = endOfDollar(sql, at, dollar);
    else at += token.length;
  }
  finish(sql.length);
  return statements;
}

/** A word, name or sign of a statement. Comments are left out. */
export interface Token {
  /** A bare word in lower case, a name without its quotes, or one sign. */
  readonly text: string;
  readonly kind: 'word' | 'name' | 'text' | 'sign';
  readonly start: number;
  readonly end: number;
}

/** The tokens of a statement. A string (`'…'`, `$$…$$`) is one token, with its quotes. */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length; ) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(sql);
    const { space, blockComment, quote, dollar, word } = match?.groups ?? {};
    const start = at;
    if (blockComment !== undefined) at = endOfComment(sql, at);
    else if (quote !== undefined) at = endOfQuote(sql, at, quote);
    else if (dollar !== undefined) at = endOfDollar(sql, at, dollar);
    else at += match?.[0].length ?? 1;
    if (space !== undefined || blockComment !== undefined) continue;
    const text = sql.slice(start, at);
    if (word !== undefined) tokens.push({ text: word.toLowerCase(), kind: 'word', start, end: at });
    else if (quote === '"') tokens.push({ text: unquoted(text), kind: 'name', start, end: at });
    else if (quote !== undefined || dollar !== undefined) tokens.push({ text, kind: 'text', start, end: at });
    else tokens.push({ text, kind: 'sign', start, end: at });
  }
  return tokens;
}

function unquoted(name: string): string {
  return name.slice(1, name.endsWith('"') && name.length > 1 ? -1 : undefined).replaceAll('""', '"');
}

/**
 * The first statement that would begin or end a transaction. A file and its row in the migrations table are one transaction. With a
 * `commit` inside, a later failure would leave half a migration applied and unrecorded.
 */
export function transactionControl(sql: string): Statement | undefined {
  return splitStatements(sql).find(({ words: [first, second, third] }) => {
    if (first === 'prepare') return second === 'transaction';
    if (first === 'start') return second === 'transaction';
    // `rollback to savepoint` does not end the transaction.
    if (first === 'rollback') return second !== 'to' && third !== 'to';
    return first === 'begin' || first === 'commit' || first === 'end' || first === 'abort';
  });
}

/** The beginning of a statement, for a one-line message. */
export function firstLine(text: string): string {
  const [line = ''] = text.split('\n', 1);
  return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}

export function lineAt(sql: string, offset: number): number {
  return lineCounter(sql)(offset);
}

/**
 * Returns a function that converts offsets to line numbers. Offsets must be ascending: each call continues where the last one
 * ended, so that a large file is scanned only once.
 */
function lineCounter(sql: string): (offset: number) => number {
  let line = 1;
  let next = sql.indexOf('\n');
  return (offset) => {
    for (; next !== -1 && next < offset; next = sql.indexOf('\n', next + 1)) line += 1;
    return line;
  };
}

/** The end of a block comment. Block comments can be nested. */
function endOfComment(sql: string, from: number): number {
  let depth = 0;
  for (let at = from; at < sql.length; at++) {
    const pair = sql.slice(at, at + 2);
    if (pair === '/*') depth += 1;
    else if (pair === '*/') depth -= 1;
    else continue;
    at += 1;
    if (depth === 0) return at + 1;
  }
  return sql.length;
}

/**
 * The end of a quoted string or name. A quote inside is doubled or, in `e'…'`, escaped with a backslash. Scanned by hand, because a
 * regular expression would need a stack proportional to the text.
 */
function endOfQuote(sql: string, from: number, opening: string): number {
  const quote = opening.at(-1);
  for (let at = from + opening.length; at < sql.length; at++) {
    const character = sql.charAt(at);
    if (character === '\\' && opening.length === 2) at += 1;
    else if (character === quote && sql.charAt(at + 1) === quote) at += 1;
    else if (character === quote) return at + 1;
  }
  return sql.length;
}

function endOfDollar(sql: string, from: number, tag: string): number {
  const end = sql.indexOf(tag, from + tag.length);
  return end === -1 ? sql.length : end + tag.length;
}
