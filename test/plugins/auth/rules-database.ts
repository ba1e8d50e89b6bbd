/** A fresh database with accounts, sessions and the audit trail, without a server: for tests of rules. */
import { fileURLToPath } from 'node:url';
import type { App } from '../../../core/app.ts';
import { type Database, openDatabase } from '../../../core/database/pool.ts';
import { migrate } from '../../../core/migrate/run.ts';
import { migrationSources } from '../../../core/migrate/sources.ts';
import { type AuditContext, commandAuditContext, type UserActor } from '../../../core/policy/actor.ts';
import { createEvents, type Events, type RecordedEvent } from '../../../core/write/events.ts';
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

export interface RulesDatabase {
  readonly url: string;
  readonly database: Database;
  readonly events: Events;
  /** The part of an application that the rules of sessions need. */
  readonly app: App;
  /** Every recorded event in order, committed or not. */
  readonly recorded: RecordedEvent[];
  /** Creates an account as the command line does, and returns it. */
  user(email: string, role: Role, more?: Partial<NewUser>): Promise<UserActor>;
  close(): Promise<void>;
}

export async function openRulesDatabase(maximumPoolSize = 4): Promise<RulesDatabase> {
  const template = await preparedTemplate('authority', async (url) => {
    await migrate(url, migrationSources(NOWHERE, plugins), { by: 'tests' });
  });
  const { url, drop } = await testDatabase(template);
  const database = await openDatabase(url, { maximumPoolSize });
  const recorded: RecordedEvent[] = [];
  const listener = { '*': async (_tx: unknown, event: RecordedEvent) => void recorded.push(event) };
  const eventNames = new Set(['create', 'update', 'delete', ...plugins.flatMap((plugin) => plugin.events ?? [])]);
  const environment = { secretKeys: ['a-key-of-the-tests-that-is-long-enough'] };
  const app = {
    database,
    writingFor: () => database,
    plugins,
    environment,
    options: () => sessionOptions.parse({}),
    contributions: () => [],
  } as unknown as App;
  const events = createEvents(
    eventNames,
    [listener, ...plugins.flatMap((plugin) => plugin.on?.(app) ?? [])],
    plugins.flatMap((plugin) => plugin.currentActor?.(app) ?? []),
  );
  Object.assign(app, { events });
  return {
    url,
    database,
    events,
    app,
    recorded,
    async user(email, role, more = {}) {
      const created = await database.transaction((tx) => createUser(tx, cli, events, { email, role, ...more }));
      if (created.outcome !== 'done') throw new Error(`${email}: ${JSON.stringify(created)}`);
      return personAs(created.id, role, email);
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
): UserActor {
  return { kind: 'user', id, name: email, displayName: null, role, permissions: new Set(permissions) };
}

/** The audit context of a request by this person. */
export function by(person: UserActor, session?: string): AuditContext {
  const credential = session === undefined ? null : { scheme: 'session', id: session };
  return { actor: person, correlationId: 'a-request-of-a-test', ip: '192.0.2.7', credential };
}
