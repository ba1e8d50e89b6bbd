/** Accounts, sessions and the trail on a fresh database, without a server: what tests of rules need. */
import { fileURLToPath } from 'node:url';
import type { AuditContext, Person } from '../../../core/actor.ts';
import type { App } from '../../../core/app.ts';
import { commandAuditContext } from '../../../core/command-context.ts';
import { type Database, openDatabase } from '../../../core/database/pool.ts';
import { createEvents, type Events, type RecordedEvent } from '../../../core/events.ts';
import { migrate } from '../../../core/migrate/run.ts';
import { migrationSources } from '../../../core/migrate/sources.ts';
import { audit } from '../../../plugins/audit/index.ts';
import { createUser, type NewUser } from '../../../plugins/auth/create-user.ts';
import { auth } from '../../../plugins/auth/index.ts';
import type { Role } from '../../../plugins/auth/roles.ts';
import { sessions } from '../../../plugins/sessions/index.ts';
import { sessionOptions } from '../../../plugins/sessions/options.ts';
import { preparedTemplate, testDatabase } from '../../support/database.ts';

const plugins = [auth, sessions, audit];
const NOWHERE = fileURLToPath(new URL('./nowhere', import.meta.url));

export const PASSWORD = 'correct horse battery';
export const cli: AuditContext = commandAuditContext();

export interface House {
  readonly url: string;
  readonly database: Database;
  readonly events: Events;
  /** As much of an application as rules of sessions ask for. */
  readonly app: App;
  /** Every event that was recorded, committed or not, in order. */
  readonly recorded: RecordedEvent[];
  /** An account, by the command line. Gives back who it is. */
  user(email: string, role: Role, more?: Partial<NewUser>): Promise<Person>;
  close(): Promise<void>;
}

export async function openHouse(maximumPoolSize = 4): Promise<House> {
  const template = await preparedTemplate('authority', async (url) => {
    await migrate(url, migrationSources(NOWHERE, plugins), { by: 'tests' });
  });
  const { url, drop } = await testDatabase(template);
  const database = await openDatabase(url, { maximumPoolSize });
  const recorded: RecordedEvent[] = [];
  const listener = { '*': async (_tx: unknown, event: RecordedEvent) => void recorded.push(event) };
  const known = new Set(['create', 'update', 'delete', ...plugins.flatMap((plugin) => plugin.events ?? [])]);
  const app = { database, plugins, options: () => sessionOptions.parse({}), contributions: () => [] } as unknown as App;
  const events = createEvents(known, [listener, ...plugins.flatMap((plugin) => plugin.on?.(app) ?? [])]);
  Object.assign(app, { events });
  return {
    url,
    database,
    events,
    app,
    recorded,
    async user(email, role, more = {}) {
      const made = await database.transaction((tx) => createUser(tx, cli, events, { email, role, ...more }));
      if (made.outcome !== 'done') throw new Error(`${email}: ${JSON.stringify(made)}`);
      return personAs(made.id, role, email);
    },
    async close() {
      await database.close();
      await drop();
    },
  };
}

export function personAs(
  id: number,
  role: Role,
  email = `person-${id}@example.org`,
  permissions: string[] = [],
): Person {
  return { kind: 'person', id, name: email, displayName: null, role, permissions: new Set(permissions) };
}

/** What somebody does by a request of his. */
export function by(person: Person, session?: string): AuditContext {
  const credential = session === undefined ? null : { scheme: 'session', id: session };
  return { actor: person, correlationId: 'a-request-of-a-test', ip: '192.0.2.7', credential };
}
