import { parse } from 'csv-parse/sync';

/** A row of a CSV file by the names in its first line. Reading a missing column throws. */
export interface Line {
  /** 1 for the first row after the header. */
  readonly number: number;
  get(column: string): string;
}

/**
 * Reads a CSV file, first line taken as names. Throws when a row has more or fewer values than there are names: a shifted
 * row must not be loaded.
 *
 * @example
 * readCsv('code,name\nDFW,"Dallas, Fort Worth"\n')[0]?.get('name'); // 'Dallas, Fort Worth'
 */
export function readCsv(text: string): Line[] {
  return parse<Readonly<Record<string, string>>>(text, { columns: true, bom: true }).map((record, index) => ({
    number: index + 1,
    get(column) {
      const value = record[column];
      if (value === undefined)
        throw new Error(`There is no column "${column}", only: ${Object.keys(record).join(', ')}.`);
      return value;
    },
  }));
}
