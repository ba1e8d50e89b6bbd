import { parse } from 'csv-parse/sync';

/** A row of a CSV file, by column name. Reading a missing column throws. */
export interface Line {
  /** 1 for the first row after the header. */
  readonly number: number;
  get(column: string): string;
}

/**
 * Parses a CSV file whose first line contains the column names. Throws if a row has more or fewer values than there are columns:
 * a shifted row must not be loaded.
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
