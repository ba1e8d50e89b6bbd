import type { stringify } from 'csv-stringify/sync';

/** An entry as exported. Names and order are part of the interface: docs/contracts/audit.md. */
export interface ExportedEntry {
  readonly id: string;
  readonly time: string;
  readonly event: string;
  readonly actor: string;
  readonly actorName: string;
  readonly model: string | null;
  readonly key: string | null;
  readonly record: string | null;
  readonly before: unknown;
  readonly after: unknown;
  readonly data: unknown;
  readonly ip: string | null;
  readonly request: string;
  readonly credential: string | null;
  readonly count: number;
}

const COLUMNS = [
  'id',
  'time',
  'event',
  'actor',
  'actorName',
  'model',
  'key',
  'record',
  'before',
  'after',
  'data',
  'ip',
  'request',
  'credential',
  'count',
] as const satisfies readonly (keyof ExportedEntry)[];

/** How the entries are written, by format. */
export const FORMATS = { csv, json } as const;
export type ExportFormat = keyof typeof FORMATS;

export function isExportFormat(text: string | undefined): text is ExportFormat {
  return text !== undefined && Object.hasOwn(FORMATS, text);
}

type Batches = AsyncIterable<readonly ExportedEntry[]>;

/** One array, so that a download that ended early is not valid JSON. One entry per line. */
async function* json(batches: Batches): AsyncGenerator<string> {
  let separator = '[\n';
  for await (const entries of batches) {
    if (entries.length === 0) continue;
    yield separator + entries.map((entry) => JSON.stringify(entry)).join(',\n');
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

/** With a byte order mark, without which spreadsheets read UTF-8 as another encoding. Values are JSON. */
async function* csv(batches: Batches): AsyncGenerator<string> {
  const { stringify } = await import('csv-stringify/sync');
  yield `\uFEFF${line(stringify, COLUMNS)}`;
  for await (const entries of batches)
    yield entries
      .map((entry) =>
        line(
          stringify,
          COLUMNS.map((name) => cellText(entry[name])),
        ),
      )
      .join('');
}

/**
 * A cell that begins like a formula would be executed by spreadsheets, so it gets a leading apostrophe. The library quotes cells with the whole
 * delimiter of records only, but spreadsheets end a row at any line break: the text after it would be the first cell of another row.
 */
function line(write: typeof stringify, cells: readonly string[]): string {
  // fault: formulas-exported
  // fault: line-breaks-exported
  return write([[...cells]], { escape_formulas: true, quoted_match: /[\r\n]/, record_delimiter: '\r\n' });
}

function cellText(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}
