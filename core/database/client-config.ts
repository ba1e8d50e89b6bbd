import pg from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';
import { connectionSettingsRejected, sessionRejected } from '../errors/database.ts';
import { rejectsSession } from './errors.ts';

/**
 * The settings of a connection to `url`; parameters of the URL take precedence over `defaults`. The database name is decoded here,
 * because `pg` does not decode every escape in it, such as `%2F` for a slash.
 */
export function clientConfig(url: string, defaults: pg.ClientConfig = {}): pg.ClientConfig {
  const database = databaseOf(url);
  // fault: escaped-database-name
  return { ...defaults, ...parseIntoClientConfig(withoutAliases(url)), ...(database !== undefined && { database }) };
}

/** Replaces SSL modes that `pg` treats as `verify-full` and about which it prints a warning in every process. */
function withoutAliases(url: string): string {
  if (url.includes('uselibpqcompat=')) return url;
  return url.replace(/(?<=[?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/g, 'verify-full');
}

/** The decoded database name of a URL; undefined if it has none, in which case the server uses the user name. */
export function databaseOf(url: string): string | undefined {
  const [address = ''] = url.replace(/^\w+:\/\//, '').split('?', 1);
  const slash = address.indexOf('/');
  return slash === -1 || slash === address.length - 1 ? undefined : decodeURIComponent(address.slice(slash + 1));
}

/** Explains an error of opening a connection if its settings were rejected; returns any other error unchanged. */
export function explainConnect(error: unknown): unknown {
  if (rejectsSession(error)) return sessionRejected({ reason: error.message, cause: error });
  // Classes 22 and 42, except for missing privileges: a parameter or option that PostgreSQL does not know.
  // fault: rejected-settings-unexpected
  const isUnknown = error instanceof pg.DatabaseError && /^(?:22|42(?!501))/.test(error.code ?? '');
  return isUnknown ? connectionSettingsRejected({ reason: error.message, cause: error }) : error;
}
