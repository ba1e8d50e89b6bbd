import { sql } from 'slonik';
import { z } from 'zod';
import type { ModelInfo } from '../../core/model/registry.ts';
import { tableSql } from '../../core/query/sql-names.ts';
import type { TestApp } from '../support/app.ts';

/** A change that was posted and answered with "done". */
export interface Done {
  readonly id: string;
  /** The last words of its route: `+new`, `+edit`, `+delete`, `+action/:name`. */
  readonly what: string;
  /** It named itself by a one-time id, so that it may have been the second post of a form. */
  readonly named: boolean;
}
const entry = z.object({ id: z.string(), event: z.string(), model: z.string() });
const ROW_EVENTS = ['create', 'update', 'delete'];

/** Rows of each model that people add to and delete from. Pairs of a manyToMany are parts of their record. */
export async function countsOf({ app }: TestApp): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const model of countedModels(app.models.all)) {
    const rows = await app.database.oneFirst(
      sql.type(z.object({ n: z.string() }))`select count(*) as n from ${tableSql(model)}`,
    );
    counts.set(model.name, Number(rows));
  }
  return counts;
}

function countedModels(models: readonly ModelInfo[]): readonly ModelInfo[] {
  const pairs = new Set(models.flatMap((model) => [...model.fields.values()].map((field) => field.through?.model)));
  return models.filter((model) => !model.readOnly && !pairs.has(model));
}

/**
 * Whether the trail, the answers and the tables tell the same: each entry belongs to a request that was answered with "done",
 * each such request has its entries, and each table has gained and lost what the trail says.
 */
export async function compare(
  desk: TestApp,
  before: ReadonlyMap<string, number>,
  done: readonly Done[],
): Promise<{ readonly problems: readonly string[]; readonly entries: ReadonlyMap<string, number> }> {
  const rows = await desk.app.database.any(sql.type(entry)`
    select correlation_id as id, event, subject_model as model
    from rustio_audit
    where correlation_id like 'fuzz-%' and event = any(${sql.array(ROW_EVENTS, 'text')})
  `);
  const problems: string[] = [];
  const byRequest = Map.groupBy(rows, ({ id }) => id);
  const known = new Set(done.map(({ id }) => id));
  for (const [id, entries] of byRequest)
    if (!known.has(id)) problems.push(`${id} was not answered as done, and has ${entries.length} entries`);
  for (const { id, what, named } of done) {
    const events = (byRequest.get(id) ?? []).map(({ event }) => event);
    if (!(named && events.length === 0) && !isTold(what, events))
      problems.push(`${id} ${what}: ${events.join(', ') || 'nothing'}`);
  }
  const after = await countsOf(desk);
  const of = (model: string, event: string) => rows.filter((row) => row.model === model && row.event === event).length;
  for (const [model, count] of after) {
    const expected = (before.get(model) ?? 0) + of(model, 'create') - of(model, 'delete');
    if (count !== expected) problems.push(`${model} has ${count} rows, by the trail there should be ${expected}`);
  }
  const entries = new Map(ROW_EVENTS.map((event) => [event, rows.filter((row) => row.event === event).length]));
  return { problems: [...problems, ...(await fileProblems(desk))], entries };
}

function isTold(what: string, events: readonly string[]): boolean {
  if (what === '+new') return events.length === 1 && events[0] === 'create';
  // What is sent as it stands is no change.
  if (what === '+edit') return events.length === 0 || (events.length === 1 && events[0] === 'update');
  // Of a list: what was selected may be gone, or held by something that points to it.
  if (what === '+actions/:name') return !events.includes('create');
  return events.includes('delete') && !events.includes('create');
}

/** Every file of a record is kept, and nothing else is. */
async function fileProblems({ app }: TestApp): Promise<readonly string[]> {
  const lonely = await app.database.any(sql.type(z.object({ key: z.string(), state: z.string() }))`
    select coalesce(held.key, f.id)::text as key, case when f.id is null then 'held and not there' else 'kept and not held' end as state
    from (select scan as key from profile where scan is not null union all select photo from profile where photo is not null) held
    full join (select id from rustio_file where state = 'kept') f on f.id = held.key
    where f.id is null or held.key is null
  `);
  return lonely.map(({ key, state }) => `file ${key} is ${state}`);
}
