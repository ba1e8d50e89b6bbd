import type { MigrationFile } from './files.ts';
import type { LedgerRow } from './ledger.ts';

type Applied = { readonly file: MigrationFile; readonly row: LedgerRow };

/** Files and ledger, held against each other. */
export interface Comparison {
  /** In the order in which they will be applied. */
  readonly pending: readonly MigrationFile[];
  readonly applied: readonly Applied[];
  /** Applied, and another text now. */
  readonly edited: readonly Applied[];
  /** Applied, and no longer on disk. */
  readonly missing: readonly LedgerRow[];
  /** Applied by a source that is not there: a plugin that was switched off. Its tables stay. */
  readonly foreign: readonly LedgerRow[];
  /** Pending although a newer file of the same source is applied: two branches met. */
  readonly late: ReadonlySet<MigrationFile>;
}

export function compare(
  sources: readonly { readonly name: string }[],
  files: readonly MigrationFile[],
  ledger: readonly LedgerRow[],
): Comparison {
  const rows = new Map(ledger.map((row) => [identity(row), row]));
  const onDisk = new Set(files.map(identity));
  const known = new Set(sources.map((source) => source.name));
  const newest = new Map<string, string>();
  for (const { source, name } of ledger) {
    if (name > (newest.get(source) ?? '')) newest.set(source, name);
  }

  const found = files.flatMap((file) => {
    const row = rows.get(identity(file));
    return row === undefined ? [] : [{ file, row }];
  });
  const pending = files.filter((file) => !rows.has(identity(file)));
  const gone = ledger.filter((row) => !onDisk.has(identity(row)));
  return {
    pending,
    applied: found.filter(({ file, row }) => file.sha256 === row.sha256),
    edited: found.filter(({ file, row }) => file.sha256 !== row.sha256),
    missing: gone.filter((row) => known.has(row.source)),
    foreign: gone.filter((row) => !known.has(row.source)),
    late: new Set(pending.filter((file) => file.name < (newest.get(file.source) ?? ''))),
  };
}

function identity({ source, name }: { readonly source: string; readonly name: string }): string {
  return JSON.stringify([source, name]);
}
