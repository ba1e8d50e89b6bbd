// Attaches and releases the files of a row, in the transaction of its change. Knowing a key is not enough: only an upload that is
// pending for this field and actor can be used, and a released file is permanently deleted.

import type { Transaction } from '../database/pool.ts';
import { attachFile, markFilesDeleted } from '../files/file-rows.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { fileFields } from '../model/field-types/file.ts';
import type { Problem } from '../model/issue.ts';
import type { Actor } from '../policy/actor.ts';
import type { FullRow } from './full-row.ts';
import { ValidationFailed } from './rejections.ts';
import type { Values } from './types.ts';
import type { WriteDependencies } from './writer.ts';

/**
 * Attaches the uploads among the values to the row. Runs inside the savepoint of the change, so that uploads remain pending if the
 * change is rejected.
 *
 * @throws ValidationFailed with a problem for each field whose key is not pending for it.
 */
export async function claimFiles(
  tx: Transaction,
  actor: Actor,
  fields: readonly FieldInfo[],
  values: Values,
): Promise<void> {
  const problems: Problem[] = [];
  for (const field of fields) {
    const key = values[field.name];
    if (typeof key !== 'string' || (await attachFile(tx, actor, field, key))) continue;
    problems.push({ field: field.name, issue: { key: 'problem.file.expired' } });
  }
  if (problems.length > 0) throw new ValidationFailed(problems);
}

/** Releases the files of these fields; their contents are removed after the commit. */
export async function releaseFiles(
  dependencies: Pick<WriteDependencies, 'files'>,
  tx: Transaction,
  fields: readonly FieldInfo[],
  rows: readonly FullRow[],
): Promise<void> {
  const keys = rows.flatMap(({ dbValues }) =>
    fields.flatMap(({ name, type }) => {
      const dbValue = dbValues[name];
      return dbValue === null || dbValue === undefined ? [] : [String(type.decode(dbValue))];
    }),
  );
  if (keys.length === 0) return;
  await markFilesDeleted(tx, keys);
  tx.afterCommit(async () => {
    await dependencies.files?.discard(keys);
  });
}

/** The changed file fields of the model. */
export function changedFiles(model: ModelInfo, names: ReadonlySet<string>): readonly FieldInfo[] {
  return fileFields(model).filter(({ name }) => names.has(name));
}
