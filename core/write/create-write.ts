import { createRow } from './create-row.ts';
import type { Door } from './door.ts';
import { removeRow } from './remove-row.ts';
import { updateRow } from './update-row.ts';
import type { Write } from './write.ts';

/** The door for writing. */
export function createWrite(door: Door): Write {
  const { models } = door;
  return {
    create: (tx, cause, model, values) => createRow(door, tx, cause, models.of(model), { ...values }, 'code'),
    update: (tx, cause, model, key, values, version) =>
      updateRow(door, tx, cause, models.of(model), { key, version }, { ...values }, 'code'),
    remove: (tx, cause, model, key, version) => removeRow(door, tx, cause, models.of(model), { key, version }),
    createAny: (tx, cause, model, values) => createRow(door, tx, cause, model, values, 'form'),
    updateAny: (tx, cause, model, key, values, version) =>
      updateRow(door, tx, cause, model, { key, version }, values, 'form'),
  };
}
