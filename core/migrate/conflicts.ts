/**
 * Migrations that contradict each other, such as those of two branches that add the same column: each is right by itself, and the
 * second one fails after the first has been applied. Read from the statements of files that have not run yet, on any database.
 */
import { migrationsConflict } from '../errors/migrations.ts';
import { splitStatements } from './statements.ts';
import { parseSteps, type Step, type Thing } from './steps.ts';

/** Two files that cannot both be applied. */
export interface Conflict {
  readonly first: string;
  readonly second: string;
  /** `twice`: both create it. `gone`: the first one drops or renames it, and the second one needs it. */
  readonly kind: 'twice' | 'gone';
  /** `the column note.done` */
  readonly what: string;
}

/** A file that would run. */
interface Script {
  readonly source: string;
  readonly name: string;
  readonly sql: string;
}

/** What the files before did to a thing. */
interface Last {
  readonly verb: 'create' | 'drop';
  readonly file: string;
  readonly thing: Thing;
}

/**
 * The conflicts between these files, if they run in this order. Statements that cannot be read, such as blocks of code, count as
 * if they had settled everything before them.
 *
 * @example
 * findConflicts(pending) // [{ first: 'project …_a', second: 'project …_b', kind: 'twice', what: 'the column note.done' }]
 */
export function findConflicts(scripts: readonly Script[]): readonly Conflict[] {
  const conflicts: Conflict[] = [];
  const lasts = new Map<string, Last>();
  for (const { source, name, sql } of scripts) {
    const file = `${source} ${name}`;
    for (const { text } of splitStatements(sql)) {
      for (const step of parseSteps(text)) {
        if (step.verb === 'unclear') {
          lasts.clear();
          continue;
        }
        const last = lasts.get(idOf(step.thing));
        const kind = last === undefined || last.file === file || step.isOptional ? undefined : conflictOf(last, step);
        if (last !== undefined && kind !== undefined)
          conflicts.push({ first: last.file, second: file, kind, what: describe(step.thing) });
        if (step.verb !== 'use') apply(lasts, { verb: step.verb, file, thing: step.thing });
      }
    }
  }
  return withoutRepetitions(conflicts);
}

function conflictOf({ verb }: Last, step: Exclude<Step, { verb: 'unclear' }>): Conflict['kind'] | undefined {
  if (step.verb === 'create') return verb === 'create' ? 'twice' : undefined;
  return verb === 'drop' ? 'gone' : undefined;
}

function apply(lasts: Map<string, Last>, { verb, file, thing }: Last): void {
  const id = idOf(thing);
  // The first file that created it is the one to name.
  if (verb === 'create' && lasts.get(id)?.verb === 'create') return;
  lasts.set(id, { verb, file, thing });
  if (verb === 'create') return;
  // Constraints and indexes go with a column, and everything with a table: what exists of them afterwards is not known.
  for (const [otherId, other] of lasts) if (goesWith(other.thing, thing)) lasts.delete(otherId);
}

function goesWith(part: Thing, dropped: Thing): boolean {
  if (dropped.kind === 'table' || dropped.kind === 'view') return part.table === dropped.name;
  return dropped.kind === 'column' && part.table === dropped.table && part.kind !== 'column';
}

/** Tables, views and indexes share one set of names; columns and constraints have one per table. */
function idOf({ kind, table, name }: Thing): string {
  return JSON.stringify(isPart(kind) ? [kind, table, name] : ['relation', name]);
}

function describe({ kind, table, name }: Thing): string {
  return `the ${kind} ${isPart(kind) ? `${table}.${name}` : name}`;
}

function isPart(kind: Thing['kind']): boolean {
  return kind === 'column' || kind === 'constraint';
}

/** A dropped table is needed by every later statement about it: once is enough. */
function withoutRepetitions(conflicts: readonly Conflict[]): readonly Conflict[] {
  return [...new Map(conflicts.map((conflict) => [JSON.stringify(conflict), conflict])).values()];
}

/** A sentence for each pair of files and each thing. */
export function describeConflicts(conflicts: readonly Conflict[]): readonly string[] {
  return conflicts.map(({ first, second, kind, what }) =>
    kind === 'twice'
      ? `${first} and ${second} both create ${what}.`
      : `${first} drops or renames ${what}, and ${second} still uses it.`,
  );
}

/** @throws RIO-MIGRATE-CONFLICT if two of these files cannot both be applied. */
export function rejectConflicts(scripts: readonly Script[]): void {
  const details = describeConflicts(findConflicts(scripts));
  if (details.length > 0) throw migrationsConflict({ count: details.length, details });
}
