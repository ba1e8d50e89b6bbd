// What a statement does to tables, columns, constraints and indexes, to find migrations that contradict each other. A wrong answer
// would stop a migration that works, so a statement that is not understood is `unclear`.
import { lastPart, StatementReader, schemaPart } from './statement-reader.ts';
import { tokenize } from './statements.ts';

/** Something that a migration creates; names are written as SQL. */
export interface Thing {
  readonly kind: 'table' | 'view' | 'index' | 'column' | 'constraint';
  /** Of a column, a constraint or an index; empty for a table. */
  readonly table: string;
  /** With the schema, if it is not one of a column or a constraint. */
  readonly name: string;
}

/** `isOptional`: with `if exists` or `if not exists`, so that it never fails for that reason. */
export type Step =
  | { readonly verb: 'create' | 'drop' | 'use'; readonly thing: Thing; readonly isOptional: boolean }
  /** It may do anything. */
  | { readonly verb: 'unclear' };

const UNCLEAR: readonly Step[] = [{ verb: 'unclear' }];

/** The steps of a statement, as far as they can be read from its text. */
export function parseSteps(statement: string): readonly Step[] {
  const reader = new StatementReader(statement, tokenize(statement));
  // Names mean something else afterwards.
  if (reader.has('search_path')) return UNCLEAR;
  if (['do', 'call', 'select', 'with', 'execute', 'import'].some((word) => reader.skip(word))) return UNCLEAR;
  if (reader.skip('create')) return created(reader);
  if (reader.skip('drop')) return dropped(reader);
  if (reader.skip('alter')) return altered(reader);
  return [];
}

function created(reader: StatementReader): readonly Step[] {
  const isReplaced = reader.skip('or', 'replace');
  if (['temporary', 'temp', 'local', 'global'].some((word) => reader.skip(word))) return UNCLEAR;
  // `create schema s create table t`
  if (reader.skip('schema')) return reader.has('create') ? UNCLEAR : [];
  while (['unlogged', 'foreign', 'unique', 'materialized', 'recursive'].some((word) => reader.skip(word)));
  if (reader.skip('index')) return createdIndex(reader);
  const kind = relationKind(reader);
  if (kind === undefined) return [];
  const isOptional = reader.skip('if', 'not', 'exists') || isReplaced;
  return steps('create', relation(kind, reader.name()), isOptional);
}

function createdIndex(reader: StatementReader): readonly Step[] {
  reader.skip('concurrently');
  const isOptional = reader.skip('if', 'not', 'exists');
  const name = reader.skip('on') ? undefined : reader.name();
  if (name !== undefined) reader.skip('on');
  reader.skip('only');
  const table = reader.name();
  if (table === undefined) return [];
  const uses = steps('use', relation('table', table), isOptional);
  if (name === undefined) return uses;
  return [...uses, ...steps('create', { kind: 'index', table, name: `${schemaPart(table)}${name}` }, isOptional)];
}

/** What is dropped along with these is not in the text: by a cascade, with an extension, of a role. */
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
  const drops: Step[] = isCascade ? [...UNCLEAR] : [];
  do drops.push(...steps('drop', relation(kind, reader.name()), isOptional));
  while (reader.skip(','));
  return drops;
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
  return isOptional ? result.map((step) => ({ ...step, isOptional })) : result;
}

/** One action of an `alter table`, or of an `alter index`, which knows only a few of them. */
function action(kind: Relation, table: string, reader: StatementReader): readonly Step[] {
  if (reader.skip('add')) return added(table, reader);
  if (reader.skip('drop')) return droppedPart(table, reader);
  if (reader.skip('alter')) {
    if (reader.skip('constraint')) return steps('use', part('constraint', table, reader.column()), false);
    reader.skip('column');
    return steps('use', part('column', table, reader.column()), false);
  }
  if (reader.skip('validate', 'constraint')) return steps('use', part('constraint', table, reader.column()), false);
  if (reader.skip('set', 'schema')) return moved(kind, table, `${reader.name() ?? ''}.${lastPart(table)}`);
  if (!reader.skip('rename')) return [];
  if (reader.skip('to')) return moved(kind, table, `${schemaPart(table)}${reader.name() ?? ''}`);
  const renamed = partKind(reader);
  const from = part(renamed, table, reader.column());
  reader.skip('to');
  return [...steps('drop', from, false), ...steps('create', part(renamed, table, reader.column()), false)];
}

function droppedPart(table: string, reader: StatementReader): readonly Step[] {
  const kind = partKind(reader);
  const isOptional = reader.skip('if', 'exists');
  const drops = steps('drop', part(kind, table, reader.column()), isOptional);
  return reader.skip('cascade') ? [...UNCLEAR, ...drops] : drops;
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

function relation(kind: Relation, name: string | undefined): Thing | undefined {
  return name === undefined ? undefined : { kind, table: '', name };
}

function part(kind: 'column' | 'constraint', table: string, name: string | undefined): Thing | undefined {
  return name === undefined ? undefined : { kind, table, name };
}

function steps(verb: 'create' | 'drop' | 'use', thing: Thing | undefined, isOptional: boolean): readonly Step[] {
  return thing === undefined ? [] : [{ verb, thing, isOptional }];
}
