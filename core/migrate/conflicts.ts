/**
 * Migrations that conflict with each other, such as those of two branches that add the same column: each works on its own, but the
 * second one fails after the first has been applied, or overwrites what the first one set. Found by parsing the statements of pending
 * files, and of those that were applied to this database.
 */
import type pg from 'pg';
import { migrationsConflict } from '../errors/migrations.ts';
import type { Comparison } from './compare.ts';
import { splitStatements } from './statements.ts';
import { type DatabaseObject, parseSteps, type Step } from './steps.ts';

/** Two files that cannot both be applied. */
export interface Conflict {
  readonly first: Script;
  readonly second: Script;
  /**
   * `duplicate`: both create it. `dropped`: the first one drops or renames it, and the second one needs it. `divergent`: both set it, and
   * the second one is older than the first, so that a new database would end up different from this one.
   */
  readonly kind: 'duplicate' | 'dropped' | 'divergent';
  readonly object: DatabaseObject;
}

/** A file that runs. */
interface Script {
  readonly source: string;
  readonly name: string;
  readonly sql: string;
}

/** The latest change of an object by one of the files. */
interface LatestChange {
  readonly step: Exclude<ObjectStep, { verb: 'use' }>;
  readonly file: Script;
}

type ObjectStep = Extract<Step, { object: DatabaseObject }>;

/**
 * The conflicts of the pending files, with each other and with applied ones; both are given in the order in which they run. After a
 * pending statement that cannot be analysed, such as a block of code, earlier changes are no longer considered. What such a
 * statement of an applied file did can be seen in the database (`conflictsOn`).
 *
 * @example
 * findConflicts({ pending }) // [{ first, second, kind: 'duplicate', object: { kind: 'column', table: 'note', name: 'done' } }]
 */
export function findConflicts({
  applied = [],
  pending,
}: {
  readonly applied?: readonly Script[];
  readonly pending: readonly Script[];
}): readonly Conflict[] {
  const conflicts: Conflict[] = [];
  const latest = new Map<string, LatestChange>();
  if (pending.length === 0) return conflicts;
  const pendingFiles = new Set(pending);
  for (const file of [...applied, ...pending]) {
    const forget = (): void => {
      if (pendingFiles.has(file)) latest.clear();
    };
    const steps = splitStatements(file.sql).flatMap(parseSteps);
    if (steps.some(({ verb }) => verb === 'renames-all')) {
      forget();
      continue;
    }
    for (const step of steps) {
      if (!('object' in step)) {
        forget();
        continue;
      }
      const last = latest.get(idOf(step.object));
      const kind = last === undefined || last.file === file ? undefined : conflictOf(last, step, file);
      if (last !== undefined && kind !== undefined)
        conflicts.push({ first: last.file, second: file, kind, object: step.object });
      if (step.verb !== 'use') apply(latest, { step, file });
    }
  }
  return withoutRepetitions(conflicts.filter(({ second }) => pendingFiles.has(second)));
}

function conflictOf(
  { step: last, file: first }: LatestChange,
  step: ObjectStep,
  file: Script,
): Conflict['kind'] | undefined {
  if (step.verb === 'set') {
    if (last.verb !== 'set' || last.value === step.value) return undefined;
    return first.source === file.source && first.name > file.name ? 'divergent' : undefined;
  }
  if (step.isOptional) return undefined;
  if (step.verb === 'create') return last.verb === 'create' ? 'duplicate' : undefined;
  return last.verb === 'drop' ? 'dropped' : undefined;
}

function apply(latest: Map<string, LatestChange>, { step, file }: LatestChange): void {
  const id = idOf(step.object);
  // Conflicts name the first file that created it.
  if (step.verb === 'create' && latest.get(id)?.step.verb === 'create') return;
  latest.set(id, { step, file });
  if (step.verb !== 'drop') return;
  // Dropping a column also drops its constraints and indexes, and dropping a table everything in it.
  for (const [otherId, other] of latest) if (isDroppedWith(other.step.object, step.object)) latest.delete(otherId);
}

function isDroppedWith(part: DatabaseObject, dropped: DatabaseObject): boolean {
  if (dropped.kind === 'table' || dropped.kind === 'view') return part.table === dropped.name;
  return dropped.kind === 'column' && part.table === dropped.table && part.kind !== 'column';
}

/** Tables, views and indexes share one namespace; columns and constraints have one per table. */
function idOf({ kind, table, name }: DatabaseObject): string {
  return JSON.stringify(isRelation(kind) ? ['relation', name] : [kind, table, name]);
}

function isRelation(kind: DatabaseObject['kind']): boolean {
  return kind === 'table' || kind === 'view' || kind === 'index';
}

/** `the type of the column note.done` */
function describe({ kind, table, name }: DatabaseObject): string {
  if (kind === 'definition') return `the definition of the ${name}`;
  if (kind === 'type' || kind === 'default' || kind === 'nullability')
    return `the ${kind} of the column ${table}.${name}`;
  return `the ${kind} ${kind === 'column' || kind === 'constraint' ? `${table}.${name}` : name}`;
}

/** Several statements can have the same conflict, such as all that use a dropped table. */
function withoutRepetitions(conflicts: readonly Conflict[]): readonly Conflict[] {
  return [...new Map(conflicts.map((conflict) => [describeConflict(conflict), conflict])).values()];
}

function describeConflict({ first, second, kind, object }: Conflict): string {
  const what = describe(object);
  const [one, other] = [first, second].map(({ source, name }) => `${source} ${name}`);
  if (kind === 'duplicate') return `${one} and ${other} both create ${what}.`;
  if (kind === 'dropped') return `${one} drops or renames ${what}, and ${other} still uses it.`;
  return `${one} and ${other} set ${what} differently.`;
}

/** One sentence per conflict. */
export function describeConflicts(conflicts: readonly Conflict[]): readonly string[] {
  return conflicts.map(describeConflict);
}

/**
 * The conflicts of the pending files on a database, as sentences. Changes of applied files count only if they are still present in the
 * database: they may have been reverted by hand, or by a file that no longer exists.
 */
export async function conflictsOn(
  client: pg.Client,
  { applied, pending }: Pick<Comparison, 'applied' | 'pending'>,
): Promise<readonly string[]> {
  // fault: conflict-with-applied-file
  const files = applied.map(({ file }) => file);
  const hasRun = new Set<Script>(files);
  const conflicts: Conflict[] = [];
  for (const conflict of findConflicts({ applied: files, pending })) {
    if (!hasRun.has(conflict.first) || (await exists(client, conflict.object)) === (conflict.kind !== 'dropped'))
      conflicts.push(conflict);
  }
  return describeConflicts(conflicts);
}

async function exists(client: pg.Client, { kind, table, name }: DatabaseObject): Promise<boolean> {
  if (kind === 'definition') return true;
  const { rowCount } = isRelation(kind)
    ? await client.query('select where to_regclass($1) is not null', [name])
    : await client.query(
        kind === 'constraint'
          ? 'select from pg_constraint where conrelid = to_regclass($1) and conname = $2'
          : 'select from pg_attribute where attrelid = to_regclass($1) and attname = $2 and not attisdropped',
        [table, name],
      );
  return rowCount === 1;
}

/** @throws RIO-MIGRATE-CONFLICT if there are any. */
export function rejectConflicts(details: readonly string[]): void {
  if (details.length > 0) throw migrationsConflict({ count: details.length, details });
}
