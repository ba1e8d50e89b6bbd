/** Who does something. Plugins extend these by declaration merging: auth gives a person a role and permissions. */
export type Actor = Anonymous | Person | Command | Job | Token | Assistant;

/** Somebody who has not signed in. */
export interface Anonymous {
  readonly kind: 'anonymous';
  readonly name: string;
}
/** A person with an account. Plugins add to it by declaration merging: auth adds `role`, `permissions` and `displayName`. */
export interface Person {
  readonly kind: 'person';
  readonly id: number;
  /** The e-mail address. */
  readonly name: string;
}
/** The command line. Anyone with a shell on the server also has the database, so a command has every right. */
export interface Command {
  readonly kind: 'command';
  readonly name: string;
}
/** Work in the background. It has the rights that the code which runs it lists, and no others. */
export interface Job {
  readonly kind: 'job';
  readonly name: string;
  readonly permissions: GrantedPermissions;
  /** The person who caused it, for the audit trail. */
  readonly onBehalfOf?: Person;
}
/** A program that authenticates with a token. A token never has more rights than its owner: see `tokenActor`. */
export interface Token {
  readonly kind: 'token';
  readonly name: string;
  readonly permissions: GrantedPermissions;
  readonly onBehalfOf?: Person;
}
/** An AI assistant. It has no permissions of its own. */
export interface Assistant {
  readonly kind: 'assistant';
  readonly name: string;
}

/** Full names of permissions (`order.change`), or every one. */
export type GrantedPermissions = ReadonlySet<string> | 'all';

/** Who caused a change, and through what. Every write carries it, and the audit trail stores it. */
export interface AuditContext {
  readonly actor: Actor;
  /** Ties together everything that one request, command or job did. */
  readonly correlationId: string;
  readonly ip: string | null;
  /** What proved who the actor is. Null for anonymous requests, commands and jobs. */
  readonly credential: Credential | null;
}

/** The public id of a session or token, never its secret. */
export interface Credential {
  /** The authentication scheme: `session`, `bearer`. */
  readonly scheme: string;
  readonly id: string;
}

/** The actor of every request that nothing has authenticated. */
export const anonymous: Anonymous = Object.freeze({ kind: 'anonymous', name: 'anonymous' });

/**
 * The actor of a background job.
 *
 * @example
 * const actor = jobActor('nightly-import', ['order.add', 'order.change']);
 */
export function jobActor(name: string, permissions: Iterable<string> | 'all', onBehalfOf?: Person): Job {
  return { kind: 'job', name, permissions: granted(permissions), ...(onBehalfOf && { onBehalfOf }) };
}

/**
 * The actor of a request that a token authenticates. Pass the owner: a policy then also requires that the owner holds each
 * permission, so that a token loses what its owner loses.
 *
 * @example
 * const actor = tokenActor('reporting', ['order.view'], owner);
 */
export function tokenActor(name: string, permissions: Iterable<string> | 'all', onBehalfOf?: Person): Token {
  return { kind: 'token', name, permissions: granted(permissions), ...(onBehalfOf && { onBehalfOf }) };
}

function granted(permissions: Iterable<string> | 'all'): GrantedPermissions {
  return permissions === 'all' ? 'all' : new Set(permissions);
}

/** A stable text for an actor, by which tables record whose something is: `person 17`, `job nightly-import`. */
export function actorText(actor: Actor): string {
  return actor.kind === 'person' ? `person ${actor.id}` : `${actor.kind} ${actor.name}`;
}

/**
 * The session id of an audit context; null where no session authenticated the actor.
 *
 * @example
 * await endSessions(tx, { allOf: userId, except: sessionIdOf(context) }, 'mfa_enabled');
 */
export function sessionIdOf({ credential }: AuditContext): string | null {
  return credential?.scheme === 'session' ? credential.id : null;
}
