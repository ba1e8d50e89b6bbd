import type { FieldInfo } from '../model/registry.ts';

/** Where a record's file is given out, under the address of the record. */
export function fileAddress(record: string, field: FieldInfo): string {
  return `${record}/+file/${field.name}`;
}
