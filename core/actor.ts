/** Who does something. Plugins add to it by declaration merging: auth gives a person role and permissions. */
export type Actor = Nobody | Person | Command | Job | Assistant;

export interface Nobody {
  readonly kind: 'nobody';
  readonly name: string;
}
export interface Person {
  readonly kind: 'person';
  readonly id: number;
  /** The e-mail address. */
  readonly name: string;
}
/** The command line: somebody with a shell on the server, so with every right. */
export interface Command {
  readonly kind: 'command';
  readonly name: string;
}
export interface Job {
  readonly kind: 'job';
  readonly name: string;
}
export interface Assistant {
  readonly kind: 'assistant';
  readonly name: string;
}

/** Why something happens, carried to every write and from there into the audit trail. */
export interface Cause {
  readonly actor: Actor;
  /** Ties together everything that one request, command or job did. */
  readonly correlationId: string;
  readonly address: string | null;
  /** The session's public id, never its token. */
  readonly sessionId: string | null;
}

export const nobody: Nobody = Object.freeze({ kind: 'nobody', name: 'nobody' });

/** The actor in one word and his number or name, by which tables know whose something is. */
export function actorText(actor: Actor): string {
  return actor.kind === 'person' ? `person ${actor.id}` : `${actor.kind} ${actor.name}`;
}
