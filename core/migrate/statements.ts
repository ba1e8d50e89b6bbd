/**
 * Where the statements of a migration begin and end. Only for telling people about them and for refusing what would break the
 * transaction: a file always goes to PostgreSQL in one piece, and PostgreSQL alone decides what it means.
 */

export interface Statement {
  /** Without the comments before it, and without the semicolon. */
  readonly text: string;
  /** Where it begins in the file, in UTF-16 units, and on which line, from 1. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** Its first bare words in lower case: `create`, `index`, `concurrently`. */
  readonly words: readonly string[];
}

const MOST_WORDS = 4;

// One alternative a lexical thing of PostgreSQL's grammar; `s` and `y`, so that the scan goes on exactly where the last ended.
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

/** The statements of a file, in order. Never throws: what is not closed reaches to the end of the file. */
export function statementsOf(sql: string): readonly Statement[] {
  const found: Statement[] = [];
  let start = -1;
  let words: string[] = [];
  let parentheses = 0;
  let blocks = 0;
  const finish = (end: number): void => {
    if (start !== -1)
      found.push({ text: sql.slice(start, end).trimEnd(), start, end, line: lineAt(sql, start), words });
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
      if (words.length < MOST_WORDS) words.push(lower);
      // `create function … begin atomic …; end` holds semicolons of its own, and so may each `case … end` in it.
      const mayHoldBlock = words[0] === 'create' && /\b(?:function|procedure)\b/.test(words.join(' '));
      if (mayHoldBlock && (lower === 'begin' || (lower === 'case' && blocks > 0))) blocks += 1;
      if (lower === 'end' && blocks > 0) blocks -= 1;
    }
    if (quote !== undefined) at = endOfQuote(sql, at, quote);
    else if (dollar !== undefined) at = endOfDollar(sql, at, dollar);
    else at += token.length;
  }
  finish(sql.length);
  return found;
}

/**
 * The first statement that would begin or end a transaction. A file is one transaction together with its ledger row; with a
 * `commit` inside, a failure behind it would leave half a migration that nobody knows of.
 */
export function transactionControl(sql: string): Statement | undefined {
  return statementsOf(sql).find(({ words: [first, second, third] }) => {
    if (first === 'prepare') return second === 'transaction';
    if (first === 'start') return second === 'transaction';
    // `rollback to savepoint` stays inside.
    if (first === 'rollback') return second !== 'to' && third !== 'to';
    return first === 'begin' || first === 'commit' || first === 'end' || first === 'abort';
  });
}

export function lineAt(sql: string, offset: number): number {
  let line = 1;
  for (let at = sql.indexOf('\n'); at !== -1 && at < offset; at = sql.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** Block comments nest. */
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

/** A quote inside is doubled, or, in `e'…'`, stands behind a backslash. By hand: a pattern would need a stack as deep as the text. */
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
