import { z } from 'zod';

/** A file as a record knows it: what pages read of it in place of its key. */
export const storedFile = z.object({
  key: z.string(),
  name: z.string(),
  /** Found out from the content. */
  type: z.string(),
  size: z.number(),
  sha256: z.string(),
  /** In dots; null for what is no picture. */
  width: z.number().nullable(),
  height: z.number().nullable(),
});
/** A stored file; the value of a `file` or `image` field. */
export type StoredFile = Readonly<z.infer<typeof storedFile>>;

/** The same as SQL over the alias of `rustio_file`. */
export function storedFileSql(alias: string): string {
  const parts = ['name', 'type', 'size', 'sha256', 'width', 'height'].map((name) => `'${name}', ${alias}.${name}`);
  return `jsonb_build_object('key', ${alias}.id, ${parts.join(', ')})`;
}
