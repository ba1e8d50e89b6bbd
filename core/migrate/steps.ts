// What a statement does to tables, columns, constraints and indexes, to find migrations that conflict with each other. A wrong
// result would stop a migration that works, so a statement that cannot be analysed is `unclear`.
import { lastPart, StatementReader, schemaPart, withoutPublic } from './statement-reader.ts';
import { type Statement, tokenize } from './statements.ts';

/** Something that a migration creates or sets. Names of tables, views and indexes are written as SQL. */
export interface DatabaseObject {
  /** `type`, `default` and `nullability`: of the column `name`. `definition`: of what `name` says, such as `view v`. */
  readonly kind: 'table' | 'view' | 'index' | 'column' | 'constraint' | 'definition' | Property;
  /** Empty for a table or a view. */
  readonly table: string;
  readonly name: string;
}

type Property = 'type' | 'default' | 'nullability';

export type Step =
  /** `isOptional`: with `if exists` or `if not exists`, so that it never fails for that reason. */
  | { readonly verb: 'create' | 'drop' | 'use'; readonly object: DatabaseObject; readonly isOptional: boolean }
  /** Replaces the previous value of the object. */
  | { readonly verb: 'set'; readonly object: DatabaseObject; readonly value: string }
  /** It may do anything. */
  | { readonly verb: 'unclear' }
  /** Names may refer to other objects in the rest of the file. */
  | { readonly verb: 'renames-all' };

const UNCLEAR: readonly Step[] = [{ verb: 'unclear' }];
const RENAMES_ALL: readonly Step[] = [{ verb: 'renames-all' }];

/** The first words of the statements that are read. Others, such as thousands of `insert`, are passed over quickly. */
const READ = ['create', 'drop', 'alter', 'set', 'do', 'call', 'select', 'with', 'execute', 'import'];

/** The steps of a statement, as far as they can be read from its text. */
export function parseSteps({ text: statement, words: [first = ''] }: Statement): readonly Step[] {
  if (!READ.includes(first)) return [];
  const reader = new StatementReader(statement, tokenize(statement));
  // A role may have a schema of its own.
  if (reader.skip('set'))
    return ['search_path', 'schema', 'role', 'authorization'].some((word) => reader.has(word)) ? RENAMES_ALL : [];
  if (reader.skip('create')) return created(reader, statement);
  if (reader.skip('drop')) return dropped(reader);
  if (reader.skip('alter')) return altered(reader);
  return /search_path/i.test(statement) ? RENAMES_ALL : UNCLEAR;
}

function created(reader: StatementReader, statement: string): readonly Step[] {
  const isReplaced = reader.skip('or', 'replace');
  if (['temporary', 'temp', 'local', 'global'].some((word) => reader.skip(word))) return UNCLEAR;
  // `create schema s create table t`
  if (reader.skip('schema')) return reader.has('create') ? UNCLEAR : [];
  while (['unlogged', 'foreign', 'unique', 'materialized', 'recursive'].some((word) => reader.skip(word)));
  if (reader.skip('index')) return createdIndex(reader);
  if (isReplaced) return replaced(reader, statement);
  const kind = relationKind(reader);
  if (kind === undefined) return [];
  const isOptional = reader.skip('if', 'not', 'exists');
  return steps('create', relation(kind, reader.name()), isOptional);
}

/** By a `create or replace`. */
function replaced(reader: StatementReader, statement: string): readonly Step[] {
  const what = ['view', 'function', 'procedure'].find((word) => reader.skip(word));
  const name = reader.name();
  if (what === undefined || name === undefined) return [];
  const parameters = what === 'view' ? '' : reader.textUntil('returns', 'language', 'as', 'begin', 'return');
  const definition = set(
    { kind: 'definition', table: name, name: `${what} ${name}${parameters.replaceAll(/\s+/g, ' ').toLowerCase()}` },
    statement,
  );
  return what === 'view' ? [...steps('create', relation('view', name), true), definition] : [definition];
}

function createdIndex(reader: StatementReader): readonly Step[] {
  reader.skip('concurrently');
  const isOptional = reader.skip('if', 'not', 'exists');
  const name = reader.skip('on') ? undefined : reader.name();
  if (name !== undefined) reader.skip('on');
  reader.skip('only');
  const table = reader.name();
  if (table === undefined) return [];
  const uses = steps('use', relation('table', table), false);
  if (name === undefined) return uses;
  return [...uses, ...steps('create', { kind: 'index', table, name: `${schemaPart(table)}${name}` }, isOptional)];
}

/** The text does not name what is also dropped by a cascade, with an extension, or as owned by a role. */
function dropped(reader: StatementReader): readonly Step[] {
  const isCascade = reader.has('cascade');
  while (['foreign', 'materialized'].some((word) => reader.skip(word)));
  const kind = reader.skip('index') ? 'index' : relationKind(reader);
  if (kind === undefined) {
    const isUnclear = ['extension', 'owned', 'schema'].some((word) => reader.skip(word));
    return isCascade || isUnclear ? UNCLEAR : [];
  }
  reader.skip('concurrently');
  const isOptional = reader.skip('if', 'exists');
  const dropped: (DatabaseObject | undefined)[] = [];
  do dropped.push(relation(kind, reader.name()));
  while (reader.skip(','));
  const each = (verb: 'use' | 'drop') => dropped.flatMap((object) => steps(verb, object, isOptional));
  return isCascade ? [...each('use'), ...UNCLEAR, ...each('drop')] : each('drop');
}

function altered(reader: StatementReader): readonly Step[] {
  if (reader.skip('schema')) return UNCLEAR;
  while (['foreign', 'materialized'].some((word) => reader.skip(word)));
  const kind = reader.skip('index') ? 'index' : relationKind(reader);
  if (kind === undefined) return [];
  const isOptional = reader.skip('if', 'exists');
  reader.skip('only');
  const name = reader.name();
  if (name === undefined) return [];
  reader.skip('*');
  const result: Step[] = [...steps('use', relation(kind, name), isOptional)];
  do result.push(...action(kind, name, reader));
  while (reader.nextAction());
  return isOptional ? result.map((step) => ('isOptional' in step ? { ...step, isOptional } : step)) : result;
}

/** One action of an `alter table`, or of an `alter index`, which supports only some of them. */
function action(kind: Relation, table: string, reader: StatementReader): readonly Step[] {
  if (reader.skip('add')) return added(table, reader);
  if (reader.skip('drop')) return droppedPart(table, reader);
  if (reader.skip('alter')) {
    if (reader.skip('constraint')) return steps('use', part('constraint', table, reader.column()), false);
    reader.skip('column');
    return alteredColumn(table, reader);
  }
  if (reader.skip('validate', 'constraint')) return steps('use', part('constraint', table, reader.column()), false);
  if (reader.skip('set', 'schema'))
    return moved(kind, table, withoutPublic(`${reader.name() ?? ''}.${lastPart(table)}`));
  if (!reader.skip('rename')) return [];
  if (reader.skip('to')) return moved(kind, table, `${schemaPart(table)}${reader.name() ?? ''}`);
  const renamed = partKind(reader);
  const from = part(renamed, table, reader.column());
  reader.skip('to');
  return [...steps('drop', from, false), ...steps('create', part(renamed, table, reader.column()), false)];
}

function alteredColumn(table: string, reader: StatementReader): readonly Step[] {
  const column = reader.column();
  const uses = steps('use', part('column', table, column), false);
  const property = propertyOf(reader);
  if (column === undefined || property === undefined) return uses;
  return [...uses, set({ kind: property.kind, table, name: column }, property.value)];
}

/** What an `alter column` sets. */
function propertyOf(reader: StatementReader): { readonly kind: Property; readonly value: string } | undefined {
  for (const action of ['set', 'drop']) {
    if (reader.skip(action, 'not', 'null')) return { kind: 'nullability', value: action };
    if (reader.skip(action, 'default')) return { kind: 'default', value: reader.textUntil() };
  }
  reader.skip('set', 'data');
  return reader.skip('type') ? { kind: 'type', value: reader.textUntil('collate', 'using') } : undefined;
}

function droppedPart(table: string, reader: StatementReader): readonly Step[] {
  const kind = partKind(reader);
  const isOptional = reader.skip('if', 'exists');
  const dropped = part(kind, table, reader.column());
  const drops = steps('drop', dropped, isOptional);
  return reader.skip('cascade') ? [...steps('use', dropped, isOptional), ...UNCLEAR, ...drops] : drops;
}

/** The words after `add` that are not the name of a column. */
const UNNAMED = ['check', 'unique', 'primary', 'foreign', 'exclude'];

function added(table: string, reader: StatementReader): readonly Step[] {
  // It renames the index.
  if (reader.has('using', 'index')) return UNCLEAR;
  if (reader.skip('constraint')) return steps('create', part('constraint', table, reader.column()), false);
  const isColumn = reader.skip('column');
  if (!isColumn && UNNAMED.some((word) => reader.skip(word))) return [];
  const isOptional = reader.skip('if', 'not', 'exists');
  return steps('create', part('column', table, reader.column()), isOptional);
}

function moved(kind: Relation, from: string, to: string): readonly Step[] {
  return [...steps('drop', relation(kind, from), false), ...steps('create', relation(kind, to), false)];
}

type Relation = 'table' | 'view' | 'index';

function relationKind(reader: StatementReader): Relation | undefined {
  if (reader.skip('table')) return 'table';
  return reader.skip('view') ? 'view' : undefined;
}

function partKind(reader: StatementReader): 'column' | 'constraint' {
  if (reader.skip('constraint')) return 'constraint';
  reader.skip('column');
  return 'column';
}

function relation(kind: Relation, name: string | undefined): DatabaseObject | undefined {
  return name === undefined ? undefined : { kind, table: '', name };
}

function part(kind: 'column' | 'constraint', table: string, name: string | undefined): DatabaseObject | undefined {
  return name === undefined ? undefined : { kind, table, name };
}

function steps(
  verb: 'create' | 'drop' | 'use',
  object: DatabaseObject | undefined,
  isOptional: boolean,
): readonly Step[] {
  return object === undefined ? [] : [{ verb, object, isOptional }];
}

function set(object: DatabaseObject, value: string): Step {
  // Normalised, so that spaces, comments and case do not matter.
  const words = tokenize(value).map(({ text }) => text);
  return { verb: 'set', object, value: words.join(' ') };
}
