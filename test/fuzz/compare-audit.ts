import { sql } from 'slonik';
import { z } from 'zod';
import type { ModelInfo } from '../../core/model/field-type.ts';
import { tableSql } from '../../core/query/field-sql.ts';
import type { TestApp } from '../support/app.ts';

/** A change whose response reported success. */
export interface ReportedChange {
  readonly id: string;
  /** The route. */
  readonly path: string;
  /** The end of its route: `+new`, `+edit`, `+delete`, `+action/:name`. */
  readonly action: string;
  /** The form had an ID, so it may have been posted before. */
  readonly mayBeRepeated: boolean;
}
const entry = z.object({ id: z.string(), event: z.string(), model: z.string() });
const ROW_EVENTS = ['create', 'update', 'delete'];
/** Forms of plugins whose change has an event of its own, by route. */
const OWN_EVENTS: Readonly<Record<string, string>> = {
  '/admin/accounts/+new': 'user_created',
  '/admin/account-groups/+new': 'group_created',
};

/** Rows of each model that users change. Rows of a manyToMany table are parts of their record. */
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
  const links = linkModels(models);
  return models.filter((model) => !model.readOnly && !links.has(model));
}

/** The models of manyToMany tables: their rows have events of their own, beside the event of the record. */
function linkModels(models: readonly ModelInfo[]): ReadonlySet<ModelInfo | undefined> {
  return new Set(models.flatMap((model) => [...model.fields.values()].map((field) => field.through?.model)));
}

/**
 * Whether audit trail, responses and tables agree: each entry belongs to a request that reported success, each such request has
 * its entries, and the number of rows of each table matches the entries. `ofOthers`: rows that another program has added.
 */
export async function compare(
  app: TestApp,
  before: ReadonlyMap<string, number>,
  changes: readonly ReportedChange[],
  ofOthers: ReadonlyMap<string, number>,
): Promise<{ readonly problems: readonly string[]; readonly entries: ReadonlyMap<string, number> }> {
  const rows = await app.app.database.any(sql.type(entry)`
    select correlation_id as id, event, coalesce(subject_model, '') as model
    from rustio_audit
    where correlation_id like 'fuzz-%' and event = any(${sql.array([...ROW_EVENTS, ...Object.values(OWN_EVENTS)], 'text')})
  `);
  const problems: string[] = [];
  const byRequest = Map.groupBy(rows, ({ id }) => id);
  const reported = new Set(changes.map(({ id }) => id));
  for (const [id, entries] of byRequest)
    if (!reported.has(id)) problems.push(`${id} did not report success, but has ${entries.length} entries`);
  const links = new Set([...linkModels(app.app.models.all)].map((model) => model?.name));
  for (const { id, path, action, mayBeRepeated } of changes) {
    const events = (byRequest.get(id) ?? []).filter(({ model }) => !links.has(model)).map(({ event }) => event);
    if (!(mayBeRepeated && events.length === 0) && !isExpected(path, action, events))
      problems.push(`${id} ${path}: ${events.join(', ') || 'no events'}`);
  }
  const after = await countsOf(app);
  const of = (model: string, event: string) => rows.filter((row) => row.model === model && row.event === event).length;
  for (const [model, count] of after) {
    const expected = (before.get(model) ?? 0) + (ofOthers.get(model) ?? 0) + of(model, 'create') - of(model, 'delete');
    if (count !== expected) problems.push(`${model} has ${count} rows; the audit trail implies ${expected}`);
  }
  const entries = new Map(ROW_EVENTS.map((event) => [event, rows.filter((row) => row.event === event).length]));
  return { problems: [...problems, ...(await fileProblems(app))], entries };
}

function isExpected(path: string, action: string, events: readonly string[]): boolean {
  const own = OWN_EVENTS[path];
  if (own !== undefined) return events.length === 1 && events[0] === own;
  if (action === '+new') return events.length === 1 && events[0] === 'create';
  // A form without changes has no event.
  if (action === '+edit') return events.length === 0 || (events.length === 1 && events[0] === 'update');
  // Of a list: a selected record may have been deleted, or be referenced by another one.
  if (action === '+actions/:name') return !events.includes('create');
  return events.includes('delete') && !events.includes('create');
}

/** Exactly the files of records are stored. */
async function fileProblems({ app }: TestApp): Promise<readonly string[]> {
  const rows = await app.database.any(sql.type(z.object({ key: z.string(), state: z.string() }))`
    select coalesce(held.key, f.id)::text as key, case when f.id is null then 'referenced but not stored' else 'stored but not referenced' end as state
    from (select scan as key from profile where scan is not null union all select photo from profile where photo is not null) held
    full join (select id from rustio_file where state = 'kept') f on f.id = held.key
    where f.id is null or held.key is null
  `);
  return rows.map(({ key, state }) => `file ${key} is ${state}`);
}
