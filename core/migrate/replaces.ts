/** Squashed migrations: one file with the SQL of several, which lists what it replaces. */
import { replacesUnreadable } from '../errors/migrations.ts';

/** A migration that a squashed one replaces. */
export interface ReplacedMigration {
  readonly name: string;
  /** Of the file as it was squashed. Undefined if it was a squashed file itself: what that one replaced is listed, too. */
  readonly sha256: string | undefined;
}

const PREFIX = '-- rustio-admin: ';
/** Formatters of SQL add and remove spaces. A line that is not recognised would let the file run although its tables exist. */
// fault: reformatted-squash-runs
const PREFIX_FORMATTED = /^\s*--\s*rustio-admin\s*:\s*/i;
const REPLACED = /^replaces\s+(?<name>\w+)\s+(?:squashed|sha256:(?<sha256>[0-9a-f]{64}))$/;

/**
 * What a file replaces, in order; empty for most files.
 *
 * @throws RIO-MIGRATE-SQUASH for a line that is not valid: ignoring it would run the file although its tables exist.
 */
export function replacesIn(name: string, sql: string): readonly ReplacedMigration[] {
  return sql
    .split('\n')
    .filter((line) => PREFIX_FORMATTED.test(line) && line.replace(PREFIX_FORMATTED, '').startsWith('replaces'))
    .map((line) => {
      const { name: replaced, sha256 } = REPLACED.exec(line.replace(PREFIX_FORMATTED, '').trim())?.groups ?? {};
      if (replaced === undefined || replaced === name) throw replacesUnreadable({ file: `${name}.sql`, line });
      return { name: replaced, sha256 };
    });
}

/** The lines at the top of a squashed file. */
export function printReplaces(replaces: readonly ReplacedMigration[]): string {
  return [
    `${PREFIX}squashed. Where everything that it replaces is applied, this file is recorded as applied without running.`,
    ...replaces.map(
      ({ name, sha256 }) => `${PREFIX}replaces ${name} ${sha256 === undefined ? 'squashed' : `sha256:${sha256}`}`,
    ),
  ].join('\n');
}

/** The SQL without the lines of `printReplaces`. */
export function withoutReplaces(sql: string): string {
  return sql
    .split('\n')
    .filter((line) => !PREFIX_FORMATTED.test(line))
    .join('\n')
    .trim();
}
