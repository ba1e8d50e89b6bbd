import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';

/**
 * Actors: who performs an action. Plugins extend these types by declaration merging: auth adds a role and permissions to a
 * user.
 */
export type Actor = Anonymous | UserActor | Command | Job | Token | Assistant;

/** An anonymous user. */
export interface Anonymous {
  readonly kind: 'anonymous';
  readonly name: string;
}
/** A user with an account. Plugins add to it by declaration merging: auth adds `role`, `permissions` and `displayName`. */
export interface UserActor {
  readonly kind: 'user';
  readonly id: number;
  /** The email address. */
  readonly name: string;
}
/** The command line. Anyone with a shell on the server can also access the database, so commands have every permission. */
export interface Command {
  readonly kind: 'command';
  readonly name: string;
}
/** Background work. It has only the permissions that the code running it lists. */
export interface Job {
  readonly kind: 'job';
  readonly name: string;
  readonly permissions: GrantedPermissions;
  /** The user who caused it, for the audit trail. It does not affect the job's permissions. */
  readonly onBehalfOf?: Pick<UserActor, 'kind' | 'id' | 'name'>;
}
/** A program that authenticates with a token. A token never has more permissions than its owner: see `tokenActor`. */
export interface Token {
  readonly kind: 'token';
  readonly name: string;
  readonly permissions: GrantedPermissions;
  readonly onBehalfOf?: UserActor;
}
/** An AI assistant. It has no permissions of its own. */
export interface Assistant {
  readonly kind: 'assistant';
  readonly name: string;
}

/** Full names of permissions (`order.change`), or every one. */
export type GrantedPermissions = ReadonlySet<string> | 'all';

/** Who caused a change, and through which channel. Every write carries it, and the audit trail stores it. */
export interface AuditContext {
  readonly actor: Actor;
  /** Shared by everything that one request, command or job did. */
  readonly correlationId: string;
  readonly ip: string | null;
  /** What authenticated the actor. Null for anonymous requests, commands and jobs. */
  readonly credential: Credential | null;
  /**
   * Stored with every audit entry of this context. The console adds `changeReason` and `origin`; data of the event itself has
   * precedence, so use names that no event uses.
   */
  readonly details?: Readonly<Record<string, string>>;
  /**
   * Set if the code that opened the transaction checks the actor again itself before it commits. The console does this because its
   * transaction waits for input: a lock on the account would block its deactivation for that long.
   */
  readonly checkedBeforeCommit?: true;
}

/** The public id of a session or token, never its secret. */
export interface Credential {
  /** The authentication scheme: `session`, `bearer`. */
  readonly scheme: string;
  readonly id: string;
}

/** The actor of unauthenticated requests. */
export const anonymous: Anonymous = Object.freeze({ kind: 'anonymous', name: 'anonymous' });

/**
 * The actor of a background job.
 *
 * @example
 * const actor = jobActor('nightly-import', ['order.add', 'order.change']);
 */
export function jobActor(name: string, permissions: Iterable<string> | 'all', onBehalfOf?: Job['onBehalfOf']): Job {
  return { kind: 'job', name, permissions: toGranted(permissions), ...(onBehalfOf && { onBehalfOf }) };
}

/**
 * The actor of a request that is authenticated by a token. Pass the owner: each permission is then also required of the owner, so
 * that a token loses a permission when its owner does.
 *
 * @example
 * const actor = tokenActor('reporting', ['order.view'], owner);
 */
export function tokenActor(name: string, permissions: Iterable<string> | 'all', onBehalfOf?: UserActor): Token {
  return { kind: 'token', name, permissions: toGranted(permissions), ...(onBehalfOf && { onBehalfOf }) };
}

function toGranted(permissions: Iterable<string> | 'all'): GrantedPermissions {
  return permissions === 'all' ? 'all' : new Set(permissions);
}

/**
 * The account whose limits on concurrent work apply to an actor: of a user, or of the owner of a token, who could otherwise bypass them.
 * Undefined for all others, which are not limited.
 */
export function limitedAccount(actor: Actor): number | undefined {
  if (actor.kind === 'user') return actor.id;
  // fault: token-without-limits
  return actor.kind === 'token' ? actor.onBehalfOf?.id : undefined;
}

/** A stable text for an actor, used in tables to record ownership: `user 17`, `job nightly-import`. */
export function actorText(actor: Actor): string {
  return actor.kind === 'user' ? `user ${actor.id}` : `${actor.kind} ${actor.name}`;
}

/**
 * The session id of an audit context; null if no session authenticated the actor.
 *
 * @example
 * await endSessions(tx, { allOf: userId, except: getSessionId(context) }, 'user_requested');
 */
export function getSessionId({ credential }: AuditContext): string | null {
  return credential?.scheme === 'session' ? credential.id : null;
}

/**
 * The audit context of a command, identified by the login name of the shell's user.
 *
 * @example
 * await app.database.transaction((tx) => app.write.remove(tx, commandAuditContext(), Order, key));
 */
export function commandAuditContext(): AuditContext {
  return {
    actor: { kind: 'command', name: `${userName()}@${hostname()}` },
    correlationId: randomUUID(),
    ip: null,
    credential: null,
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`; // in a container, the user may be missing from the passwd file
  }
}
