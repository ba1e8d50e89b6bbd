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
import { storePasswordHash } from '../../../plugins/auth/credentials.ts';
import { auth } from '../../../plugins/auth/index.ts';
import { preparePassword } from '../../../plugins/auth/password-hash.ts';
import { holds } from '../../../plugins/auth/policy.ts';
import type { Role } from '../../../plugins/auth/roles.ts';
import { sessions } from '../../../plugins/sessions/index.ts';
import { sessionOptions } from '../../../plugins/sessions/options.ts';
import { preparedTemplate, testDatabase } from '../../support/database.ts';

const plugins = [auth, sessions, audit];
const NOWHERE = fileURLToPath(new URL('./nowhere', import.meta.url));

export const PASSWORD = 'correct horse battery';
/** Of no password. */
const HASH = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g';
export const cli: AuditContext = commandAuditContext();

/** A new user with the password as text. */
type NewUserOfTest = Omit<Partial<NewUser>, 'password'> & { readonly password?: string };

export interface RulesDatabase {
  readonly url: string;
  readonly database: Database;
  readonly events: Events;
  /** The part of an application that the rules of sessions need. */
  readonly app: App;
  /** Every recorded event in order, committed or not. */
  readonly recorded: RecordedEvent[];
  /** Creates an account as the command line does, and returns it. */
  user(email: string, role: Role, more?: NewUserOfTest): Promise<UserActor>;
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
    permissions: ['strike.view', 'strike.add', 'strike.change', 'strike.delete', 'audit.view'],
    // The model strike has the table strike, which a test creates if it needs it.
    models: { byName: (name: string) => (name === 'strike' ? { table: ['strike'] } : undefined) },
    policy: { holds },
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
    async user(email, role, { password, ...more } = {}) {
      const user = {
        email,
        role,
        ...more,
        ...(password !== undefined && { password: await preparePassword(password) }),
      };
      const created = await database.transaction((tx) => createUser(tx, cli, events, user));
      if (created.outcome !== 'done') throw new Error(`${email}: ${JSON.stringify(created)}`);
      // Without a password, an administrator would not count as one.
      if (password === undefined) await storePasswordHash(database, created.id, HASH);
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
