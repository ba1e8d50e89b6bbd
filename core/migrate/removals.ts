// Parses statements to find what they remove, convert or rename. This is used only to ask for confirmation; PostgreSQL receives the
// original text.
import { depthOf, lastPart, StatementReader, schemaPart, withoutPublic } from './statement-reader.ts';
import { type Token, tokenize } from './statements.ts';

/** What a statement removes, under the names that are valid when it runs. Tables are written as SQL: `billing.invoice`. */
export type Removal =
  /** `matched`: some of the rows, as `merge` selects them. */
  | { readonly kind: 'table' | 'rows' | 'matched'; readonly table: string }
  | { readonly kind: 'schema'; readonly schema: string }
  /** `values`: the column is kept, and the value of every row is overwritten. */
  | { readonly kind: 'column' | 'values'; readonly table: string; readonly column: string }
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
export type NameChange =
  | { readonly kind: 'created'; readonly table: string }
  | { readonly kind: 'addedColumn'; readonly table: string; readonly column: string }
  | { readonly kind: 'renamed'; readonly table: string; readonly to: string }
  | { readonly kind: 'renamedColumn'; readonly table: string; readonly column: string; readonly to: string };

export interface Effects {
  readonly removals: readonly Removal[];
  readonly nameChanges: readonly NameChange[];
}

const NOTHING: Effects = { removals: [], nameChanges: [] };

/** The effects of one statement, as far as they can be derived from its text. */
export function parseEffects(statement: string): Effects {
  const reader = new StatementReader(statement, tokenize(statement));
  if (reader.skip('drop')) return removing(dropped(reader));
  if (reader.skip('truncate')) {
    reader.skip('table');
    return removing(named(reader, (table) => ({ kind: 'rows', table })));
  }
  if (reader.skip('delete')) return removing(deleted(reader));
  // fault: values-overwritten
  if (reader.skip('update')) return removing(overwritten(reader));
  if (reader.skip('merge')) return removing(merged(reader));
  if (reader.skip('create')) return created(reader);
  if (reader.skip('alter')) return altered(reader);
  // fault: loss-in-with
  if (['do', 'with', 'explain', 'prepare'].some((word) => reader.skip(word)))
    return effectsOfCode(statement, { executesTexts: /^do\b/i.test(statement) });
  return NOTHING;
}

function removing(removals: readonly Removal[]): Effects {
  return { removals, nameChanges: [] };
}

/** Dropping these with `cascade` drops no table or column, because at most constraints and views depend on them. */
const HARMLESS = ['index', 'trigger', 'policy', 'rule', 'statistics', 'publication', 'constraint'];

function dropped(reader: StatementReader): Removal[] {
  if (reader.skip('table') || reader.skip('foreign', 'table'))
    return named(reader, (table) => ({ kind: 'table', table }));
  if (reader.skip('schema')) return named(reader, (schema) => ({ kind: 'schema', schema }));
  // `drop column` occurs where a block of code builds a statement from several texts.
  if (reader.skip('owned') || reader.skip('column')) return [{ kind: 'unknown' }];
  if (HARMLESS.some((word) => reader.skip(word))) return [];
  // Dropping a type also drops its columns, a function the columns that it computes, and a server its foreign tables.
  // fault: loss-by-cascade
  return reader.has('cascade') ? [{ kind: 'unknown' }] : [];
}

function deleted(reader: StatementReader): Removal[] {
  if (!reader.skip('from')) return [];
  reader.skip('only');
  const table = reader.name();
  if (table === undefined) return [{ kind: 'unknown' }];
  return selectsEveryRow(reader) ? [{ kind: 'rows', table }] : [];
}

/** The columns that an `update` of every row sets. */
function overwritten(reader: StatementReader): Removal[] {
  reader.skip('only');
  const table = reader.name();
  reader.skip('*');
  if (!reader.skip('set')) {
    reader.skip('as');
    reader.column();
    if (!reader.skip('set')) return [];
  }
  const columns: string[] = [];
  do {
    const isList = reader.skip('(');
    do {
      const column = reader.column();
      if (column !== undefined) columns.push(column);
    } while (isList && reader.skip(','));
    reader.skip(')');
    reader.textUntil('from', 'where', 'returning');
  } while (reader.skip(','));
  if (table === undefined || !selectsEveryRow(reader)) return [];
  return columns.map((column) => ({ kind: 'values', table, column }));
}

/** Whether the statement has no condition, or one that names no column. With any other, the developer has chosen the rows. */
function selectsEveryRow(reader: StatementReader): boolean {
  const condition = reader.condition();
  // fault: loss-with-constant-condition
  return condition.every(({ kind, text }) => (kind !== 'word' && kind !== 'name') || CONSTANTS.includes(text));
}

const CONSTANTS = ['true', 'not', 'false', 'and', 'or', 'is', 'null', 'between', 'in', 'like'];

/** Which rows match depends on another table, so the developer may not know them. */
function merged(reader: StatementReader): Removal[] {
  reader.skip('into');
  reader.skip('only');
  const table = reader.name();
  // fault: loss-in-merge
  return table !== undefined && reader.has('then', 'delete') ? [{ kind: 'matched', table }] : [];
}

function created(reader: StatementReader): Effects {
  while (['global', 'local', 'temporary', 'temp', 'unlogged', 'foreign'].some((word) => reader.skip(word)));
  if (!reader.skip('table')) return NOTHING;
  if (reader.skip('if', 'not', 'exists')) return NOTHING;
  const table = reader.name();
  return table === undefined ? NOTHING : { removals: [], nameChanges: [{ kind: 'created', table }] };
}

function altered(reader: StatementReader): Effects {
  // Stored values lose the attribute of a composite type; a table of the type loses the column.
  if (reader.skip('type')) return removing(reader.has('drop', 'attribute') ? [{ kind: 'unknown' }] : []);
  reader.skip('foreign');
  if (!reader.skip('table')) return NOTHING;
  reader.skip('if', 'exists');
  reader.skip('only');
  const table = reader.name();
  if (table === undefined) return NOTHING;
  reader.skip('*');
  const removals: Removal[] = [];
  const nameChanges: NameChange[] = [];
  do {
    const removal = removedBy(table, reader);
    const nameChange = removal === undefined ? namedBy(table, reader) : undefined;
    if (removal !== undefined) removals.push(removal);
    if (nameChange !== undefined) nameChanges.push(nameChange);
  } while (reader.nextAction());
  return { removals, nameChanges };
}

/** Words after `drop` that are not the name of a column. */
const NOT_COLUMNS = ['constraint'];

function removedBy(table: string, reader: StatementReader): Removal | undefined {
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

function namedBy(table: string, reader: StatementReader): NameChange | undefined {
  if (reader.skip('add')) return addedBy(table, reader);
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

/** The words after `add` that are not the name of a column. */
const NOT_ADDED = ['constraint', 'check', 'unique', 'primary', 'foreign', 'exclude'];

function addedBy(table: string, reader: StatementReader): NameChange | undefined {
  if (!reader.skip('column') && NOT_ADDED.some((word) => reader.skip(word))) return undefined;
  // It may exist, with values.
  if (reader.skip('if', 'not', 'exists')) return undefined;
  const column = reader.column();
  return column === undefined ? undefined : { kind: 'addedColumn', table, column };
}

/** A removal for each name that follows. Without any, a variable of a block of code has the name. */
function named(reader: StatementReader, removal: (name: string) => Removal): Removal[] {
  const names = namesIn(reader);
  return names.length === 0 ? [{ kind: 'unknown' }] : names.map(removal);
}

function namesIn(reader: StatementReader): string[] {
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

/** Replaces the parts of an executed text that come from variables: `%I`, or what is concatenated with it. */
const PLACEHOLDER = 'rustio_placeholder';
/** The first words of statements that remove or rename something. */
const BEGINNINGS = ['drop', 'truncate', 'delete', 'update', 'merge', 'alter'];

/** The effects of a block of code and of the texts that it executes, or of the queries of a `with`. */
function effectsOfCode(code: string, { executesTexts }: { readonly executesTexts: boolean }): Effects {
  const removals: Removal[] = [];
  const renamings: NameChange[] = [];
  const tokens = tokenize(code);
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind === 'text' && executesTexts) {
      const text = textOf(token.text, tokens[at + 1]?.text === '|');
      const { removals: inText, nameChanges } = effectsOfCode(text, { executesTexts });
      removals.push(...inText);
      renamings.push(...nameChanges);
    }
    if (token?.kind !== 'word' || !BEGINNINGS.includes(token.text)) continue;
    const end = endOfStatement(tokens, at);
    const effects = parseEffects(code.slice(token.start, tokens[end]?.end));
    removals.push(...effects.removals);
    // What a block creates may have existed before: blocks often test that.
    renamings.push(...effects.nameChanges.filter(({ kind }) => kind.startsWith('renamed')));
    if (effects.removals.length + effects.nameChanges.length > 0) at = end;
  }
  const isUnclear = removals.some(isFromVariable) || (removals.length > 0 && renamings.length > 0);
  return {
    removals: isUnclear ? [{ kind: 'unknown' }] : removals,
    nameChanges: renamings.filter((each) => !isFromVariable(each)),
  };
}

function isFromVariable(effect: Removal | NameChange): boolean {
  return Object.values(effect).some((value) => value.includes(PLACEHOLDER));
}

/** The last token of the statement: before the next semicolon, or the end of the parentheses that it is in. */
function endOfStatement(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    depth += depthOf(token);
    if (depth < 0 || (depth === 0 && token.kind === 'sign' && token.text === ';')) return at - 1;
  }
  return tokens.length - 1;
}

/** The content of a string; `isJoined`: something follows it with `||`. */
function textOf(literal: string, isJoined: boolean): string {
  const [dollar] = /^\$[^$]*\$/.exec(literal) ?? [];
  const content =
    dollar === undefined
      ? literal.replace(/^e?'/i, '').replace(/'$/, '').replaceAll("''", "'")
      : literal.slice(dollar.length, -dollar.length);
  return content.replaceAll(/%(?:\d+\$)?-?\d*[IsL]/g, PLACEHOLDER) + (isJoined ? PLACEHOLDER : '');
}
