import { z } from 'rustio-admin/plugin';

/** `after` and the filters `f.…` are checked by the list itself. */
export const listQuery = z.looseObject({
  size: z
    .string()
    .regex(/^\d{1,3}$/)
    .optional(),
});
export const recordInput = z.record(z.string().max(100), z.unknown());
