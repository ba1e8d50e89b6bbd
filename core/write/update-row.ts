import { sql } from 'slonik';
import type { AuditContext } from '../actor.ts';
import type { Transaction } from '../database/pool.ts';
import { parseKey } from '../model/key.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { validateValues } from '../model/validate.ts';
import { keyCondition } from '../query/find-row.ts';
import { comma, joined, tableSql, whereSql } from '../query/sql-names.ts';
import { attempt, Forbidden, Swallowed } from './attempt.ts';
import type { Door } from './door.ts';
import { changedFiles, letGo, takeFiles } from './files.ts';
import { type GivenColumn, givenColumns, givenLinks, settable, unreachable } from './given-values.ts';
import { linksDiffer, writeLinks } from './links.ts';
import { withSlugs } from './made-slugs.ts';
import { pointingTo } from './pointing.ts';
import { snapshotOf } from './snapshot.ts';
import { lockRows, type StoredRow, sameRow, storedColumns, storedRow, storedSchema } from './stored-row.ts';
import { touchedField, touchSql } from './touched.ts';
import type { Written } from './types.ts';
import type { Values } from './write.ts';
import { type Source, Writer } from './writer.ts';

/** Which row, as it was read. Without a version the last one to write wins. */
export interface Which {
  readonly key: string;
  readonly version: string | undefined;
}

/**
 * Changes a row and records `update` with what changed, in the caller's transaction. What the row holds already is no change:
 * an update without one writes nothing. Keys are fixed once a row is there, for addresses and the audit trail know it by them.
 */
export async function updateRow(
  door: Door,
  tx: Transaction,
  cause: AuditContext,
  model: ModelInfo,
  { key, version }: Which,
  values: Values,
  source: Source,
): Promise<Written> {
  const writer = new Writer(door.policy, cause.actor);
  if (!writer.may('change', model)) return { outcome: 'forbidden' };
  const params = parseKey(model, key);
  if (params === undefined) return { outcome: 'missing' };
  const { given: wished, problems: names } = settable(writer, 'change', model, values, source);
  const given = await withSlugs(tx, model, wished, params);
  const problems = [...names, ...validateValues(model, given, 'update')];
  if (problems.length > 0) return { outcome: 'invalid', problems };

  const columns = givenColumns(model, given);
  const [old] = await lockRows(tx, writer.reads, model, keyCondition(model, params), {
    seen: writer.seen(model),
    allowed: writer.scope('change', model),
    compared: columns,
    limit: 1,
  });
  if (old === undefined || !old.seen) return { outcome: 'missing' };
  if (!old.allowed) return { outcome: 'forbidden' };
  // Whoever sets what he may not see must not learn from the answer that it was so already.
  const unseen = new Set(Object.keys(given).filter((name) => !mayRead(writer, model.fields.get(name))));
  const changes = changesOf(model, old, columns, given, unseen);
  if (changes.names.size === 0) return { outcome: 'done', key: old.key, label: old.shownLabel, changed: false };
  if (version !== undefined && version !== old.version) {
    const fields = [...changes.names].filter((name) => mayRead(writer, model.fields.get(name)));
    return { outcome: 'conflict', fields };
  }
  const fixed = model.key.filter((field) => changes.names.has(field.name) && !isSame(columns, old, field));
  if (fixed.length > 0) {
    return {
      outcome: 'invalid',
      problems: fixed.map(({ name }) => ({ field: name, issue: { key: 'problem.keyFixed' } })),
    };
  }
  const beyond = await unreachable(tx, writer, changedPointing(model, given, changes, old));
  if (beyond.length > 0) return { outcome: 'invalid', problems: beyond };

  const files = changedFiles(model, changes.names);
  const outcome = await attempt(tx, model, given, async (inner) => {
    await takeFiles(inner, cause.actor, files, given);
    for (const [field, keys] of changes.links) await writeLinks(inner, model, old, field, keys);
    const row = await write(inner, writer, model, old, changes.columns, given);
    if (!row.allowed) throw new Forbidden();
    await letGo(door, inner, files, [old]);
    return row;
  });
  if ('refused' in outcome) return outcome.refused;

  const row = outcome.done;
  await door.events.record(tx, cause, 'update', {
    subject: { model: model.name, key: row.key, label: row.label },
    data: { before: snapshotOf(model, old, changes.names), after: snapshotOf(model, row, changes.names) },
  });
  return { outcome: 'done', key: row.key, label: row.shownLabel, changed: true };
}

interface Changes {
  readonly names: ReadonlySet<string>;
  readonly columns: readonly GivenColumn[];
  readonly links: ReadonlyMap<FieldInfo, readonly string[]>;
}

function changesOf(
  model: ModelInfo,
  old: StoredRow,
  columns: readonly GivenColumn[],
  given: Values,
  unseen: ReadonlySet<string>,
): Changes {
  const changed = columns.filter(({ field }, index) => old.same[index] !== true || unseen.has(field.name));
  const links = new Map(
    [...givenLinks(model, given)].filter(
      ([field, keys]) => unseen.has(field.name) || linksDiffer(old.links.get(field.name) ?? [], keys),
    ),
  );
  const names = new Set([...changed.map(({ field }) => field.name), ...[...links.keys()].map((field) => field.name)]);
  return { names, columns: changed, links };
}

/** Only what is new must be within the actor's reach: a row may go on pointing to one that he cannot see. */
function changedPointing(
  model: ModelInfo,
  given: Values,
  { names }: Changes,
  old: StoredRow,
): ReadonlyMap<FieldInfo, readonly string[]> {
  const pointing = [...pointingTo(model, given)].filter(([field]) => names.has(field.name));
  return new Map(
    pointing.map(([field, keys]) => {
      const before = old.links.get(field.name) ?? [];
      return [field, keys.filter((key) => !before.includes(key))];
    }),
  );
}

/** Also when links alone changed: the row's version must tell it. */
async function write(
  tx: Transaction,
  writer: Writer,
  model: ModelInfo,
  old: StoredRow,
  columns: readonly GivenColumn[],
  given: Values,
): Promise<StoredRow> {
  const sets = columns.map(({ field, value }) => sql.fragment`${sql.identifier([field.column])} = ${value}`);
  const touched = touchedField(model);
  if (touched !== undefined && !Object.hasOwn(given, touched.name)) sets.push(touchSql(touched));
  const [key] = model.key;
  if (sets.length === 0 && key !== undefined) {
    const name = sql.identifier([key.column]);
    sets.push(sql.fragment`${name} = t.${name}`);
  }
  const returned = storedColumns(writer.reads, model, { allowed: writer.scope('change', model) });
  const row = await tx.maybeOne(sql.type(storedSchema(model))`
    update ${tableSql(model)} as t set ${joined(sets, comma)} ${whereSql(sameRow(model, old))} returning ${returned}
  `);
  if (row === null) throw new Swallowed();
  return storedRow(model, row);
}

function mayRead(writer: Writer, field: FieldInfo | undefined): boolean {
  return field !== undefined && writer.reads.sees(field);
}

function isSame(columns: readonly GivenColumn[], old: StoredRow, field: FieldInfo): boolean {
  const at = columns.findIndex((column) => column.field === field);
  return at >= 0 && old.same[at] === true;
}
