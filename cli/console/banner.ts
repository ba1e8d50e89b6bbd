import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import { columns, paint, plainText } from '../terminal.ts';
import type { ActingAs } from './acting-as.ts';

const connectionRow = z.object({ database: z.string(), user: z.string() });

/** What a console shows first: the database, the actor, and what happens to changes. */
export async function loadBanner(app: App, { context, isReadOnly, reason }: ActingAs): Promise<readonly string[]> {
  const { database, user } = await app.reading.one(
    sql.type(connectionRow)`select current_database() as database, current_user as user`,
  );
  const { production } = app.environment;
  const environment = production ? paint('red', 'PRODUCTION') : 'development';
  const facts = [
    ['Database', `${database} on ${hostOf(app.database.url)}, user ${user}`],
    ['Acting as', context.actor.kind === 'command' ? `${context.actor.name} (command line)` : context.actor.name],
    ...(reason === undefined ? [] : [['Reason', reason]]),
  ];
  return [
    `${app.config.name}, ${environment}`,
    ...columns(facts).map((line) => plainText(line)),
    isReadOnly
      ? 'Read-only. To change data, use --as EMAIL --reason "…".'
      : 'Changes are rolled back unless you enter .commit.',
  ];
}

/** The host without user and password; the server may also be reached through a socket. */
function hostOf(url: string): string {
  const { hostname, port } = new URL(url);
  if (hostname === '') return 'a local socket';
  return port === '' ? hostname : `${hostname}:${port}`;
}
