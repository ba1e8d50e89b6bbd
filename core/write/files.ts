// What a change of a row means to its files, in the transaction of the change. A key is worth nothing by itself: only an upload
// that waits for this very field and actor can be given, and what a row lets go of goes for good.

import type { Actor } from '../actor.ts';
import type { Transaction } from '../database/pool.ts';
import { keepFile, loseFiles } from '../files/file-rows.ts';
import { fileFields } from '../files/holds-file.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { Mistaken } from './attempt.ts';
import type { Door } from './door.ts';
import type { StoredRow } from './stored-row.ts';
import type { Problem } from './types.ts';
import type { Values } from './write.ts';

/**
 * The row takes the uploads that it is given. Inside the savepoint of the change: when that is refused they wait on.
 *
 * @throws Mistaken at each field whose key does not wait for it.
 */
export async function takeFiles(
  tx: Transaction,
  actor: Actor,
  fields: readonly FieldInfo[],
  values: Values,
): Promise<void> {
  const problems: Problem[] = [];
  for (const field of fields) {
    const key = values[field.name];
    if (typeof key !== 'string' || (await keepFile(tx, actor, field, key))) continue;
    problems.push({ field: field.name, issue: { key: 'problem.file.waiting' } });
  }
  if (problems.length > 0) throw new Mistaken(problems);
}

/** Rows do not hold the files of these fields any more; the contents go when that is committed. */
export async function letGo(
  door: Pick<Door, 'files'>,
  tx: Transaction,
  fields: readonly FieldInfo[],
  rows: readonly StoredRow[],
): Promise<void> {
  const keys = rows.flatMap(({ wires }) =>
    fields.flatMap(({ name, spec }) => {
      const wire = wires[name];
      return wire === null || wire === undefined ? [] : [String(spec.decode(wire))];
    }),
  );
  if (keys.length === 0) return;
  await loseFiles(tx, keys);
  tx.afterCommit(async () => {
    await door.files?.discard(keys);
  });
}

/** The fields of the model that hold files, of those that change. */
export function changedFiles(model: ModelInfo, names: ReadonlySet<string>): readonly FieldInfo[] {
  return fileFields(model).filter(({ name }) => names.has(name));
}
