/** A row of a CSV file by the names in its first line. Asking for a column that is not there throws. */
export interface Line {
  /** 1 for the first row after the header. */
  readonly number: number;
  get(column: string): string;
}

/**
 * Reads a CSV file (RFC 4180: quoted values, doubled quotes, either line ending), first line taken as names.
 * Throws when a row has more or fewer values than there are names: a shifted row must not be loaded.
 *
 * @example
 * readCsv('code,name\nDFW,"Dallas, Fort Worth"\n')[0]?.get('name'); // 'Dallas, Fort Worth'
 */
export function readCsv(text: string): Line[] {
  const [names = [], ...rows] = parse(text.replace(/^\uFEFF/, ''));
  const places = new Map(names.map((name, place) => [name, place]));
  return rows.map((values, index) => {
    const number = index + 1;
    if (values.length !== names.length) {
      throw new Error(`Row ${number} has ${values.length} values, the header ${names.length}.`);
    }
    return {
      number,
      get(column) {
        const value = values[places.get(column) ?? -1];
        if (value === undefined) throw new Error(`There is no column "${column}", only: ${names.join(', ')}.`);
        return value;
      },
    };
  });
}

/** One value with what ends it: quoted or plain, then a comma, a line ending, or the end of the text. */
const value = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  value.lastIndex = 0;
  while (value.lastIndex < text.length || row.length > 0) {
    const at = value.lastIndex;
    const found = value.exec(text);
    if (!found) throw new Error(`Row ${rows.length} is no CSV from character ${at} on.`);
    const [, quoted, plain = '', end] = found;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
