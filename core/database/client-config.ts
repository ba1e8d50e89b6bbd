import pg from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';
import { connectionSettingsRejected, sessionRejected } from '../errors/database.ts';
import { rejectsSession } from './errors.ts';

/**
 * The settings of a connection to `url`; what the URL says takes precedence over `defaults`. `pg` itself would not decode every
 * escape in the name of the database, such as `%2F` for a slash.
 */
export function clientConfig(url: string, defaults: pg.ClientConfig = {}): pg.ClientConfig {
  const database = databaseOf(url);
  // fault: escaped-database-name
  return { ...defaults, ...parseIntoClientConfig(withoutAliases(url)), ...(database !== undefined && { database }) };
}

/** These modes mean `verify-full` to `pg`, which prints a warning about them in every process. */
function withoutAliases(url: string): string {
  if (url.includes('uselibpqcompat=')) return url;
  return url.replace(/(?<=[?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/g, 'verify-full');
}

/** The name of the database in a URL, decoded; undefined if the server decides, by the name of the user. */
export function databaseOf(url: string): string | undefined {
  const [address = ''] = url.replace(/^\w+:\/\//, '').split('?', 1);
  const slash = address.indexOf('/');
  return slash === -1 || slash === address.length - 1 ? undefined : decodeURIComponent(address.slice(slash + 1));
}

/** The error of a connection that could not be opened, with its reason if that is in the URL. */
export function explainConnect(error: unknown): unknown {
  if (rejectsSession(error)) return sessionRejected({ reason: error.message, cause: error });
  // Classes 22 and 42 (but a missing privilege): a parameter or an option that PostgreSQL does not know.
  // fault: rejected-settings-unexpected
  const isUnknown = error instanceof pg.DatabaseError && /^(?:22|42(?!501))/.test(error.code ?? '');
  return isUnknown ? connectionSettingsRejected({ reason: error.message, cause: error }) : error;
}
